/** What the reader draws: strokes, which become an image of the size, the place and the pen of those that the network learnt from. */
import { drawLine, type Point, SIDE } from "../../train/pen.ts";

/** Points from 0 to 99 in both directions. */
export type Strokes = readonly (readonly Point[])[];

/** The pad's width and height in such points. */
export const PAD = 100;

/** Half the pen's width, in pixels of the image: between those of the written digits. */
export const PEN = 1.3;
/** As large as the written digits are, in pixels. */
const [HEIGHT, WIDTH] = [16.5, 14];

const MOST_POINTS = 400;

/** `1020.3040` is a stroke of two points: two digits for each coordinate, and a dot between strokes. */
export const strokesText = (strokes: Strokes): string =>
  strokes
    .map((stroke) => stroke.map((point) => point.map((n) => String(n).padStart(2, "0")).join("")).join(""))
    .join(".");

export function parseStrokes(text: string | undefined): Strokes | undefined {
  if (text === undefined || !/^(\d{4})+(\.(\d{4})+)*$/.test(text) || text.length > 5 * MOST_POINTS)
    return undefined;
  return text
    .split(".")
    .map((stroke) =>
      Array.from(stroke.matchAll(/(\d\d)(\d\d)/g), ([, x, y]) => [Number(x), Number(y)] as const),
    );
}

/** Every other point of a stroke, and its last one. */
const thinned = (stroke: readonly Point[]): readonly Point[] =>
  stroke.filter((_, i) => i % 2 === 0 || i === stroke.length - 1);

/** The last stroke goes on to a point, unless the pen has hardly moved. A drawing of too many points keeps half of them. */
export function extended(strokes: Strokes, [x, y]: Point): Strokes {
  const whole = (n: number): number => Math.max(0, Math.min(PAD - 1, Math.round(n)));
  const point: Point = [whole(x), whole(y)];
  const stroke = strokes.at(-1)!;
  const last = stroke.at(-1);
  const isNear = last !== undefined && Math.hypot(point[0] - last[0], point[1] - last[1]) < 2.5;
  if (isNear) return strokes;
  const kept = strokes.flat().length < MOST_POINTS ? strokes : strokes.map(thinned);
  // Nothing but dots.
  if (kept.flat().length >= MOST_POINTS) return strokes;
  return [...kept.slice(0, -1), [...kept.at(-1)!, point]];
}

/**
 * The strokes as an image [28, 28] from 0 to 255.
 * @param centred moved and stretched to where the written digits are, as MNIST's were; otherwise as they lie on the pad.
 */
export function drawnImage(strokes: Strokes, centred: boolean): Uint8Array {
  const pixels = new Uint8Array(SIDE * SIDE);
  const points = strokes.flat();
  if (points.length === 0) return pixels;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = centred
    ? Math.min(HEIGHT / Math.max(1, bottom - top), WIDTH / Math.max(1, right - left), 1)
    : SIDE / PAD;
  const place = ([x, y]: Point): Point =>
    centred
      ? [(SIDE - 1) / 2 + scale * (x - (left + right) / 2), (SIDE - 1) / 2 + scale * (y - (top + bottom) / 2)]
      : [scale * x - 0.5, scale * y - 0.5];
  for (const stroke of strokes) {
    const placed = stroke.map(place);
    for (const [i, point] of placed.entries()) drawLine(placed[Math.max(0, i - 1)]!, point, PEN, pixels);
  }
  return pixels;
}
