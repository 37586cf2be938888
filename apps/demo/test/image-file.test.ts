/**
 * Reading images of every kind, and writing them. The JPEG files in fixtures/ were written by Pillow: 16 × 8 pixels, the
 * left half (200, 40, 40), the right half (40, 60, 200); `orientation-6.jpg` says that the camera lay on its side.
 * `rgb.jpg` and `grey-restart.jpg` are libjpeg-turbo's (`cjpeg -rgb`, and `cjpeg -restart 3B` of 50 and 200), and so is
 * `chroma.jpg` (`cjpeg -quality 90 -sample 2x2` of stripes); `chroma.ppm` is what its `djpeg` makes of that.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { PNG } from "pngjs";
import { afterAll, describe, expect, test } from "vitest";
import { exifOrientation, turnUpright } from "../src/cli/exif-orientation.ts";
import { readImage, writePng } from "../src/cli/image-file.ts";
import {
  EOI,
  flatJpeg,
  frame,
  huffman,
  jpegPieces,
  progressiveJpeg,
  quantization,
  SOI,
  scan,
  segment,
} from "./jpeg-bytes.ts";
import { chunk, header, type PngParts, pngBytes, pngOf } from "./png-bytes.ts";

const folder = mkdtempSync(join(tmpdir(), "demo image "));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** Every plane's rows. */
async function read(
  path: string,
): Promise<{ channels: number; width: number; height: number; values: number[] }> {
  const { channels, width, height, values } = (await readImage(path)).image;
  return { channels, width, height, values: [...values] };
}

const size = { width: 5, height: 3 };
const at = (x: number, y: number): number => x + 5 * y;
const positions = Array.from({ length: 15 }, (_, i) => i);

describe("PNG", () => {
  const grey = (depth: PngParts["depth"], scale: number): PngParts => ({
    ...size,
    depth,
    colourType: 0,
    samples: (x, y) => [Math.floor(at(x, y) * scale)],
  });

  test.each([false, true])("8-bit grey, interlaced: %s", async (interlaced) => {
    const path = file("grey.png", pngBytes({ ...grey(8, 17), interlaced }));
    expect(await read(path)).toEqual({ channels: 1, ...size, values: positions.map((i) => 17 * i) });
    expect((await readImage(path)).format).toBe("PNG");
  });

  test.each([false, true])("1-, 2- and 4-bit grey, interlaced: %s", async (interlaced) => {
    for (const depth of [1, 2, 4] as const) {
      const levels = 2 ** depth;
      const parts: PngParts = {
        ...size,
        depth,
        colourType: 0,
        samples: (x, y) => [at(x, y) % levels],
        interlaced,
      };
      const { channels, values } = await read(file("packed.png", pngBytes(parts)));
      expect(channels).toBe(1);
      expect(values).toEqual(positions.map((i) => Math.floor(((i % levels) * 255) / (levels - 1))));
    }
  });

  test("16-bit grey keeps its range", async () => {
    const { values } = await read(file("deep.png", pngBytes({ ...grey(16, 4369) })));
    expect(values[0]).toBe(0);
    expect(values[14]! / 238).toBeCloseTo(1, 1);
  });

  test("colour, with and without alpha: transparent is white", async () => {
    const rgb: PngParts = { ...size, depth: 8, colourType: 2, samples: (x, y) => [at(x, y), 100, 200] };
    expect(await read(file("rgb.png", pngBytes(rgb)))).toEqual({
      channels: 3,
      ...size,
      values: [...positions, ...positions.map(() => 100), ...positions.map(() => 200)],
    });
    const rgba: PngParts = {
      width: 2,
      height: 1,
      depth: 8,
      colourType: 6,
      samples: (x) => [10, 20, 30, x * 255],
    };
    expect((await read(file("rgba.png", pngBytes(rgba)))).values).toEqual([255, 10, 255, 20, 255, 30]);
  });

  test("grey with alpha: half transparent is halfway to white", async () => {
    const parts: PngParts = {
      width: 2,
      height: 1,
      depth: 8,
      colourType: 4,
      samples: (x) => [0, x === 0 ? 255 : 51],
    };
    const { channels, values } = await read(file("la.png", pngBytes(parts)));
    expect(channels).toBe(1);
    expect(values[0]).toBe(0);
    expect(values[1]).toBeCloseTo(204, 3);
  });

  test.each([false, true])("a 2-bit palette with transparency, interlaced: %s", async (interlaced) => {
    const parts: PngParts = {
      ...size,
      depth: 2,
      colourType: 3,
      samples: (x, y) => [at(x, y) % 4],
      palette: [
        [1, 2, 3],
        [50, 60, 70],
        [200, 0, 0],
        [9, 9, 9],
      ],
      alphas: [255, 255, 255, 0],
      interlaced,
    };
    const { channels, values } = await read(file("palette.png", pngBytes(parts)));
    expect(channels).toBe(3);
    expect(values.slice(0, 15)).toEqual(positions.map((i) => [1, 50, 200, 255][i % 4]));
    expect(values.slice(30)).toEqual(positions.map((i) => [3, 70, 0, 255][i % 4]));
  });

  test("the content decides, not the name", async () => {
    expect((await readImage(file("really-a-png.jpg", pngBytes(grey(8, 1))))).format).toBe("PNG");
  });
});

