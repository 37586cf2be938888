/**
 * A PNG file before it is decoded: its chunks one by one, and its pixels counted.
 *
 * pngjs 7.0.0, which decodes, trusts more than it should: of several headers it takes the last, whatever size that one
 * claims; errors of zlib do not reach it, so pixels that are missing come out black; and interlaced images it inflates
 * without a limit. So the walk here is strict, the pixels are inflated here once to see that they are all there, and
 * pngjs is given a file of nothing but the chunks that it needs.
 *
 * Source: W3C, Portable Network Graphics Specification (Third Edition).
 */
import { inflateSync } from "node:zlib";
import { checkSize, damaged, MOST_PARTS, unsupported } from "./image-fault.ts";

export interface CheckedPng {
  readonly width: number;
  readonly height: number;
  /** 1 where it can only be grey. */
  readonly channels: 1 | 3;
  /** A PNG file of the same pixels, with no chunk that does not matter to them. */
  readonly bytes: Buffer;
  /** What decoding will take, about. */
  readonly decodingBytes: number;
}

interface Chunk {
  readonly type: string;
  /** Where it begins and ends, length and checksum included. */
  readonly start: number;
  readonly end: number;
  readonly data: Buffer;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** 0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha. */
  readonly colourType: number;
  readonly interlaced: boolean;
}

export const PNG_SIGNATURE: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The depths that each colour type may have (11.2.1), and how many samples a pixel has. */
const COLOUR_TYPES: Readonly<
  Record<number, { readonly depths: readonly number[]; readonly samples: number }>
> = {
  0: { depths: [1, 2, 4, 8, 16], samples: 1 },
  2: { depths: [8, 16], samples: 3 },
  3: { depths: [1, 2, 4, 8], samples: 1 },
  4: { depths: [8, 16], samples: 2 },
  6: { depths: [8, 16], samples: 4 },
};

/** First column, first row and the steps between them, of each pass of an interlaced image (8.1). */
const ADAM7: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** Deflate's best: 258 bytes by two bits. */
const MOST_DEFLATED = 1032;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The chunk at byte `start`. */
function readChunk(file: Buffer, start: number): Chunk {
  if (file.length - start < 12) {
    const rest = file.length - start;
    throw damaged(
      rest === 0 ? "it ends without its end mark (IEND)" : `it ends within a chunk, at byte ${file.length}`,
    );
  }
  const length = file.readUInt32BE(start);
  const type = file.toString("latin1", start + 4, start + 8);
  if (!/^[A-Za-z]{4}$/.test(type)) throw damaged(`there is no chunk at byte ${start}, where one should be`);
  const end = start + 12 + length;
  if (end > file.length) {
    throw damaged(
      `its chunk ${type} at byte ${start} claims ${length} bytes, of which ${file.length - start - 12} are there`,
    );
  }
  if (crc32(file.subarray(start + 4, end - 4)) !== file.readUInt32BE(end - 4)) {
    throw damaged(`the checksum of its chunk ${type} at byte ${start} is wrong`);
  }
  return { type, start, end, data: file.subarray(start + 8, end - 4) };
}

