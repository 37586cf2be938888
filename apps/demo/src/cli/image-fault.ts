/**
 * What can be wrong with an image file, and the limits of what is read.
 *
 * A file is judged by its structure before anything is decoded: how large it says it is, whether it is whole, and whether
 * its compressed bytes can hold as much as it says. Only what was checked is given to a decoder.
 */

/** Damaged: not what its maker wrote. Unsupported: right, but of a kind not read here. */
type ImageFault = "damaged" | "unsupported" | "too large";

export class ImageError extends Error {
  override readonly name = "ImageError";
  readonly fault: ImageFault;

  /** @param what goes into a sentence whose subject is the file: "it ends within …". */
  constructor(fault: ImageFault, what: string, options?: ErrorOptions) {
    super(what, options);
    this.fault = fault;
  }
}

export const damaged = (what: string, cause?: unknown): ImageError =>
  new ImageError("damaged", what, { cause });
export const unsupported = (what: string): ImageError => new ImageError("unsupported", what);
export const tooLarge = (what: string): ImageError => new ImageError("too large", what);

/** Of an image that is read or written. */
export const MOST_PIXELS = 100e6;
/** Chunks of a PNG file, segments of a JPEG file: photos have some ten thousand at most. */
export const MOST_PARTS = 100_000;
/** The longest side that JPEG can have; beyond it the decoders' own numbers overflow. */
export const MOST_SIDE = 65_535;

/**
 * @param mostPixels of this format, in whole millions.
 * @throws ImageError unless the size is one that is read.
 */
export function checkSize(width: number, height: number, mostPixels: number = MOST_PIXELS): void {
  if (width === 0 || height === 0) throw damaged(`it says that it is ${width}×${height} pixels`);
  if (width > MOST_SIDE || height > MOST_SIDE) {
    throw tooLarge(`it says ${width}×${height} pixels, and no side may be longer than ${MOST_SIDE}`);
  }
  if (width * height > mostPixels) {
    throw tooLarge(`it says ${width}×${height} pixels, which are more than ${mostPixels / 1e6} million`);
  }
}
