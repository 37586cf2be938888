/** Values as Python prints them, for the texts that PyTorch prints of modules and optimisers. */

/** What an option can be. */
export type PrintedValue = number | string | boolean | null | readonly PrintedValue[];

/** `None`, `True`, `1e-05`, `(2, 3)`, `(5,)`; strings as they are. */
export function pythonText(value: PrintedValue): string {
  if (value === null) return "None";
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return numberText(value);
  return value.length === 1 ? `(${pythonText(value[0]!)},)` : `(${value.map(pythonText).join(", ")})`;
}

/** A number that Python holds as a float: `1.0`, `0.5`, `1e-05`. */
export function floatText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : numberText(value);
}

/** Python turns to exponents below 1e-4 and from 1e16 on, and gives them two digits. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const magnitude = Math.abs(value);
  if (value === 0 || (magnitude >= 1e-4 && magnitude < 1e16)) return String(value);
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

/** `weightDecay` as `weight_decay`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Every line but the first moved right by two, as PyTorch nests modules. */
export function indent(text: string): string {
  return text.replaceAll("\n", "\n  ");
}
