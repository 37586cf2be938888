/**
 * Digits written by rule: strokes of each digit, turned, stretched, moved and drawn with a pen of some width. They stand in
 * where no real data are at hand, and look like MNIST's: 28 × 28, white on black.
 */
import { drawUniform, Generator } from "@corr2d/core";
import type { NumberArray } from "@corr2d/data";
import { drawLine, type Point, SIDE } from "./pen.ts";

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

/** The ways in which each digit is written. */
const FORMS: readonly (readonly (readonly Stroke[])[])[] = [
  [[arc(0, 0, 0.55, 0.9, 0, 360)], [arc(0, 0, 0.55, 0.9, -70, 270)]],
  [
    [
      [
        [-0.3, -0.5],
        [0.05, -0.9],
        [0.05, 0.9],
      ],
    ],
    [
      [
        [0, -0.9],
        [0, 0.9],
      ],
    ],
    [
      [
        [-0.3, -0.5],
        [0.05, -0.9],
        [0.05, 0.9],
      ],
      [
        [-0.4, 0.9],
        [0.45, 0.9],
      ],
    ],
  ],
  [
    [[...arc(0, -0.4, 0.5, 0.5, -160, 40), [-0.5, 0.9], [0.6, 0.9]]],
    [[...arc(0, -0.4, 0.5, 0.5, -170, 60), ...arc(-0.35, 0.72, 0.2, 0.18, 0, -300), [0.6, 0.85]]],
  ],
  [
    [arc(0, -0.45, 0.45, 0.45, -160, 90), arc(0, 0.45, 0.5, 0.45, -90, 150)],
    [[[-0.45, -0.9], [0.45, -0.9], [-0.05, -0.15], ...arc(0, 0.37, 0.5, 0.53, -80, 150)]],
  ],
  [
    [
      [
        [0.3, 0.9],
        [0.3, -0.9],
        [-0.6, 0.3],
        [0.65, 0.3],
      ],
    ],
    [
      [
        [-0.4, -0.9],
        [-0.5, 0.1],
        [0.55, 0.1],
      ],
      [
        [0.35, -0.9],
        [0.3, 0.9],
      ],
    ],
    [
      [
        [0.1, -0.9],
        [-0.6, 0.25],
        [0.65, 0.25],
      ],
      [
        [0.3, -0.3],
        [0.25, 0.9],
      ],
    ],
  ],
  [
    [[[0.5, -0.9], [-0.4, -0.9], [-0.45, -0.1], ...arc(-0.02, 0.35, 0.52, 0.55, -110, 140)]],
    [
      [[-0.3, -0.9], [-0.4, -0.1], ...arc(-0.02, 0.35, 0.5, 0.5, -120, 150)],
      [
        [-0.3, -0.9],
        [0.5, -0.9],
      ],
    ],
  ],
  [
    [[[0.35, -0.9], ...arc(0.05, 0.35, 0.55, 0.55, 205, 565)]],
    [[...arc(0.5, 0.3, 1, 1.2, 255, 180), ...arc(0, 0.4, 0.5, 0.5, 180, -180)]],
  ],
  [
    [
      [
        [-0.55, -0.9],
        [0.55, -0.9],
        [-0.1, 0.9],
      ],
    ],
    [
      [
        [-0.55, -0.9],
        [0.55, -0.9],
        [-0.1, 0.9],
      ],
      [
        [-0.3, 0],
        [0.5, 0],
      ],
    ],
    [[[-0.55, -0.6], [-0.55, -0.9], [0.55, -0.9], ...arc(1, 0.95, 1, 1.3, 230, 180)]],
  ],
  [[arc(0, -0.45, 0.42, 0.45, 90, 450), arc(0, 0.45, 0.52, 0.45, -90, 270)]],
  [
    [[...arc(-0.02, -0.35, 0.5, 0.55, 0, 360), [0.45, -0.2], [0.3, 0.9]]],
    [[...arc(-0.02, -0.4, 0.48, 0.5, 0, -360), [0.46, 0.9]]],
    [[...arc(-0.02, -0.4, 0.48, 0.5, 0, -360), ...arc(-0.05, 0.35, 0.5, 0.55, 0, 130)]],
  ],
];

type Random = (low: number, high: number) => number;

/** Moves points as a wave in the paper would: by up to `reach` pixels each way, alike where they are near each other. */
function wave(reach: number, random: Random): (point: Point) => Point {
  if (reach === 0) return (point) => point;
  const waves = [0, 1].map(() => ({
    turn: random(0, Math.PI),
    start: random(0, 2 * Math.PI),
    // A wave of 16 to 40 pixels.
    speed: (2 * Math.PI) / random(16, 40),
    size: random(0, reach),
  }));
  return ([x, y]) => {
    const [dx, dy] = waves.map(
      ({ turn, start, speed, size }) =>
        size * Math.sin(start + speed * (x * Math.cos(turn) + y * Math.sin(turn))),
    );
    return [x + dx!, y + dy!];
  };
}

function drawDigit(digit: number, random: Random, reach: number, pixels: Uint8Array): void {
  const [turn, slant] = [random(-0.25, 0.25), random(-0.3, 0.3)];
  const [sx, sy] = [random(6, 9), random(8, 10.5)];
  const [cx, cy] = [random(12, 16), random(12.5, 15.5)];
  const pen = random(0.9, 1.7);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const bend = wave(reach, random);
  const place = ([x, y]: Point): Point => {
    const [u, v] = [(x - slant * y) * sx + random(-0.25, 0.25), y * sy + random(-0.25, 0.25)];
    return bend([cx + cos * u - sin * v, cy + sin * u + cos * v]);
  };
  const forms = FORMS[digit]!;
  for (const stroke of forms[Math.floor(random(0, forms.length))]!) {
    const points = stroke.map(place);
    for (let i = 1; i < points.length; i++) drawLine(points[i - 1]!, points[i]!, pen, pixels);
  }
}

/**
 * `count` images [count, 28, 28] and their classes; the same for the same seed.
 * @param reach how far strokes are bent besides, in pixels.
 */
export function writtenDigits(
  count: number,
  seed: number,
  reach = 0,
): { images: NumberArray; classes: NumberArray } {
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
    drawDigit(classes[i]!, random, reach, images.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
  }
  return { images: { data: images, shape: [count, SIDE, SIDE] }, classes: { data: classes, shape: [count] } };
}
