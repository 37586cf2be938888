/** Whether all ranks run the same thing: another version, backend or build computes other bits, and nobody would notice. */
import { type Backend, Corr2dError, describeValue } from "@corr2d/core";
import { checkCollective, invalid } from "./arguments.ts";
import type { Collective } from "./collective.ts";
import { VERSION } from "./version.ts";

/** What decides the bits of a rank's results. */
export function placeOf(backend: Backend): Record<string, string> {
  return { version: VERSION, backend: backend.name, build: backend.features.build ?? "the only one" };
}

/**
 * Compares facts of all ranks, given under the same names.
 *
 * @param facts such as `{ version: "1.2.0", backend: "cpu-wasm", build: "simd" }`.
 * @throws RANKS_DIFFER on every rank, which names each fact that differs, and what it is on which rank; INVALID_ARGUMENT; what the
 *   collective throws.
 */
export async function compareRanks(
  collective: Collective,
  facts: Readonly<Record<string, string>>,
): Promise<void> {
  checkCollective("compareRanks", collective);
  checkFacts(facts);
  const all = (await gatherTexts(collective, JSON.stringify(facts))).map(
    (text) => JSON.parse(text) as Record<string, string>,
  );
  const names = [...new Set(all.flatMap((one) => Object.keys(one)))];
  const differing = names.filter((name) => all.some((one) => one[name] !== all[0]![name]));
  if (differing.length === 0) return;
  const ranks = all.flatMap((one, rank) =>
    differing.some((name) => one[name] !== all[0]![name]) ? [rank] : [],
  );
  const texts = differing.slice(0, MOST_NAMED).map((name) => {
    const other = ranks.find((rank) => all[rank]![name] !== all[0]![name])!;
    const text = (rank: number): string => all[rank]![name] ?? "nothing";
    return `${name}: ${text(0)} on rank 0, ${text(other)} on rank ${other}`;
  });
  const rest = differing.length > MOST_NAMED ? `; and ${differing.length - MOST_NAMED} more` : "";
  throw new Corr2dError(
    "RANKS_DIFFER",
    `ranks must run the same program on the same build, but they differ: ${texts.join("; ")}${rest}`,
    { ranks, names: differing },
  );
}

function checkFacts(facts: unknown): void {
  if (typeof facts !== "object" || facts === null || Array.isArray(facts)) {
    throw invalid(`compareRanks: facts are an object of texts, but got ${describeValue(facts)}`);
  }
  for (const [name, fact] of Object.entries(facts)) {
    if (typeof fact !== "string") {
      throw invalid(`compareRanks: a fact is a text, but '${name}' is ${describeValue(fact)}`);
    }
  }
}

/** How many facts a message shows. */
const MOST_NAMED = 5;

/** A text from each rank, of any length. */
async function gatherTexts(collective: Collective, text: string): Promise<string[]> {
  const bytes = new TextEncoder().encode(text);
  const lengths = await collective.allGather(Int32Array.of(bytes.length));
  const longest = Math.max(...lengths);
  const padded = new Int32Array(longest);
  padded.set(bytes);
  const all = await collective.allGather(padded);
  return Array.from(lengths, (length, rank) => {
    const start = rank * longest;
    return new TextDecoder().decode(Uint8Array.from(all.subarray(start, start + length)));
  });
}
