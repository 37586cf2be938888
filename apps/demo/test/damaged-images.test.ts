/**
 * Damaged images, made systematically from whole ones: cut short, bytes changed, pieces left out, doubled and exchanged,
 * other sizes claimed. Each must be refused by a sentence or decoded into an image, within a second.
 *
 * What is changed is drawn with a seed: DAMAGE_SEED=n draws anew, DAMAGE_COUNT=n draws more, and what fails says how to have
 * it again.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { readImage } from "../src/cli/image-file.ts";
import { CommandError } from "../src/cli/usage-error.ts";
import { flatJpeg, jpegPieces, progressiveJpeg } from "./jpeg-bytes.ts";
import { chunk, header, type PngParts, pngBytes, pngOf, pngPieces } from "./png-bytes.ts";

const SEED = Number(process.env.DAMAGE_SEED ?? 1);
const FLIPS = Number(process.env.DAMAGE_COUNT ?? 40);

const folder = mkdtempSync(join(tmpdir(), "demo damaged "));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "image");

interface Original {
  readonly name: string;
  readonly bytes: Buffer;
  readonly pieces: (file: Buffer) => Buffer[];
  /** The same file, claiming another size. */
  readonly resized: (width: number, height: number) => Buffer;
}

function png(name: string, parts: Partial<PngParts>, more: readonly Buffer[] = []): Original {
  const whole = pngBytes({
    width: 13,
    height: 9,
    depth: 8,
    colourType: 0,
    samples: (x, y) => [(x * 29 + y * 7) % 16],
    ...parts,
  });
  const [signature, head, ...rest] = pngPieces(whole) as [Buffer, Buffer, ...Buffer[]];
  const resized = (width: number, height: number): Buffer => {
    const data = Buffer.from(head.subarray(8, 21));
    data.writeUInt32BE(width, 0);
    data.writeUInt32BE(height, 4);
    return Buffer.concat([signature, chunk("IHDR", data), ...more, ...rest]);
  };
  return { name, bytes: resized(13, 9), pieces: pngPieces, resized };
}

function jpeg(name: string, bytes: Buffer): Original {
  const at = jpegPieces(bytes)
    .map((piece) => bytes.indexOf(piece))
    .find((start) => bytes[start + 1]! >= 0xc0 && bytes[start + 1]! <= 0xc2)!;
  const resized = (width: number, height: number): Buffer => {
    const copy = Buffer.from(bytes);
    copy.writeUInt16BE(height & 0xffff, at + 5);
    copy.writeUInt16BE(width & 0xffff, at + 7);
    return copy;
  };
  return { name, bytes, pieces: jpegPieces, resized };
}

const fixture = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)));

const torn = ((): Original => {
  const rows = deflateSync(Buffer.alloc(14 * 9));
  const pieces = [rows.subarray(0, 5), rows.subarray(5)].map((part) => chunk("IDAT", part));
  const resized = (width: number, height: number): Buffer =>
    pngOf(header(width, height), chunk("tEXt", Buffer.from("a\0b")), ...pieces, chunk("IEND"));
  return { name: "PNG, image data in two", bytes: resized(13, 9), pieces: pngPieces, resized };
})();

const ORIGINALS: readonly Original[] = [
  png("PNG, grey", {}, [chunk("gAMA", Buffer.of(0, 0, 177, 143))]),
  png("PNG, 16 bits, interlaced", {
    depth: 16,
    colourType: 6,
    samples: (x, y) => [x * 999, y * 999, 7, 60_000],
    interlaced: true,
  }),
  png("PNG, palette", {
    depth: 1,
    colourType: 3,
    samples: (x) => [x % 2],
    palette: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    alphas: [9],
  }),
  png("PNG, 4 bits", { depth: 4 }),
  torn,
  jpeg("JPEG, baseline", fixture("baseline.jpg")),
  jpeg("JPEG, progressive", fixture("progressive.jpg")),
  jpeg("JPEG, grey", fixture("grey.jpg")),
  jpeg("JPEG, with Exif", fixture("orientation-6.jpg")),
  jpeg("JPEG, with restarts", fixture("grey-restart.jpg")),
  jpeg("JPEG, nothing but zeros", flatJpeg(64, 64, 3)),
  jpeg("JPEG, nothing but zeros, progressive", progressiveJpeg(64, 64, 3)),
];

/** Numbers from 0 to `most` − 1 (mulberry32). */
function drawing(seed: number): (most: number) => number {
  let state = seed >>> 0;
  return (most) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * most);
  };
}

