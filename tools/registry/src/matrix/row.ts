/** One line of the matrix: what was tried, whether it worked, and what it said. */
import { complaint, type Outcome, parseOutcome } from "../outcome.ts";

export interface Row {
  readonly what: string;
  readonly version: string;
  readonly works: "yes" | "no" | "not run";
  readonly note: string;
}

export interface Attempt {
  readonly what: string;
  /** Gives the version of what is tried, and the note. Its rejection is the row's failure, or NotRun. */
  readonly attempt: () => Promise<{ version: string; note: string }>;
}

/** What an attempt rejects with where what it tries is not installed: neither a success nor a failure. */
export class NotRun extends Error {}

/** Tries one after the other, so that timings and memory of one do not fail another; prints as it goes. */
export async function rows(title: string, attempts: readonly Attempt[]): Promise<readonly Row[]> {
  const done: Row[] = [];
  console.log(`\n${title}`);
  for (const { what, attempt } of attempts) {
    const row = await attempt().then(
      ({ version, note }): Row => ({ what, version, works: "yes", note }),
      (error: Error): Row => ({
        what,
        version: "",
        works: error instanceof NotRun ? "not run" : "no",
        note: error.message,
      }),
    );
    done.push(row);
    const mark = { yes: "ok     ", no: "FAIL   ", "not run": "NOT RUN" }[row.works];
    console.log(`  ${mark} ${what} ${row.version} ${row.note}`);
  }
  return done;
}

/** The note of a training run. @throws when it did not train */
export function noteOf(outcome: Outcome): string {
  const wrong = complaint(outcome);
  if (wrong !== null) throw new Error(wrong);
  const threads = outcome.threads === 1 ? `1 thread: ${outcome.why}` : `${outcome.threads} threads`;
  return `loss ${outcome.losses[0]!.toFixed(3)} → ${outcome.losses.at(-1)!.toFixed(3)}, ${threads}`;
}

/** The same for what a program printed. */
export const noteOfOutput = (output: string): string => noteOf(parseOutcome(output));