describe("JPEG", () => {
  test.each(["baseline.jpg", "progressive.jpg"])("%s", async (name) => {
    const { channels, width, height, values } = await read(fixture(name));
    expect([channels, width, height]).toEqual([3, 16, 8]);
    const [red, green, blue] = [0, 1, 2].map((c) => [values[128 * c]!, values[128 * c + 127]!]);
    for (const [plane, expected] of [
      [red, [200, 40]],
      [green, [40, 60]],
      [blue, [40, 200]],
    ] as const) {
      expect(Math.abs(plane![0]! - expected[0])).toBeLessThanOrEqual(3);
      expect(Math.abs(plane![1]! - expected[1])).toBeLessThanOrEqual(3);
    }
  });

  test("red, green and blue as they are, without transformation", async () => {
    const { values } = await read(fixture("rgb.jpg"));
    const ends = [0, 127, 128, 255, 256, 383].map((i) => values[i]!);
    for (const [i, expected] of [200, 40, 40, 60, 40, 200].entries()) {
      expect(Math.abs(ends[i]! - expected)).toBeLessThanOrEqual(3);
    }
  });

  test("grey whose last restart interval is longer than the image", async () => {
    const { channels, values } = await read(fixture("grey-restart.jpg"));
    expect([channels, values[0], values[127]]).toEqual([1, 50, 200]);
  });

  test("colours at half the resolution, as libjpeg spreads them", async () => {
    const { channels, width, height, values } = await read(fixture("chroma.jpg"));
    // Behind the header of three lines: "P6", "32 24", "255".
    const expected = readFileSync(fixture("chroma.ppm")).subarray(-3 * 32 * 24);
    expect([channels, width, height]).toEqual([3, 32, 24]);
    const plane = (c: number): number[] => [...expected].filter((_, i) => i % 3 === c);
    expect(values).toEqual([...plane(0), ...plane(1), ...plane(2)]);
  });

  test("grey has one plane", async () => {
    const { channels, width, height } = await read(fixture("grey.jpg"));
    expect([channels, width, height]).toEqual([1, 16, 8]);
  });

  test("a camera on its side: the picture is turned clockwise, its left half on top", async () => {
    const { width, height, values } = await read(fixture("orientation-6.jpg"));
    expect([width, height]).toEqual([8, 16]);
    expect(values[0]!).toBeGreaterThan(190);
    expect(values[127]!).toBeLessThan(50);
  });
});

