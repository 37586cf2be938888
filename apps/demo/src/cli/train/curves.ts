/** Curves over the epochs, as a drawing in a page. */
import { escapeHtml } from "./pictures.ts";

export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const [WIDTH, HEIGHT] = [460, 260];
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 12, 12, 34];

/** Round numbers from `low` to `high`, about five, at least `apart` from each other. */
export function ticks(low: number, high: number, apart = 0): number[] {
  if (!(high > low)) return [low];
  const rough = Math.max((high - low) / 5, apart);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** A drawing with axes, whose labels end in `unit`. */
export function chart(title: string, unit: string, xName: string, curves: readonly Curve[]): string {
  const all = curves.flatMap(({ points }) => points);
  const finite = all.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  if (finite.length === 0) return "";
  const range = (axis: 0 | 1): [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (const point of finite) {
      low = Math.min(low, point[axis]);
      high = Math.max(high, point[axis]);
    }
    return high > low ? [low, high] : [low - 0.5, high + 0.5];
  };
  const [xRange, yRange] = [range(0), range(1)];
  const scale = (value: number, [low, high]: [number, number], from: number, to: number): number =>
    Number((from + ((value - low) / (high - low)) * (to - from)).toFixed(2));
  const px = (x: number): number => scale(x, xRange, LEFT, WIDTH - RIGHT);
  const py = (y: number): number => scale(y, yRange, HEIGHT - BOTTOM, TOP);
  const lines = [
    ...ticks(...yRange).map(
      (y) =>
        `<path class="grid" d="M${LEFT} ${py(y)}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${py(y) + 4}" text-anchor="end">${y}${unit}</text>`,
    ),
    ...ticks(...xRange, 1).map(
      (x) => `<text x="${px(x)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${x}</text>`,
    ),
    `<text x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">${escapeHtml(xName)}</text>`,
    ...curves.map(({ colour, points }) => {
      const shown = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
      const path = shown.map(([x, y]) => `${px(x)} ${py(y)}`).join("L");
      return shown.length === 1
        ? `<circle cx="${px(shown[0]![0])}" cy="${py(shown[0]![1])}" r="3" fill="${colour}"/>`
        : `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
    }),
  ];
  const legend = curves.map(({ name, colour }) => `<span style="color:${colour}">${escapeHtml(name)}</span>`);
  return `<figure><figcaption>${escapeHtml(title)}: ${legend.join(", ")}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${lines.join("")}</svg></figure>`;
}