function readHeader({ type, data }: Chunk): Header {
  if (type !== "IHDR" || data.length !== 13) throw damaged("it does not begin with its header (IHDR)");
  const [width, height] = [data.readUInt32BE(0), data.readUInt32BE(4)];
  const [depth, colourType, compression] = [data[8]!, data[9]!, data[10]!];
  const [filter, interlace] = [data[11]!, data[12]!];
  checkSize(width, height);
  if (COLOUR_TYPES[colourType]?.depths.includes(depth) !== true) {
    throw damaged(`its header says colour type ${colourType} with ${depth} bits, which do not go together`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw unsupported(
      `it uses PNG method ${compression}, ${filter}, ${interlace}, and only 0, 0, 0 or 1 exist`,
    );
  }
  return { width, height, depth, colourType, interlaced: interlace === 1 };
}

/** How many bytes the pixels are before compression. */
function pixelBytes({ width, height, depth, colourType, interlaced }: Header): number {
  const bits = depth * COLOUR_TYPES[colourType]!.samples;
  const passes = interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  return passes.reduce((sum, [x0, y0, dx, dy]) => {
    const [columns, rows] = [Math.ceil((width - x0) / dx), Math.ceil((height - y0) / dy)];
    return columns > 0 && rows > 0 ? sum + rows * (1 + Math.ceil((columns * bits) / 8)) : sum;
  }, 0);
}

function checkPalette({ data }: Chunk, { depth }: Header): void {
  const colours = data.length / 3;
  if (!Number.isInteger(colours) || colours < 1 || colours > 2 ** depth) {
    throw damaged(`its palette (PLTE) has ${data.length} bytes, which no palette of ${depth} bits has`);
  }
}

function checkTransparency({ data }: Chunk, { colourType }: Header, palette: Chunk | undefined): void {
  const right =
    palette === undefined
      ? data.length === (colourType === 0 ? 2 : 6)
      : data.length <= palette.data.length / 3;
  if (!right) throw damaged(`its transparency (tRNS) has ${data.length} bytes, which do not fit its colours`);
}

/** Inflates the pixels, and throws unless they are as many as the header says. */
function checkPixels(deflated: Buffer, header: Header): void {
  const expected = pixelBytes(header);
  const size = `${header.width}×${header.height} pixels`;
  if (deflated.length * MOST_DEFLATED < expected) {
    throw damaged(`it says ${size}, which its ${deflated.length} bytes of image data cannot hold`);
  }
  let inflated: number;
  try {
    inflated = inflateSync(deflated, { maxOutputLength: expected, chunkSize: 1 << 18 }).length;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") throw damaged(`it has more image data than its ${size} need`, error);
    throw damaged(`its image data cannot be decompressed (${message})`, error);
  }
  if (inflated < expected) throw damaged(`it says ${size}, but has image data for fewer`);
}

/** What of a file matters to its pixels. */
interface Found {
  readonly header: Header;
  /** IHDR, and of PLTE and tRNS what the colours need. */
  readonly head: readonly Chunk[];
  /** Where the chunks of image data begin and end, and how many bytes they carry. */
  readonly imageStart: number;
  readonly imageEnd: number;
  readonly imageBytes: number;
}

/** Goes from chunk to chunk up to the end mark; what comes after it belongs to others. */
function walkChunks(file: Buffer): Found {
  const first = readChunk(file, PNG_SIGNATURE.length);
  const header = readHeader(first);
  const image = { imageStart: 0, imageEnd: 0, imageBytes: 0 };
  const once = new Map<string, Chunk>([["IHDR", first]]);
  let count = 1;
  for (let chunk = readChunk(file, first.end); chunk.type !== "IEND"; chunk = readChunk(file, chunk.end)) {
    const { type, start, end, data } = chunk;
    if (++count > MOST_PARTS) throw unsupported(`it is in more than ${MOST_PARTS} chunks`);
    const late = image.imageEnd > 0;
    if (type === "IDAT") {
      if (late && start !== image.imageEnd)
        throw damaged(`its image data (IDAT) is torn apart at byte ${start}`);
      if (!late) image.imageStart = start;
      image.imageEnd = end;
      image.imageBytes += data.length;
    } else if (type === "IHDR" || type === "PLTE" || type === "tRNS") {
      if (once.has(type)) throw damaged(`it has a second ${type} chunk at byte ${start}`);
      if (late) throw damaged(`its ${type} chunk comes after its image data`);
      once.set(type, chunk);
    } else if (/^[A-Z]/.test(type)) {
      throw unsupported(`it has a chunk ${type}, which it calls essential and which is not known here`);
    }
  }
  if (image.imageBytes === 0) throw damaged("it has no image data (IDAT)");

  // Of images without one, a palette is but a suggestion; beside alpha, transparency means nothing.
  const paletted = header.colourType === 3;
  const palette = paletted ? once.get("PLTE") : undefined;
  if (paletted && palette === undefined)
    throw damaged("its colours come from a palette (PLTE), and it has none");
  if (palette !== undefined) checkPalette(palette, header);
  const transparency = header.colourType < 4 ? once.get("tRNS") : undefined;
  if (transparency !== undefined) checkTransparency(transparency, header, palette);
  const head = [first, palette, transparency].filter((chunk) => chunk !== undefined);
  return { header, head, ...image };
}

/** A file of the needed chunks, all image data in one. Checksums of what is made here are left out: nobody looks. */
function assemble(
  file: Buffer,
  { head, imageStart, imageEnd, imageBytes }: Found,
): { bytes: Buffer; image: Buffer } {
  const parts: Uint8Array[] = [Uint8Array.from(PNG_SIGNATURE)];
  for (const { start, end } of head) parts.push(file.subarray(start, end));
  const before = parts.reduce((sum, { length }) => sum + length, 8);
  const bytes = Buffer.alloc(before + imageBytes + 4 + 12);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  bytes.writeUInt32BE(imageBytes, at);
  bytes.write("IDAT", at + 4, "latin1");
  at += 8;
  for (let start = imageStart; start < imageEnd; ) {
    const length = file.readUInt32BE(start);
    bytes.set(file.subarray(start + 8, start + 8 + length), at);
    at += length;
    start += 12 + length;
  }
  bytes.write("IEND", at + 8, "latin1");
  return { bytes, image: bytes.subarray(before, at) };
}

/** @throws ImageError unless `file`, which begins with the signature, is a whole and consistent PNG file. */
export function checkPng(file: Buffer): CheckedPng {
  const found = walkChunks(file);
  const { header } = found;
  const { bytes, image } = assemble(file, found);
  checkPixels(image, header);
  const { width, height, depth, colourType } = header;
  const unpacked = width * height * (depth === 16 ? 12 : 4);
  return {
    width,
    height,
    channels: colourType === 0 || colourType === 4 ? 1 : 3,
    bytes,
    decodingBytes: file.length + bytes.length + 3 * pixelBytes(header) + unpacked,
  };
}
