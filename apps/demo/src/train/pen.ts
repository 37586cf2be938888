/** A round pen on a square of grey pixels, as large as MNIST's. */

export type Point = readonly [x: number, y: number];

/** Width and height of the square. */
export const SIDE = 28;

/** Distance of a point from the line between two. */
function distance([px, py]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / length));
  return Math.hypot(px - ax - along * dx, py - ay - along * dy);
}

/**
 * Draws the line from a to b into pixels [28, 28] from 0 to 255.
 * @param pen half the width of the line, in pixels.
 */
export function drawLine(a: Point, b: Point, pen: number, pixels: Uint8Array): void {
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