interface Damaged {
  readonly how: string;
  readonly bytes: Buffer;
}

function cuts({ bytes }: Original): Damaged[] {
  return Array.from({ length: 16 }, (_, i) => {
    const length = Math.floor((bytes.length * i) / 16);
    return { how: `cut to ${length} bytes`, bytes: bytes.subarray(0, length) };
  });
}

function flips({ bytes }: Original, seed: number): Damaged[] {
  const draw = drawing(seed);
  return Array.from({ length: FLIPS }, (_, i) => {
    const copy = Buffer.from(bytes);
    const [at, bit] = [draw(bytes.length), draw(8)];
    // A bit, a byte, or some in a row.
    if (i % 3 === 0) copy[at]! ^= 1 << bit;
    else for (let j = at; j < Math.min(bytes.length, at + (i % 3)); j++) copy[j] = draw(256);
    return { how: `changed at ${at} (${i} of seed ${seed})`, bytes: copy };
  }).filter(({ bytes: copy }) => !copy.equals(bytes));
}

function shuffles({ bytes, pieces }: Original): Damaged[] {
  const all = pieces(bytes);
  const joined = (...parts: readonly (readonly Buffer[])[]): Buffer => Buffer.concat(parts.flat());
  return all.flatMap((piece, i) => {
    const [before, after] = [all.slice(0, i), all.slice(i + 1)];
    return [
      { how: `piece ${i} left out`, bytes: joined(before, after) },
      { how: `piece ${i} doubled`, bytes: joined(before, [piece, piece], after) },
      ...after.map((other, j) => ({
        how: `pieces ${i} and ${i + 1 + j} exchanged`,
        bytes: joined(before, [other], after.slice(0, j), [piece], after.slice(j + 1)),
      })),
    ];
  });
}

function sizes({ resized }: Original): Damaged[] {
  const sides = [0, 1, 7100, 0xffff, 0x7fffffff, 0xffffffff];
  return sides.flatMap((width) =>
    sides.map((height) => ({ how: `${width}×${height} claimed`, bytes: resized(width, height) })),
  );
}

const SENTENCES = [
  / is damaged or cut short: .+; copy or save it again$/,
  / cannot be read: .+; save it as an ordinary PNG or JPEG$/,
  / is too large: .+; make it smaller first$/,
  / is not supported: images may be PNG or JPEG, and it is (neither|an empty file)$/,
];

/** Reads an image. @returns the message that refuses it, or null when it was decoded. */
async function readDamaged({ how, bytes }: Damaged): Promise<string | null> {
  writeFileSync(path, bytes);
  const start = process.cpuUsage();
  let refusal: string | null = null;
  try {
    const { channels, width, height, values } = (await readImage(path)).image;
    expect(values.length, how).toBe(channels * width * height);
    expect(values.length, how).toBeGreaterThan(0);
    expect(
      values.every((value) => value >= 0 && value <= 255),
      how,
    ).toBe(true);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    refusal = error.message;
    expect(refusal.startsWith(path), how).toBe(true);
    expect(refusal, how).not.toMatch(/\n|undefined|TypeError|not a function/);
    expect(
      SENTENCES.some((sentence) => sentence.test(error.message)),
      `${how}: ${refusal}`,
    ).toBe(true);
  }
  // Of the processor's time: on a busy machine a second by the clock says nothing.
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1e6, how).toBeLessThan(1);
  return refusal;
}

describe.each(ORIGINALS)("$name", (original) => {
  const isPng = original.name.startsWith("PNG");

  test("whole", async () => {
    expect(await readDamaged({ how: "whole", bytes: original.bytes })).toBeNull();
  });

  test("cut short: always refused", async () => {
    for (const damaged of cuts(original)) expect(await readDamaged(damaged), damaged.how).not.toBeNull();
  });

  test("bytes changed: refused where there are checksums", async () => {
    for (const damaged of flips(original, SEED)) {
      const refusal = await readDamaged(damaged);
      if (isPng) expect(refusal, damaged.how).not.toBeNull();
    }
  });

  test("pieces left out, doubled, exchanged", async () => {
    for (const damaged of shuffles(original)) await readDamaged(damaged);
  });

  test("another size claimed: refused where it is more than the data", async () => {
    for (const damaged of sizes(original)) {
      const refusal = await readDamaged(damaged);
      if (/7100|65535|2147483647|4294967295|\b0×|×0\b/.test(damaged.how)) {
        expect(refusal, damaged.how).not.toBeNull();
      }
    }
  });
});
