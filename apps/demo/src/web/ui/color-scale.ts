/**
 * The diverging colour scale for canvases: blue, grey, orange, which every common form of colour blindness tells
 * apart. The same ends as in styles/tokens.css, mixed in the same way (OKLab; Ottosson 2020, "A perceptual color space
 * for image processing").
 */

/** OKLab: lightness, green to red, blue to yellow. */
type Lab = readonly [number, number, number];

interface Ends {
  readonly negative: Lab;
  readonly zero: Lab;
  readonly positive: Lab;
}

const fromLch = (lightness: number, chroma: number, degrees: number): Lab => {
  const angle = (degrees * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
};

const LIGHT: Ends = {
  negative: fromLch(0.72, 0.12, 250),
  zero: fromLch(0.965, 0.004, 90),
  positive: fromLch(0.75, 0.14, 55),
};
const DARK: Ends = {
  negative: fromLch(0.5, 0.13, 252),
  zero: fromLch(0.285, 0.008, 260),
  positive: fromLch(0.53, 0.13, 48),
};

function mix({ negative, zero, positive }: Ends, value: number): Lab {
  const share = Math.min(1, Math.abs(value));
  const end = value < 0 ? negative : positive;
  return zero.map((from, i) => from + (end[i]! - from) * share) as unknown as Lab;
}

/** A CSS colour for a value from −1 to 1. */
export function scaleColor(value: number, dark: boolean): string {
  const [l, a, b] = mix(dark ? DARK : LIGHT, Number.isFinite(value) ? value : 1);
  return `oklab(${l.toFixed(4)} ${a.toFixed(4)} ${b.toFixed(4)})`;
}
