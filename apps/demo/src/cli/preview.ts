/**
 * An image in a terminal: every character is two pixels, one above the other, drawn as an upper half block whose
 * foreground is the upper pixel and whose background the lower one. Without colour, a ramp of characters from dark to
 * light.
 */
import type { FinishedImage } from "./image-file.ts";

/** From dark to light. */
const RAMP = " .:-=+*#%@";

interface Small {
  readonly width: number;
  readonly height: number;
  colour(x: number, y: number): [number, number, number];
}

/** The image shrunk to `width` × `height` pixels, each the mean of what it covers. */
function shrink(image: FinishedImage, width: number, height: number): Small {
  const size = image.width * image.height;
  const plane = (c: number): number => (image.channels === 3 ? c : 0) * size;
  const mean = (c: number, x: number, y: number): number => {
    const [left, right] = cellRange(x, width, image.width);
    const [top, bottom] = cellRange(y, height, image.height);
    let sum = 0;
    for (let v = top; v < bottom; v++) {
      for (let u = left; u < right; u++) sum += image.bytes[plane(c) + v * image.width + u]!;
    }
    return Math.round(sum / ((right - left) * (bottom - top)));
  };
  return { width, height, colour: (x, y) => [mean(0, x, y), mean(1, x, y), mean(2, x, y)] };
}

/** The pixels that cell `i` of `cells` covers; at least one. */
function cellRange(i: number, cells: number, pixels: number): [number, number] {
  const start = Math.min(pixels - 1, Math.floor((i * pixels) / cells));
  return [start, Math.max(start + 1, Math.floor(((i + 1) * pixels) / cells))];
}

/** A colour as the numbers of an SGR sequence, behind 38 (foreground) or 48 (background). */
function sgr(ground: 38 | 48, [r, g, b]: [number, number, number], depth: number): string {
  if (depth >= 24) return `${ground};2;${r};${g};${b}`;
  const isGrey = Math.max(r, g, b) - Math.min(r, g, b) < 8;
  // The 256 colours: 24 greys from 232, and a cube of 6 × 6 × 6 from 16.
  const grey = 232 + Math.min(23, Math.floor((r * 24) / 256));
  const level = (value: number): number => Math.round((value / 255) * 5);
  return `${ground};5;${isGrey ? grey : 16 + 36 * level(r) + 6 * level(g) + level(b)}`;
}

/** The lines of a preview of at most `columns` characters, in `depth` bits of colour (1: none). */
export function previewLines(image: FinishedImage, columns: number, depth: number): string[] {
  const width = Math.max(1, Math.min(columns, image.width));
  // Two pixels per character, which is about twice as high as wide.
  const rows = Math.max(1, Math.round((image.height * width) / image.width / 2));
  const small = shrink(image, width, 2 * rows);
  const cell = (x: number, y: number): string => {
    const [upper, lower] = [small.colour(x, 2 * y), small.colour(x, 2 * y + 1)];
    if (depth >= 8) return `\u001b[${sgr(38, upper, depth)};${sgr(48, lower, depth)}m▀`;
    const brightness = [...upper, ...lower].reduce((sum, value) => sum + value, 0) / 6;
    return RAMP[Math.min(RAMP.length - 1, Math.floor((brightness * RAMP.length) / 256))]!;
  };
  return Array.from({ length: rows }, (_, y) => {
    const cells = Array.from({ length: width }, (_, x) => cell(x, y)).join("");
    return depth >= 8 ? `${cells}\u001b[0m` : cells;
  });
}