describe("orientation", () => {
  // 2 × 3 pixels, told apart by their red.
  const pixels = {
    width: 2,
    height: 3,
    rgba: Uint8Array.from([1, 2, 3, 4, 5, 6].flatMap((r) => [r, 0, 0, 255])),
  };
  test.each([
    [1, [1, 2, 3, 4, 5, 6]],
    [2, [2, 1, 4, 3, 6, 5]],
    [3, [6, 5, 4, 3, 2, 1]],
    [4, [5, 6, 3, 4, 1, 2]],
    [5, [1, 3, 5, 2, 4, 6]],
    [6, [5, 3, 1, 6, 4, 2]],
    [7, [6, 4, 2, 5, 3, 1]],
    [8, [2, 4, 6, 1, 3, 5]],
  ])("%i", (orientation, expected) => {
    const turned = turnUpright(pixels, orientation);
    expect([turned.width, turned.height]).toEqual(orientation >= 5 ? [3, 2] : [2, 3]);
    expect([...turned.rgba].filter((_, i) => i % 4 === 0)).toEqual(expected);
  });

  test("damaged blocks count as upright", () => {
    expect(exifOrientation(undefined)).toBe(1);
    expect(exifOrientation(new Uint8Array(20))).toBe(1);
    const pointsOutside = Uint8Array.from([0x4d, 0x4d, 0, 42, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0]);
    expect(exifOrientation(pointsOutside)).toBe(1);
  });
});

describe("files that cannot be read", () => {
  test("missing", async () => {
    await expect(readImage(join(folder, "nothing.png"))).rejects.toThrow(/there is no file .*nothing\.png/);
  });
  test("a folder", async () => {
    await expect(readImage(folder)).rejects.toThrow("is a folder; give an image, PNG or JPEG");
  });
  test.each([
    ["GIF89a", "a GIF image"],
    ["RIFF\0\0\0\0WEBP", "a WebP image"],
    ["BM", "a BMP image"],
    ["", "an empty file"],
    ["hello", "neither"],
  ])("unsupported: %j", async (text, guess) => {
    const path = file("other.bin", Buffer.from(text, "latin1"));
    await expect(readImage(path)).rejects.toThrow(`images may be PNG or JPEG, and it is ${guess}`);
  });
  test.each(["PNG", "JPEG"])("a %s file cut short", async (format) => {
    const bytes =
      format === "PNG" ? pngBytes({ ...size, depth: 8, colourType: 0, samples: () => [7] }) : null;
    const path = file("cut", bytes ?? readFileSync(fixture("baseline.jpg")));
    truncateSync(path, bytes === null ? 200 : 50);
    await expect(readImage(path)).rejects.toThrow(`${path} is damaged or cut short: `);
  });
  test("a PNG file with a flipped bit", async () => {
    const bytes = pngBytes({ ...size, depth: 8, colourType: 0, samples: () => [7] });
    bytes[45]! ^= 1;
    await expect(readImage(file("flipped.png", bytes))).rejects.toThrow(
      "the checksum of its chunk IDAT at byte 33 is wrong; copy or save it again",
    );
  });
});

/** Refused with a sentence, within a second of the processor's time. */
async function expectRefusal(name: string, bytes: Uint8Array, message: string): Promise<void> {
  const path = file(name, bytes);
  const start = process.cpuUsage();
  await expect(readImage(path)).rejects.toThrow(`${path} ${message}`);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1e6).toBeLessThan(1);
}

