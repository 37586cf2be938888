/** What `trainBoth` of `projects/train` must have come to in a host. */
import { complaint, type Outcome } from "../outcome.ts";

export interface Both {
  readonly js: Outcome;
  readonly wasm: Outcome;
}

/** What comes of asking cpu-wasm for two threads: these, or the reason why there is one. */
export type Expected = "2 threads" | RegExp;

/** @throws when a backend did not come to the known numbers, or cpu-wasm not to the threads that are expected */
export function noteOfBoth({ js, wasm }: Both, expected: Expected): string {
  for (const [name, outcome] of Object.entries({ "cpu-js": js, "cpu-wasm": wasm })) {
    const wrong = complaint(outcome);
    if (wrong !== null) throw new Error(`${name}: ${wrong}`);
  }
  const { threads, why } = wasm;
  const note = threads === 1 ? `1 thread: ${why}` : `${threads} threads`;
  if (expected instanceof RegExp ? threads !== 1 || !expected.test(why ?? "") : note !== expected) {
    throw new Error(`cpu-wasm has ${note}, where ${expected} was expected`);
  }
  return `both backends, ${note}`;
}

/** What a host sent. @throws what failed in it */
export function parseBoth(text: string): Both {
  const result = JSON.parse(text) as Both | { readonly error: string };
  if ("error" in result) throw new Error(result.error);
  return result;
}
