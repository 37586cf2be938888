/**
 * Lines of equal height over a grid of values: marching squares (Maple 2003, "Geometric design and space planning
 * using the marching squares and marching cube algorithms"), each cell for itself.
 */

/** A piece of a line, in grid units: x1, y1, x2, y2. */
export type Segment = readonly [number, number, number, number];

/** Where an edge from value a to value b meets the level, from 0 to 1. */
const crossing = (a: number, b: number, level: number): number => (level - a) / (b - a);

export function contour(values: ArrayLike<number>, side: number, level: number): Segment[] {
  const segments: Segment[] = [];
  for (let y = 0; y < side - 1; y++) {
    for (let x = 0; x < side - 1; x++) {
      const at = y * side + x;
      const [a, b, c, d] = [values[at]!, values[at + 1]!, values[at + side + 1]!, values[at + side]!];
      // The cell's corners clockwise from the top left; an edge is crossed when its ends lie on two sides of the level.
      const points: (readonly [number, number])[] = [];
      if (a < level !== b < level) points.push([x + crossing(a, b, level), y]);
      if (b < level !== c < level) points.push([x + 1, y + crossing(b, c, level)]);
      if (d < level !== c < level) points.push([x + crossing(d, c, level), y + 1]);
      if (a < level !== d < level) points.push([x, y + crossing(a, d, level)]);
      for (let i = 0; i + 1 < points.length; i += 2) segments.push([...points[i]!, ...points[i + 1]!]);
    }
  }
  return segments;
}
