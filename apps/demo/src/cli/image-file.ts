/**
 * Photos in and out: PNG and JPEG files as planes of brightness, and planes as PNG files.
 *
 * What a file is, its first bytes say, not its name. Transparent pixels are shown on white. An image whose channels
 * are the same everywhere is grey, and has one plane.
 */
import { readFileSync } from "node:fs";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import type { ImagePlanes } from "../chapter/filter-image.ts";
import { exifOrientation, type Pixels, turnUpright } from "./exif-orientation.ts";
import { replaceFile } from "./replace-file.ts";
import { CommandError } from "./usage-error.ts";

export interface ImageFile {
  readonly format: "PNG" | "JPEG";
  readonly image: ImagePlanes;
}

/** More would not fit into memory as tensors. */
const MOST_PIXELS = 100e6;

const startsWith = (bytes: Uint8Array, signature: readonly number[]): boolean =>
  signature.every((byte, i) => bytes[i] === byte);

const isPng = (bytes: Uint8Array): boolean =>
  startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const isJpeg = (bytes: Uint8Array): boolean => startsWith(bytes, [0xff, 0xd8, 0xff]);

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

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new CommandError(`there is no file ${path}`);
    if (code === "EISDIR") throw new CommandError(`${path} is a folder; give an image, PNG or JPEG`);
    throw new CommandError(`${path} cannot be read: ${(error as Error).message}`);
  }
}

function decodePng(bytes: Uint8Array): Pixels {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 33) throw new Error("it ends within its header");
  checkSize(header.getUint32(16), header.getUint32(20));
  const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
  return { width, height, rgba: data };
}

function decodeJpeg(bytes: Uint8Array): Pixels {
  const decoded = jpeg.decode(bytes, { useTArray: true, tolerantDecoding: false, maxMemoryUsageInMB: 4096 });
  const { width, height, data } = decoded;
  // Not in the package's types.
  const { exifBuffer } = decoded as { exifBuffer?: Uint8Array };
  return turnUpright({ width, height, rgba: data }, exifOrientation(exifBuffer));
}

function checkSize(width: number, height: number): void {
  if (width * height > MOST_PIXELS) throw new Error(`${width}×${height} pixels are more than 100 million`);
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

/** @throws CommandError for a missing, damaged or unsupported file. */
export function readImage(path: string): ImageFile {
  const bytes = readBytes(path);
  if (!isPng(bytes) && !isJpeg(bytes)) {
    throw new CommandError(
      `${path} is not supported: images may be PNG or JPEG, and it is ${guessFormat(bytes)}`,
    );
  }
  const format = isPng(bytes) ? "PNG" : "JPEG";
  try {
    return { format, image: toPlanes(format === "PNG" ? decodePng(bytes) : decodeJpeg(bytes)) };
  } catch (error) {
    const reason = (error as Error).message;
    const message = `${path} cannot be read as ${format}; it may be damaged or cut short (${reason})`;
    throw new CommandError(message, { cause: error });
  }
}

export interface FinishedImage {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Plane after plane. */
  readonly bytes: Uint8ClampedArray;
}

/** @throws CommandError when the file cannot be written; an old one of that name is then as it was. */
export function writePng(path: string, { channels, height, width, bytes }: FinishedImage): void {
  const size = width * height;
  const png = new PNG({ width, height });
  for (let i = 0; i < size; i++) {
    for (let c = 0; c < 3; c++) png.data[4 * i + c] = bytes[(channels === 3 ? c : 0) * size + i]!;
    png.data[4 * i + 3] = 255;
  }
  replaceFile(path, PNG.sync.write(png, { colorType: channels === 3 ? 2 : 0 }));
}
