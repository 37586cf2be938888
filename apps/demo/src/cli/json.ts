/** JSON for programs: NaN and infinities, which JSON has no numbers for, as strings; lists of numbers on one line. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, item: unknown) => (typeof item === "number" && !Number.isFinite(item) ? String(item) : item),
    2,
  );
  return text.replace(/\[[\s\d.,eE+-]+\]/g, (list) =>
    list.replace(/\n\s*/g, " ").replace(/^\[ | \]$/g, (end) => end.trim()),
  );
}
