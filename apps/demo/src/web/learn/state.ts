/** What the learn tab shows: where gradient descent starts, how fast it goes, how far it has come. */
import { type Signal, signal } from "@preact/signals";
import { numberText, parseInteger, parseNumber, parseRows } from "../state/codec.ts";
import { bindAddress } from "../state/route.ts";

export type Weights = readonly [number, number];

/** The book's own start. */
export const BOOK_START: Weights = [0.3087, 0.6875];
export const BOOK_RATE = 0.03;
export const BOOK_STEPS = 10;
export const MOST_STEPS = 60;

/** The part of the plane of weights that is drawn: a square around the solution [1, −1]. */
export const VIEW = { left: -1.3, right: 3.3, bottom: -3.3, top: 1.3 } as const;

export const start: Signal<Weights> = signal(BOOK_START);
export const rate: Signal<number> = signal(BOOK_RATE);
/** Steps of the run. */
export const runLength: Signal<number> = signal(BOOK_STEPS);
/** The step that is shown. */
export const at: Signal<number> = signal(BOOK_STEPS);
export const isRunning: Signal<boolean> = signal(false);

export function bindLearn(): void {
  bindAddress("learn", {
    read(params) {
      const [pair] = parseRows(params.start, 2) ?? [];
      start.value = pair?.length === 2 ? (pair as unknown as Weights) : BOOK_START;
      rate.value = parseNumber(params.lr, 0, 0.05) ?? BOOK_RATE;
      runLength.value = parseInteger(params.steps, 2, MOST_STEPS) ?? BOOK_STEPS;
      at.value = parseInteger(params.at, 0, runLength.value) ?? runLength.value;
    },
    write() {
      const isBookStart = start.value.every((weight, i) => weight === BOOK_START[i]);
      return {
        start: isBookStart ? undefined : start.value.map(numberText).join(","),
        lr: rate.value === BOOK_RATE ? undefined : numberText(rate.value),
        steps: runLength.value === BOOK_STEPS ? undefined : String(runLength.value),
        at: at.value === runLength.value || isRunning.value ? undefined : String(at.value),
      };
    },
  });
}
