/** What a loader and its workers tell each other. */
import type { GeneratorState, SentError } from "@corr2d/core";
import type { SentBatch } from "./sent-batch.ts";

/** To a worker. */
export type Request =
  /** The default generator's state: at the beginning, and where an epoch is resumed. */
  | { readonly kind: "random"; readonly state: GeneratorState }
  /** Asks for the batch number `batch` of an iteration. */
  | {
      readonly kind: "load";
      readonly epoch: number;
      readonly batch: number;
      readonly indices: readonly number[];
    };

/** From a worker. */
export type Reply =
  /** `serve` was called: the script runs. */
  | { readonly kind: "started" }
  /** The data set is there. */
  | { readonly kind: "ready"; readonly length: number }
  /** There will be no data set. */
  | { readonly kind: "useless"; readonly error: SentError }
  | {
      readonly kind: "loaded";
      readonly epoch: number;
      readonly batch: number;
      readonly outcome: Outcome;
      /** Of the default generator, after it. */
      readonly random: GeneratorState;
    };

export type Outcome =
  | { readonly value: SentBatch }
  /** `index` is the sample that was being read; null where it was the batch as a whole. */
  | { readonly error: SentError; readonly index: number | null };

/** So that messages of the application's own are let alone. */
const MARK = "@corr2d/data";

export const marked = (message: Request | Reply): object => ({ [MARK]: message });

/** The message, if it is one of these. */
export function messageOf<M extends Request | Reply>(data: unknown): M | undefined {
  return typeof data === "object" && data !== null ? (data as { [MARK]?: M })[MARK] : undefined;
}
