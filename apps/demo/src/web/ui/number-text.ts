/** Numbers as people read them: a true minus sign, no more digits than help, no negative zero. */

/** Up to `digits` significant digits; very large and very small numbers in scientific notation. */
export function numberText(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  let text: string;
  if (size === 0) text = "0";
  else if (size >= 1e6 || size < 1e-4) text = value.toExponential(Math.max(0, digits - 2));
  else if (Number.isInteger(value)) text = String(value);
  else text = String(Number(value.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

/** A fixed number of digits after the point. */
export function fixedText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return numberText(value);
  return (Object.is(value, -0) || Number(value.toFixed(digits)) === 0 ? 0 : value)
    .toFixed(digits)
    .replace("-", "−");
}
