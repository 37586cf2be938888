/**
 * PNG files made by hand, in every form that the format allows (W3C PNG specification, third edition), to test reading:
 * bit depths, colour types, palettes, transparency, interlacing.
 */
import { deflateSync } from "node:zlib";

export interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  /** 0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha. */
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  /** The samples of pixel (x, y). */
  readonly samples: (x: number, y: number) => readonly number[];
  /** Red, green, blue of each entry. */
  readonly palette?: readonly (readonly number[])[];
  /** Alpha of each palette entry. */
  readonly alphas?: readonly number[];
  readonly interlaced?: boolean;
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** A chunk with its length and checksum. */
export function chunk(type: string, data: Uint8Array = new Uint8Array()): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, "latin1");
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** Samples of one row, packed, behind the byte of filter type 0. */
function packRow(samples: readonly number[], depth: number): Uint8Array {
  const bits = samples.map((value) => value.toString(2).padStart(depth, "0")).join("");
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Uint8Array.from([0, ...bytes.map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2))]);
}

/** First column, first row and the steps between them, of each pass. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The chunk that says how large the image is, and of what kind. */
export function header(
  width: number,
  height: number,
  depth: number = 8,
  colourType: number = 0,
  interlaced: boolean = false,
): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  return chunk("IHDR", data);
}

/** A file of these chunks, in this order. */
export function pngOf(...chunks: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks]);
}

/** A file's signature and its chunks. */
export function pngPieces(file: Buffer): Buffer[] {
  const pieces = [file.subarray(0, 8)];
  for (let at = 8; at < file.length; at += pieces.at(-1)!.length) {
    pieces.push(file.subarray(at, at + 12 + file.readUInt32BE(at)));
  }
  return pieces;
}

export function pngBytes(parts: PngParts): Buffer {
  const { width, height, depth, colourType, samples, palette, alphas, interlaced = false } = parts;
  const lines: Uint8Array[] = [];
  for (const [x0, y0, dx, dy] of interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const)) {
    for (let y = y0; y < height; y += dy) {
      const row: number[] = [];
      for (let x = x0; x < width; x += dx) row.push(...samples(x, y));
      if (row.length > 0) lines.push(packRow(row, depth));
    }
  }
  return pngOf(
    header(width, height, depth, colourType, interlaced),
    ...(palette === undefined ? [] : [chunk("PLTE", Uint8Array.from(palette.flat()))]),
    ...(alphas === undefined ? [] : [chunk("tRNS", Uint8Array.from(alphas))]),
    chunk("IDAT", deflateSync(Buffer.concat(lines))),
    chunk("IEND"),
  );
}
