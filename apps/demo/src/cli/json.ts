/** JSON for programs: NaN and infinities, which JSON has no numbers for, are strings. */
const nameNonFinite = (_: string, item: unknown): unknown =>
  typeof item === "number" && !Number.isFinite(item) ? String(item) : item;

/** One of many documents, on a line of its own. */
export const toJsonLine = (value: unknown): string => JSON.stringify(value, nameNonFinite);

/** The one document, with lists of numbers on one line. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, nameNonFinite, 2);
  return text.replace(/\[[\s\d.,eE+-]+\]/g, (list) =>
    list.replace(/\n\s*/g, " ").replace(/^\[ | \]$/g, (end) => end.trim()),
  );
}