describe("PNG files that contradict themselves", () => {
  const data = (rows: number, bytes: number): Buffer =>
    chunk("IDAT", deflateSync(Buffer.alloc(rows * bytes)));
  const pixels = data(3, 6);
  const head = header(5, 3);
  const end = chunk("IEND");
  const palette = chunk("PLTE", Buffer.of(1, 2, 3));
  const cut = deflateSync(Buffer.from(Array.from({ length: 18 }, (_, i) => (i % 6) * 40))).subarray(0, -6);

  test.each<[string, string, Buffer]>([
    ["two headers", "it has a second IHDR chunk at byte 33", pngOf(head, header(0, 0), pixels, end)],
    ["a header at the end", "it has a second IHDR chunk at byte", pngOf(head, pixels, header(5, 3), end)],
    ["no header", "it does not begin with its header (IHDR)", pngOf(pixels, end)],
    ["an empty header", "it does not begin with its header (IHDR)", pngOf(chunk("IHDR"), pixels, end)],
    ["no pixels claimed", "it says that it is 0×3 pixels", pngOf(header(0, 3), pixels, end)],
    ["16-bit palette", "its header says colour type 3 with 16 bits", pngOf(header(5, 3, 16, 3), pixels, end)],
    ["unknown colours", "its header says colour type 5 with 8 bits", pngOf(header(5, 3, 8, 5), pixels, end)],
    ["no image data", "it has no image data (IDAT)", pngOf(head, end)],
    ["empty image data", "it has no image data (IDAT)", pngOf(head, chunk("IDAT"), end)],
    [
      "nonsense for image data",
      "its image data cannot be decompressed (incorrect header check)",
      pngOf(head, chunk("IDAT", Buffer.from("nonsense, all of it")), end),
    ],
    [
      "compressed data cut short",
      "its image data cannot be decompressed (unexpected end of file)",
      pngOf(head, chunk("IDAT", cut), end),
    ],
    ["rows missing", "it says 5×3 pixels, but has image data for fewer", pngOf(head, data(2, 6), end)],
    ["rows too many", "it has more image data than its 5×3 pixels need", pngOf(head, data(4, 6), end)],
    [
      "a filter that does not exist",
      "its image data cannot be decoded (Unrecognised filter type - 9)",
      pngOf(head, chunk("IDAT", deflateSync(Buffer.alloc(18, 9))), end),
    ],
    [
      "image data torn apart",
      "its image data (IDAT) is torn apart at byte",
      pngOf(head, pixels, chunk("tIME", Buffer.alloc(7)), pixels, end),
    ],
    ["no palette", "its colours come from a palette (PLTE)", pngOf(header(5, 3, 8, 3), pixels, end)],
    ["two palettes", "it has a second PLTE chunk", pngOf(header(5, 3, 8, 3), palette, palette, pixels, end)],
    ["a late palette", "its PLTE chunk comes after", pngOf(header(5, 3, 8, 3), pixels, palette, end)],
    [
      "half a colour",
      "its palette (PLTE) has 4 bytes",
      pngOf(header(5, 3, 8, 3), chunk("PLTE", Buffer.alloc(4)), pixels, end),
    ],
    [
      "a colour beyond the palette",
      "its image data cannot be decoded (index 7 not in palette)",
      pngOf(
        header(5, 3, 8, 3),
        palette,
        chunk("IDAT", deflateSync(Buffer.from([0, 7, 7, 7, 7, 7].concat(Array(12).fill(0))))),
        end,
      ),
    ],
    [
      "more transparency than colours",
      "its transparency (tRNS) has 2 bytes",
      pngOf(header(5, 3, 8, 3), palette, chunk("tRNS", Buffer.alloc(2)), pixels, end),
    ],
    ["no end", "it ends without its end mark (IEND)", pngOf(head, pixels)],
    ["an end too early", "it ends within a chunk, at byte 40", pngOf(head, pixels).subarray(0, 40)],
    [
      "a chunk longer than the file",
      "its chunk IHDR at byte 8 claims 4294967295 bytes, of which 27 are there",
      pngOf(Buffer.concat([Buffer.alloc(4, 255), head.subarray(4), pixels.subarray(0, 14)])),
    ],
    ["no chunk at all", "there is no chunk at byte 33", pngOf(head, Buffer.alloc(20), pixels, end)],
  ])("%s", async (name, message, bytes) => {
    await expectRefusal(`${name}.png`, bytes, `is damaged or cut short: ${message}`);
  });

  test("a few bytes that claim to be huge", async () => {
    const claiming = (width: number, height: number): Buffer => pngOf(header(width, height), pixels, end);
    await expectRefusal(
      "huge.png",
      claiming(1_000_000, 1_000_000),
      "is too large: it says 1000000×1000000 pixels, and no side may be longer than 65535; make it smaller first",
    );
    await expectRefusal(
      "large.png",
      claiming(20_000, 5001),
      "is too large: it says 20000×5001 pixels, which are more than 100 million",
    );
    await expectRefusal(
      "most.png",
      claiming(10_000, 10_000),
      `is damaged or cut short: it says 10000×10000 pixels, which its ${pixels.length - 12} bytes of image data cannot hold`,
    );
  });

  test("image data that would fill the memory, interlaced or not", async () => {
    const bomb = chunk("IDAT", deflateSync(Buffer.alloc(1e8)));
    for (const interlaced of [false, true]) {
      await expectRefusal(
        "bomb.png",
        pngOf(header(5, 3, 8, 0, interlaced), bomb, end),
        "is damaged or cut short: it has more image data than its 5×3 pixels need",
      );
    }
  });

  test("what a decoder must know and this one does not", async () => {
    await expectRefusal(
      "essential.png",
      pngOf(head, chunk("ABCD"), pixels, end),
      "cannot be read: it has a chunk ABCD, which it calls essential and which is not known here; save it as",
    );
  });

  test("more chunks than anybody needs", async () => {
    const chunks = Array.from({ length: 100_001 }, () => chunk("tEXt"));
    await expectRefusal(
      "chunks.png",
      pngOf(head, ...chunks, pixels, end),
      "cannot be read: it is in more than 100000 chunks",
    );
  });

  test("what does not matter is let be: other chunks, a palette for show, what follows the end", async () => {
    const bytes = pngOf(
      head,
      chunk("gAMA"),
      palette,
      chunk("tEXt"),
      chunk("IDAT"),
      pixels,
      chunk("tIME"),
      end,
    );
    const path = file("more.png", Buffer.concat([bytes, Buffer.from("and more")]));
    expect(await read(path)).toEqual({ channels: 1, width: 5, height: 3, values: Array(15).fill(0) });
  });
});

