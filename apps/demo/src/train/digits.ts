/**
 * Digits written by rule: strokes of each digit, turned, stretched, moved and drawn with a pen of some width. They stand in
 * where no real data are at hand, and look like MNIST's: 28 × 28, white on black.
 */
import { drawUniform, Generator } from "@corr2d/core";
import type { NumberArray } from "@corr2d/data";

type Point = readonly [x: number, y: number];
/** Points of a stroke, joined by straight lines, in a square from −1 to 1; y points down. */
type Stroke = readonly Point[];

/** An arc of an ellipse, from one angle to another, in degrees; 0 is to the right, 90 below. */
function arc(x: number, y: number, rx: number, ry: number, from: number, to: number): Stroke {
  const pieces = 12;
  return Array.from({ length: pieces + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / pieces) * Math.PI) / 180;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)] as const;
  });
}

const STROKES: readonly (readonly Stroke[])[] = [
  [arc(0, 0, 0.55, 0.9, 0, 360)],
  [
    [
      [-0.3, -0.5],
      [0.05, -0.9],
      [0.05, 0.9],
    ],
  ],
  [[...arc(0, -0.4, 0.5, 0.5, -160, 40), [-0.5, 0.9], [0.6, 0.9]]],
  [arc(0, -0.45, 0.45, 0.45, -160, 90), arc(0, 0.45, 0.5, 0.45, -90, 150)],
  [
    [
      [0.3, 0.9],
      [0.3, -0.9],
      [-0.6, 0.3],
      [0.65, 0.3],
    ],
  ],
  [[[0.5, -0.9], [-0.4, -0.9], [-0.45, -0.1], ...arc(-0.02, 0.35, 0.52, 0.55, -110, 140)]],
  [[[0.35, -0.9], ...arc(0.05, 0.35, 0.55, 0.55, 205, 565)]],
  [
    [
      [-0.55, -0.9],
      [0.55, -0.9],
      [-0.1, 0.9],
    ],
  ],
  [arc(0, -0.45, 0.42, 0.45, 90, 450), arc(0, 0.45, 0.52, 0.45, -90, 270)],
  [[...arc(-0.02, -0.35, 0.5, 0.55, 0, 360), [0.45, -0.2], [0.3, 0.9]]],
];

const SIDE = 28;

/** Distance of a point from the line between two. */
function distance([px, py]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / length));
  return Math.hypot(px - ax - along * dx, py - ay - along * dy);
}

function drawDigit(digit: number, random: (low: number, high: number) => number, pixels: Uint8Array): void {
  const [turn, slant] = [random(-0.25, 0.25), random(-0.3, 0.3)];
  const [sx, sy] = [random(6, 9), random(8, 10.5)];
  const [cx, cy] = [random(12, 16), random(12.5, 15.5)];
  const pen = random(0.9, 1.7);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const place = ([x, y]: Point): Point => {
    const [u, v] = [(x - slant * y) * sx + random(-0.25, 0.25), y * sy + random(-0.25, 0.25)];
    return [cx + cos * u - sin * v, cy + sin * u + cos * v];
  };
  for (const stroke of STROKES[digit]!) {
    const points = stroke.map(place);
    for (let i = 1; i < points.length; i++) {
      const [a, b] = [points[i - 1]!, points[i]!];
      const reach = pen + 1;
      const range = (p: number, q: number): [number, number] => [
        Math.max(0, Math.floor(Math.min(p, q) - reach)),
        Math.min(SIDE - 1, Math.ceil(Math.max(p, q) + reach)),
      ];
      const [left, right] = range(a[0], b[0]);
      const [top, bottom] = range(a[1], b[1]);
      for (let y = top; y <= bottom; y++) {
        for (let x = left; x <= right; x++) {
          // The pen's edge is one pixel wide.
          const ink = Math.max(0, Math.min(1, pen + 0.5 - distance([x, y], a, b)));
          const at = y * SIDE + x;
          pixels[at] = Math.max(pixels[at]!, Math.round(255 * ink));
        }
      }
    }
  }
}

/** `count` images [count, 28, 28] and their classes; the same for the same seed. */
export function writtenDigits(count: number, seed: number): { images: NumberArray; classes: NumberArray } {
  const generator = new Generator(seed);
  let drawn: ArrayLike<number> = [];
  let next = 0;
  const random = (low: number, high: number): number => {
    if (next === drawn.length) {
      drawn = drawUniform(generator, 4096, "float32", 0, 1);
      next = 0;
    }
    return low + (high - low) * drawn[next++]!;
  };
  const images = new Uint8Array(count * SIDE * SIDE);
  const classes = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    classes[i] = Math.floor(random(0, 10));
    drawDigit(classes[i]!, random, images.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
  }
  return { images: { data: images, shape: [count, SIDE, SIDE] }, classes: { data: classes, shape: [count] } };
}
