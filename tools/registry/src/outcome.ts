/** What a run of `projects/train` must have come to, wherever it ran. */
export interface Outcome {
  readonly losses: readonly number[];
  readonly threads: number;
  readonly why?: string;
}

/** The program prints one line of JSON, last. */
export function parseOutcome(output: string): Outcome {
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Outcome;
}

/** Why this is not a training run that worked; null if it is. */
export function complaint({ losses }: Outcome): string | null {
  const [first = Number.NaN, last = Number.NaN] = [losses[0], losses.at(-1)];
  if (losses.length !== 10 || !losses.every(Number.isFinite)) return `not ten finite losses: ${losses}`;
  return last < first / 2 ? null : `the loss went from ${first} to ${last}`;
}
