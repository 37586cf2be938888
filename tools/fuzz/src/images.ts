/**
 * Damaged images for what the demo's command line reads: small files with bytes changed, cut off, put in or moved. Each
 * must be read, or refused with a reason.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { readImage } from "@corr2d/demo/image-file";
import * as fc from "fast-check";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { type Edit, edited, editsOf } from "./damage.ts";

const SIZES = [
  [1, 1],
  [5, 3],
  [17, 16],
] as const;

const pixels = (width: number, height: number): Buffer =>
  Buffer.from(Array.from({ length: 4 * width * height }, (_, i) => (i * 37 + (i >> 3)) & 255));

/** Whole files: PNGs of every colour type that pngjs writes, and a JPEG, of each size. */
const FILES: readonly Buffer[] = SIZES.flatMap(([width, height]) => [
  ...([0, 2, 4, 6] as const).map((colorType) => {
    const png = new PNG({ width, height });
    png.data = pixels(width, height);
    return PNG.sync.write(png, { colorType });
  }),
  jpeg.encode({ width, height, data: pixels(width, height) }, 60).data,
]);

export interface DamagedImage {
  readonly file: number;
  readonly edits: readonly Edit[];
  /** Whether the checksums of a PNG's chunks are made right again, so that the damage gets as far as the decoder. */
  readonly mended: boolean;
}

/** Bytes that lengths, sizes and markers are made of. */
const TELLING = [0, 1, 0x7f, 0x80, 0xff, 0xc0, 0xc2, 0xc4, 0xd8, 0xd9, 0xda, 0xdb];

export const images: fc.Arbitrary<DamagedImage> = fc.record({
  file: fc.nat({ max: FILES.length - 1 }),
  edits: editsOf(TELLING, 4000),
  mended: fc.boolean(),
});

/** The checksum of each chunk, as far as they can be followed. */
function withChecksums(file: Buffer): Buffer {
  const out = Buffer.from(file);
  for (let at = 8; at + 12 <= out.length; ) {
    const end = at + 8 + out.readUInt32BE(at);
    if (end + 4 > out.length) break;
    out.writeUInt32BE(crc32(out.subarray(at + 4, end)), end);
    at = end + 4;
  }
  return out;
}

export async function tryImage({ file, edits, mended }: DamagedImage): Promise<void> {
  const damaged = edits.reduce(edited, FILES[file]!);
  const folder = mkdtempSync(join(tmpdir(), "corr2d-fuzz-"));
  const path = join(folder, "image");
  try {
    writeFileSync(path, mended ? withChecksums(damaged) : damaged);
    const { image } = await readImage(path);
    const count = image.channels * image.width * image.height;
    if (image.values.length !== count) throw new Error(`${image.values.length} values of ${count}`);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "CommandError") throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
