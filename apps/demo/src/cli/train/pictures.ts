/** Planes of numbers as small pictures in a page: one is grey, three are red, green and blue. */
import { pngBytes } from "../image-file.ts";

export interface Plane {
  readonly height: number;
  readonly width: number;
  readonly values: ArrayLike<number>;
}

/** The least value black, the largest white. */
export function picture({ height, width, values }: Plane, alt: string, side: number): string {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  const span = high > low ? high - low : 1;
  const bytes = Uint8ClampedArray.from(values, (value) => (255 * (value - low)) / span);
  const channels = values.length / (height * width);
  const url = Buffer.from(pngBytes({ channels, height, width, bytes })).toString("base64");
  return `<img src="data:image/png;base64,${url}" alt="${escapeHtml(alt)}" title="${escapeHtml(alt)}" width="${side}" height="${Math.round((side * height) / width)}">`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
