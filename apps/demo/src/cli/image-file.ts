/**
 * Photos in and out: PNG and JPEG files as planes of brightness, and planes as PNG files.
 *
 * What a file is, its first bytes say, not its name. Reading goes in two steps: `openImage` checks the file's structure
 * and knows its size, `decode` makes the planes; in between one can see whether there is room. Transparent pixels are
 * shown on white. An image whose channels are the same everywhere is grey, and has one plane.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { PNG } from "pngjs";
import type { ImagePlanes } from "../chapter/filter-image.ts";
import { exifOrientation, type Pixels, turnUpright } from "./exif-orientation.ts";
import { reasonOf } from "./failure.ts";
import { damaged, ImageError, tooLarge } from "./image-fault.ts";
import { checkJpeg } from "./jpeg-check.ts";
import { decodeJpeg } from "./jpeg-decoder.ts";
import { checkPng, PNG_SIGNATURE } from "./png-check.ts";
import { replaceFile } from "./replace-file.ts";
import { CommandError } from "./usage-error.ts";

type Format = "PNG" | "JPEG";

export interface ImageFile {
  readonly format: Format;
  readonly image: ImagePlanes;
}

/** A file whose structure is in order. */
export interface OpenImage {
  readonly format: Format;
  readonly width: number;
  readonly height: number;
  /** At most: whether colours are grey throughout, only the pixels say. */
  readonly channels: 1 | 3;
  /** The memory that decoding takes, about. */
  readonly decodingBytes: number;
  /** @throws CommandError for damage that the structure does not show. */
  decode(): Promise<ImagePlanes>;
}

/** As many as the most pixels at 16 bits take when nothing is compressed, about. */
const MOST_FILE_BYTES = 1e9;
const BLOCK = 1 << 20;

const startsWith = (bytes: Uint8Array, signature: readonly number[]): boolean =>
  signature.every((byte, i) => bytes[i] === byte);

/** For the message: what an unsupported file seems to be. */
function guessFormat(bytes: Uint8Array): string {
  const text = String.fromCharCode(...bytes.subarray(0, 12));
  if (text.startsWith("GIF8")) return "a GIF image";
  if (text.startsWith("RIFF") && text.endsWith("WEBP")) return "a WebP image";
  if (text.startsWith("BM")) return "a BMP image";
  if (/^.{4}ftyp(heic|heix|mif1|avif)/s.test(text)) return "a HEIC or AVIF image";
  if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "a TIFF image";
  return bytes.length === 0 ? "an empty file" : "neither";
}

/** The next bytes of an open file: fewer than asked for only at its end. */
function readNext(file: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  while (at < length) {
    const some = readSync(file, bytes, at, length - at, null);
    if (some === 0) break;
    at += some;
  }
  return bytes.subarray(0, at);
}

/** The format and all bytes of an image file. Of anything else, and of what never ends, only the beginning is read. */
function readFile(path: string): { format: Format; bytes: Buffer } {
  const file = openSync(path, "r");
  try {
    const kind = fstatSync(file);
    if (kind.isDirectory()) throw new CommandError(`${path} is a folder; give an image, PNG or JPEG`);
    const start = readNext(file, 64);
    const isPng = startsWith(start, PNG_SIGNATURE);
    if (!isPng && !startsWith(start, [0xff, 0xd8, 0xff])) {
      throw new CommandError(
        `${path} is not supported: images may be PNG or JPEG, and it is ${guessFormat(start)}`,
      );
    }
    const parts = [start];
    for (let [part, total] = [start, start.length]; part.length > 0; total += part.length) {
      if (Math.max(kind.size, total) > MOST_FILE_BYTES) throw tooLarge("it has more than 1000 million bytes");
      part = readNext(file, BLOCK);
      parts.push(part);
    }
    return { format: isPng ? "PNG" : "JPEG", bytes: Buffer.concat(parts) };
  } finally {
    closeSync(file);
  }
}

/** Runs a decoder. What it still finds fault with was damaged within the compressed data. */
async function runDecoder(decode: () => Pixels | Promise<Pixels>): Promise<Pixels> {
  try {
    return await decode();
  } catch (error) {
    if (error instanceof RangeError && /allocation failed/.test(error.message)) throw error;
    throw damaged(`its image data cannot be decoded (${reasonOf(error)})`, error);
  }
}

