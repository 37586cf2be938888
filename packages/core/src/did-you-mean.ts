/** Guessing what a misspelt name was meant to be, for the messages of errors. */

/** Edit distance (Levenshtein 1966), to guess what a misspelt member was meant to be. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** What people of other libraries write. */
const SYNONYMS: Readonly<Record<string, string>> = {
  axis: "dim",
  axes: "dim",
  keepdims: "keepdim",
  learningrate: "lr",
  learning_rate: "lr",
  strides: "stride",
  pad: "padding",
  size_average: "reduction",
};

/** ` (did you mean 'padding'?)`, or nothing where no known name is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const synonym = Object.hasOwn(SYNONYMS, name.toLowerCase()) ? SYNONYMS[name.toLowerCase()] : undefined;
  if (synonym !== undefined && known.includes(synonym)) return ` (did you mean '${synonym}'?)`;
  if (known.length === 0) return "";
  const ranked = known.map((k) => [k, distance(name.toLowerCase(), k.toLowerCase())] as const);
  const [best, far] = ranked.sort((a, b) => a[1] - b[1])[0]!;
  return far <= Math.max(2, name.length / 3) ? ` (did you mean '${best}'?)` : "";
}
