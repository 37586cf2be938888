/** Training to an accuracy: the epochs of all who race go in turns, so that what disturbs the machine disturbs everybody. */
import { median } from "../statistics.ts";
import type { EpochTime, Trainer } from "./trainers.ts";

export interface Mark {
  /** Of the test images. */
  readonly accuracy: number;
  /** Null where it was not reached. */
  readonly epochs: number | null;
  /** Of training, without the tests. */
  readonly seconds: number | null;
}

export interface RaceResult {
  readonly name: string;
  readonly threads: number;
  readonly marks: readonly Mark[];
  readonly epochs: readonly EpochTime[];
  /** The share of making batches in an epoch; null where it was not measured. */
  readonly loadingShare: number | null;
}

export function marksOf(epochs: readonly EpochTime[], accuracies: readonly number[]): Mark[] {
  return accuracies.map((accuracy) => {
    const at = epochs.findIndex(({ testAccuracy }) => testAccuracy >= accuracy);
    if (at < 0) return { accuracy, epochs: null, seconds: null };
    const seconds = epochs.slice(0, at + 1).reduce((sum, epoch) => sum + epoch.seconds, 0);
    return { accuracy, epochs: at + 1, seconds };
  });
}

export interface RaceOptions {
  readonly mostEpochs: number;
  /** Goes on to `mostEpochs` when all marks are reached. */
  readonly allEpochs: boolean;
  /** Hears of every epoch. */
  readonly tell: (text: string) => void;
}

export async function race(
  trainers: readonly Trainer[],
  accuracies: readonly number[],
  { mostEpochs, allEpochs, tell }: RaceOptions,
): Promise<RaceResult[]> {
  const runs = trainers.map((trainer) => ({ trainer, epochs: [] as EpochTime[] }));
  const isDone = (epochs: readonly EpochTime[]): boolean =>
    epochs.length >= mostEpochs ||
    (!allEpochs && marksOf(epochs, accuracies).every((mark) => mark.epochs !== null));
  while (runs.some(({ epochs }) => !isDone(epochs))) {
    for (const { trainer, epochs } of runs) {
      if (isDone(epochs)) continue;
      const epoch = await trainer.epoch();
      epochs.push(epoch);
      tell(
        `${trainer.name}, threads: ${trainer.threads}, epoch ${epochs.length}: ` +
          `${(100 * epoch.testAccuracy).toFixed(2)} %, ${epoch.seconds.toFixed(2)} s`,
      );
    }
  }
  return runs.map(({ trainer: { name, threads, loading }, epochs }) => ({
    name,
    threads,
    epochs,
    marks: marksOf(epochs, accuracies),
    loadingShare: loading === null ? null : loading / median(epochs.map(({ seconds }) => seconds)),
  }));
}