function openPng(file: Buffer): OpenImage {
  const { width, height, channels, bytes, decodingBytes } = checkPng(file);
  const decode = (): Pixels => {
    const { data } = PNG.sync.read(bytes, { checkCRC: false });
    return { width, height, rgba: data };
  };
  return {
    format: "PNG",
    width,
    height,
    channels,
    decodingBytes,
    decode: async () => toPlanes(await runDecoder(decode)),
  };
}

function openJpeg(file: Buffer): OpenImage {
  const { width, height, channels, exif, bytes, decodingBytes } = checkJpeg(file);
  const orientation = exifOrientation(exif);
  const decode = async (): Promise<Pixels> =>
    turnUpright({ width, height, rgba: await decodeJpeg(bytes) }, orientation);
  const upright = orientation < 5 ? { width, height } : { width: height, height: width };
  return {
    format: "JPEG",
    ...upright,
    channels,
    decodingBytes,
    decode: async () => toPlanes(await runDecoder(decode)),
  };
}

/** Planes from 0 to 255, transparency over white. */
function toPlanes({ width, height, rgba }: Pixels): ImagePlanes {
  const size = width * height;
  const planes = new Float32Array(3 * size);
  let grey = true;
  for (let i = 0; i < size; i++) {
    const alpha = rgba[4 * i + 3]! / 255;
    for (let c = 0; c < 3; c++) planes[c * size + i] = rgba[4 * i + c]! * alpha + 255 * (1 - alpha);
    if (rgba[4 * i] !== rgba[4 * i + 1] || rgba[4 * i] !== rgba[4 * i + 2]) grey = false;
  }
  return { channels: grey ? 1 : 3, height, width, values: grey ? planes.slice(0, size) : planes };
}

/** What is wrong with a file as an error for its reader: which, what, and what helps. */
function refusal(path: string, { fault, message }: ImageError): string {
  if (fault === "too large") return `${path} is too large: ${message}; make it smaller first`;
  if (fault === "unsupported")
    return `${path} cannot be read: ${message}; save it as an ordinary PNG or JPEG`;
  return `${path} is damaged or cut short: ${message}; copy or save it again`;
}

/** Runs what reads a file, with the file's name in what it says. */
async function reading<Result>(path: string, read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ImageError) throw new CommandError(refusal(path, error), { cause: error });
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new CommandError(`there is no file ${path}`, { cause: error });
    if (error instanceof CommandError || error instanceof RangeError) throw error;
    throw new CommandError(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** @throws CommandError for a missing, damaged or unsupported file. */
export async function openImage(path: string): Promise<OpenImage> {
  return reading(path, () => {
    const { format, bytes } = readFile(path);
    const image = format === "PNG" ? openPng(bytes) : openJpeg(bytes);
    return { ...image, decode: () => reading(path, image.decode) };
  });
}

/** @throws CommandError for a missing, damaged or unsupported file. */
export async function readImage(path: string): Promise<ImageFile> {
  const image = await openImage(path);
  return { format: image.format, image: await image.decode() };
}

export interface FinishedImage {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Plane after plane. */
  readonly bytes: Uint8ClampedArray;
}

/** The image as a PNG file's bytes. */
export function pngBytes({ channels, height, width, bytes }: FinishedImage): Uint8Array {
  const size = width * height;
  const colorType = channels === 3 ? 2 : 0;
  const pixels = Buffer.allocUnsafe(channels * size);
  for (let c = 0; c < channels; c++) {
    for (let i = 0, at = c; i < size; i++, at += channels) pixels[at] = bytes[c * size + i]!;
  }
  const png = Object.assign(new PNG(), { width, height, data: pixels });
  // Paeth's filter for every row: trying all five takes ten times as long, for files a half per cent smaller.
  return PNG.sync.write(png, {
    colorType,
    inputColorType: colorType,
    inputHasAlpha: false,
    filterType: 4,
  });
}

/** @throws CommandError when the file cannot be written; an old one of that name is then as it was. */
export function writePng(path: string, image: FinishedImage): void {
  replaceFile(path, pngBytes(image));
}