describe("JPEG files that contradict themselves", () => {
  const sure = [quantization, huffman(0), huffman(1)];
  const end = EOI;
  const data = new Uint8Array(8);
  const jpegOf = (...segments: readonly Uint8Array[]): Buffer => Buffer.concat([SOI, ...sure, ...segments]);

  test.each<[string, string, Buffer]>([
    ["no header", "its image data comes before its header (SOF)", jpegOf(scan([1], data), end)],
    [
      "two headers",
      "it has a second header (SOF) at byte",
      jpegOf(frame(8, 8), frame(8, 8), scan([1], data), end),
    ],
    ["no image", "it ends without an image", jpegOf(frame(8, 8), end)],
    [
      "no end",
      "it ends without its end mark (EOI)",
      jpegOf(frame(8, 8), scan([1], data), segment(0xfe, [65])),
    ],
    ["an end within its data", "it ends within its image data", jpegOf(frame(8, 8), scan([1], data))],
    ["no width", "it says that it is 0×8 pixels", jpegOf(frame(0, 8), scan([1], data), end)],
    [
      "a scan of nobody",
      "a scan is of a component that its header does not have",
      jpegOf(frame(8, 8), scan([7], data), end),
    ],
    [
      "a colour missing",
      "some of its colours have no image data",
      jpegOf(frame(8, 8, 3), scan([1], data), end),
    ],
    [
      "a colour twice",
      "its scans contradict each other",
      jpegOf(frame(8, 8), scan([1], data), scan([1], data), end),
    ],
    [
      "no quantization",
      "a quantization table (DQT) that its header names is not there",
      Buffer.concat([SOI, huffman(0), huffman(1), frame(8, 8), scan([1], data), end]),
    ],
    [
      "no Huffman table",
      "a scan needs a Huffman table (DHT) that is not there",
      Buffer.concat([SOI, quantization, huffman(0), frame(8, 8), scan([1], data), end]),
    ],
    [
      "too many codes",
      "its Huffman tables (DHT) are not whole, or contradict themselves",
      jpegOf(segment(0xc4, [0, 3, ...Array<number>(15).fill(0), 1, 2, 3]), frame(8, 8), scan([1], data), end),
    ],
    ["half a table", "its quantization tables (DQT) are not whole", jpegOf(segment(0xdb, [0, 1, 2]), end)],
    ["a segment of no length", "claims 0 bytes", jpegOf(Buffer.of(0xff, 0xdb, 0, 0), end)],
    ["no segment", "there is no segment at byte", jpegOf(Buffer.from("text"), end)],
    ["a beginning in the middle", "its mark FFD8 at byte", jpegOf(SOI, frame(8, 8), scan([1], data), end)],
    [
      "refined before it is there",
      "its scans contradict each other",
      jpegOf(frame(8, 8, 1, 0xc2), scan([1], data, [0, 0, 0x10]), end),
    ],
    [
      "a coefficient that is none",
      "a scan brings a part",
      jpegOf(frame(8, 8, 1, 0xc2), scan([1], data, [1, 64, 0]), end),
    ],
  ])("%s", async (name, message, bytes) => {
    await expectRefusal(`${name}.jpg`, bytes, "is damaged or cut short: ");
    await expect(readImage(join(folder, `${name}.jpg`))).rejects.toThrow(message);
  });

  test.each<[string, string, Buffer]>([
    ["arithmetic", "it is a JPEG with arithmetic coding", jpegOf(frame(8, 8, 1, 0xc9), scan([1], data), end)],
    ["lossless", "it is a lossless JPEG", jpegOf(frame(8, 8, 1, 0xc3), scan([1], data), end)],
    [
      "hierarchical",
      "it is a hierarchical JPEG",
      jpegOf(segment(0xde, frame(8, 8).subarray(4) as unknown as number[]), end),
    ],
    [
      "12 bits",
      "it has 12 bits for each sample",
      jpegOf(segment(0xc1, [12, 0, 8, 0, 8, 1, 1, 0x11, 0]), end),
    ],
    ["two components", "it has 2 colour components", jpegOf(frame(8, 8, 2), scan([1, 2], data), end)],
    [
      "four unnamed ones",
      "it has 4 colour components (for printing)",
      jpegOf(frame(8, 8, 4), scan([1, 2, 3, 4], data), end),
    ],
    ["a late height", "it gives its height only behind the image", jpegOf(frame(8, 0), scan([1], data), end)],
    [
      "too many tables",
      "it has more than 1000 tables",
      jpegOf(...Array.from({ length: 999 }, () => quantization), end),
    ],
  ])("of a kind not read here: %s", async (name, message, bytes) => {
    await expectRefusal(`${name}.jpg`, bytes, `cannot be read: ${message}`);
  });

  test("a few bytes that claim to be huge", async () => {
    const claiming = (components: 1 | 3): Buffer => {
      const all = Array.from({ length: components }, (_, i) => i + 1);
      return jpegOf(frame(7100, 7100, components), scan(all, new Uint8Array(1000)), end);
    };
    for (const components of [1, 3] as const) {
      await expectRefusal(
        "claiming.jpg",
        claiming(components),
        "is damaged or cut short: it says 7100×7100 pixels, which 1000 bytes of image data cannot hold",
      );
    }
    await expectRefusal(
      "large.jpg",
      jpegOf(frame(10_000, 5101), end),
      "is too large: it says 10000×5101 pixels, which are more than 51 million; make it smaller first",
    );
    await expectRefusal(
      "huge.jpg",
      jpegOf(frame(65_535, 65_535), end),
      "is too large: it says 65535×65535 pixels",
    );
  });

  test("image data cut short, before an end mark", async () => {
    const pieces = jpegPieces(readFileSync(fixture("baseline.jpg")));
    const data = pieces.at(-2)!;
    await expectRefusal(
      "cut.jpg",
      Buffer.concat([...pieces.slice(0, -2), data.subarray(0, -6), EOI]),
      "is damaged or cut short: its image data cannot be decoded (Corrupt JPEG data: premature end of data segment)",
    );
  });

  test("scans without end", async () => {
    await expectRefusal(
      "scans.jpg",
      progressiveJpeg(8, 8, 63).subarray(0, -2),
      "is damaged or cut short: it ends within",
    );
    const repeated = jpegOf(
      ...Array.from({ length: 101 }, (_, i) =>
        Buffer.concat([frame(8, 8, 1, 0xc2), scan([1], data, [0, 0, i])]),
      ),
    );
    await expectRefusal("frames.jpg", repeated, "is damaged or cut short: it has a second header");
    await expectRefusal(
      "work.jpg",
      progressiveJpeg(7000, 7000, 50),
      "is too large: it comes in 41 scans of 7000×7000 pixels, together more than 2000 million",
    );
  });

  test("scans in number are read", async () => {
    expect((await read(file("progressive.jpg", progressiveJpeg(70, 30, 63)))).values).toEqual(
      Array(2100).fill(128),
    );
  });

  test("a flat image of many pixels is no bomb: it is read", async () => {
    const { channels, width, height } = await read(file("flat.jpg", flatJpeg(500, 300, 3)));
    expect([channels, width, height]).toEqual([1, 500, 300]);
  });

  test("slips of cameras are let pass: a length one too long, a lost FF, fill bytes, text, what follows the end", async () => {
    const long = segment(0xe1, [1, 2, 3]);
    long[3]! += 1;
    const lost = segment(0xe1, [1, 2, 3]);
    lost[0] = 0;
    const bytes = Buffer.concat([
      ...[SOI, long, segment(0xfe, [65]), lost, Buffer.of(0xff, 0xff), ...sure],
      ...[frame(8, 8), scan([1], data), EOI, Buffer.from("and more")],
    ]);
    expect((await read(file("slips.jpg", bytes))).values).toEqual(Array(64).fill(128));
  });
});

