/** JSON for programs: NaN and infinities, which JSON has no numbers for, as strings. */
export function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, item: unknown) => (typeof item === "number" && !Number.isFinite(item) ? String(item) : item),
    2,
  );
}
