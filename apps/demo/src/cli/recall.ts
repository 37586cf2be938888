/** `demo recall`: the topics before the chapter, on numbers drawn from the seed, or on real images. */
import { type Example, pick } from "./example.ts";
import { REAL_NAMES, realExamples } from "./real-examples.ts";
import { recallExamples } from "./recall-examples.ts";
import type { Terminal } from "./terminal.ts";
import { findRealData } from "./train/find-data.ts";
import { readName } from "./values.ts";

export interface RecallOptions {
  readonly real: boolean;
  /** A folder with MNIST's four files: real too. */
  readonly data?: string | undefined;
  /** Whether to get Fashion-MNIST where it is missing: real too. */
  readonly install: boolean;
  readonly seed: number;
}

export const isReal = ({ real, data, install }: RecallOptions): boolean =>
  real || data !== undefined || install;

/**
 * One topic, or all.
 * @throws UsageError for a topic that there is not, CommandError without images.
 */
export async function recalled(
  topic: string | undefined,
  options: RecallOptions,
  terminal: Terminal,
): Promise<readonly Example[]> {
  if (!isReal(options)) return pick("recall", recallExamples(options.seed), topic);
  // Before the images are looked for.
  if (topic !== undefined) readName("recall --real", topic, REAL_NAMES);
  return pick("recall --real", realExamples(await findRealData(options, terminal), options.seed), topic);
}