describe("what never ends, or is no file", () => {
  const hasDevices = existsSync("/dev/zero");
  test.skipIf(!hasDevices)("a device: its beginning is enough", async () => {
    await expect(readImage("/dev/zero")).rejects.toThrow(
      "/dev/zero is not supported: images may be PNG or JPEG",
    );
  });
  test("a file of more bytes than any image has", async () => {
    const path = file("sparse.png", pngOf(header(5, 3)));
    truncateSync(path, 2e9);
    await expect(readImage(path)).rejects.toThrow(
      `${path} is too large: it has more than 1000 million bytes`,
    );
    truncateSync(path, 0);
  });
});

describe("writing", () => {
  test("grey and colour come back as they were", async () => {
    const grey = { channels: 1, width: 3, height: 1, bytes: Uint8ClampedArray.from([0, 128, 255]) };
    const colour = { channels: 3, width: 2, height: 1, bytes: Uint8ClampedArray.from([1, 2, 3, 4, 5, 6]) };
    const path = join(folder, "out.png");
    writePng(path, grey);
    expect([...PNG.sync.read(readFileSync(path)).data]).toEqual([
      0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255,
    ]);
    writePng(path, colour);
    expect([...PNG.sync.read(readFileSync(path)).data]).toEqual([1, 3, 5, 255, 2, 4, 6, 255]);
    expect((await read(path)).values).toEqual([1, 2, 3, 4, 5, 6]);
  });
  test("into a folder that is not there", () => {
    const image = { channels: 1, width: 1, height: 1, bytes: Uint8ClampedArray.from([0]) };
    expect(() => writePng(join(folder, "no", "out.png"), image)).toThrow("cannot be written");
  });
});
