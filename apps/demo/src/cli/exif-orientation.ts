/**
 * How a camera was held: the orientation tag of a photo's Exif block, and turning the pixels by it.
 *
 * Source: JEITA CP-3451 (Exif 2.3), 4.6.2 and 4.6.4: a TIFF header, then a list of 12-byte entries; tag 0x0112 holds
 * 1 to 8. 1 is upright; 2, 4, 5, 7 are mirrored; 3 is upside down; 6 and 8 lie on a side.
 */

const ORIENTATION_TAG = 0x0112;

/** The orientation, 1 to 8; 1 when the block has none or is damaged. */
export function exifOrientation(exif: Uint8Array | undefined): number {
  if (exif === undefined) return 1;
  // What comes before the header differs by reader; offsets count from the header, which begins with II or MM.
  const start = exif.findIndex((byte, i) => (byte === 0x49 || byte === 0x4d) && exif[i + 1] === byte);
  if (start < 0 || exif.length - start < 14) return 1;
  const view = new DataView(exif.buffer, exif.byteOffset + start, exif.length - start);
  const order = view.getUint16(0);
  const little = order === 0x4949;
  const list = view.getUint32(4, little);
  if (list + 2 > view.byteLength) return 1;
  const entries = view.getUint16(list, little);
  for (let i = 0; i < entries; i++) {
    const entry = list + 2 + 12 * i;
    if (entry + 12 > view.byteLength) return 1;
    if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha of each pixel, row by row. */
  readonly rgba: Uint8Array | Uint8ClampedArray;
}

/** The pixels as they are to be seen. */
export function turnUpright(pixels: Pixels, orientation: number): Pixels {
  if (orientation === 1) return pixels;
  const { width, height, rgba } = pixels;
  const swapped = orientation >= 5;
  const mirroredX = [2, 3, 7, 8].includes(orientation);
  const mirroredY = [3, 4, 6, 7].includes(orientation);
  const [w, h] = swapped ? [height, width] : [width, height];
  const out = new Uint8Array(rgba.length);
  // A pixel at a time instead of its four bytes.
  const from = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.length / 4);
  const to = new Uint32Array(out.buffer);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [u, v] = swapped ? [y, x] : [x, y];
      const sourceX = mirroredX ? width - 1 - u : u;
      const sourceY = mirroredY ? height - 1 - v : v;
      to[y * w + x] = from[sourceY * width + sourceX]!;
    }
  }
  return { width: w, height: h, rgba: out };
}
