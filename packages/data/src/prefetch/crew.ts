/**
 * The workers of a loader. Batch k of an iteration is read by worker k % n, as PyTorch's loader hands them out, so what each
 * worker draws does not depend on which is faster.
 */
import { Corr2dError, fromSentError, Generator, type GeneratorState, getRngState } from "@corr2d/core";
import type { Outcome, Reply } from "./messages.ts";
import { RemoteWorker, type WorkerLike } from "./remote-worker.ts";
import type { SentBatch } from "./sent-batch.ts";

/** The state of worker `id`'s default generator at the beginning: PyTorch seeds it with the base seed + id. */
const seeded = (baseSeed: number, id: number): GeneratorState =>
  // The low 32 bits are what counts, and the sum of two safe integers may be none.
  getRngState(new Generator((baseSeed % 2 ** 32) + id));

interface Loaded {
  readonly outcome: Outcome;
  readonly random: GeneratorState;
}

export class Crew {
  readonly #create: () => WorkerLike;
  readonly #count: number;
  readonly #length: number;
  #workers: RemoteWorker[] = [];
  /** The state of each after what it was last asked for and gave. */
  #latest: GeneratorState[] = [];
  /** The state of each after the last batch of it that was handed out. */
  #random: GeneratorState[] = [];
  /** The iteration that the workers read for. */
  #epoch = 0;
  /** Batches of this iteration that have come, by number. */
  readonly #loaded = new Map<number, Loaded>();
  /** Asked for and not come, of all iterations. */
  #outstanding = 0;
  /** Why each worker gives nothing more, if it does not. */
  #lost: (Corr2dError | undefined)[] = [];
  /** Wakes who waits for something to come. */
  #waiting: (() => void)[] = [];

  constructor(create: () => WorkerLike, count: number, length: number) {
    this.#create = create;
    this.#count = count;
    this.#length = length;
  }

  /** Whether a worker died. */
  get isLost(): boolean {
    return this.#lost.some((error) => error !== undefined);
  }

  /** The states of the workers' generators as of what was handed out; empty where there are no workers. */
  get random(): readonly GeneratorState[] {
    return this.#random;
  }

  /** Begins an iteration: the workers read for it, and for no earlier one. @returns its number. */
  open(): number {
    this.#loaded.clear();
    this.#epoch++;
    this.#wake();
    return this.#epoch;
  }

  /**
   * Prepares an iteration. Workers that are there already draw on; new ones begin where `states` say, or with the base seed.
   * @throws WORKER_LOST when a later one began.
   */
  async prepare(epoch: number, baseSeed: number, states: readonly GeneratorState[]): Promise<void> {
    // What was asked for before a loop was left is read all the same, as PyTorch's workers do.
    while (this.#outstanding > 0 && !this.isLost) await this.#change();
    this.#checkCurrent(epoch);
    if (this.isLost) this.dismiss();
    const isNew = this.#workers.length === 0;
    if (isNew) this.#start();
    if (states.length > 0) this.#random = [...states];
    else if (isNew) this.#random = Array.from({ length: this.#count }, (_, id) => seeded(baseSeed, id));
    else this.#random = [...this.#latest];
    this.#latest = [...this.#random];
    for (const [id, worker] of this.#workers.entries())
      worker.post({ kind: "random", state: this.#random[id]! });
  }

  /** Whether the workers read for this iteration. */
  isCurrent(epoch: number): boolean {
    return epoch === this.#epoch;
  }

  #checkCurrent(epoch: number): void {
    if (this.isCurrent(epoch)) return;
    throw new Corr2dError(
      "WORKER_LOST",
      "DataLoader: another loop over this loader began, and its workers read for that one: make a loader for each",
    );
  }

  /** Asks for a batch. */
  ask(epoch: number, batch: number, indices: readonly number[]): void {
    this.#outstanding++;
    this.#workers[batch % this.#count]?.post({ kind: "load", epoch, batch, indices });
  }

  /**
   * Waits for a batch that was asked for.
   * @throws WORKER_LOST, SAMPLE_FAILED
   */
  async take(epoch: number, batch: number): Promise<SentBatch> {
    for (;;) {
      this.#checkCurrent(epoch);
      if (this.#loaded.has(batch)) break;
      const lost = this.#lost[batch % this.#count];
      if (lost !== undefined) throw lost;
      await this.#change();
    }
    const { outcome, random } = this.#loaded.get(batch)!;
    this.#loaded.delete(batch);
    const id = batch % this.#count;
    this.#random[id] = random;
    if ("value" in outcome) return outcome.value;
    const { error, index } = outcome;
    const where = index === null ? `batch ${batch}` : `sample ${index}`;
    throw new Corr2dError(
      "SAMPLE_FAILED",
      `DataLoader: worker ${id} failed at ${where}: ${fromSentError(error)}`,
      { worker: id, index, batch },
      { cause: fromSentError(error) },
    );
  }

  /** Ends the workers; who waits for one is told. */
  dismiss(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#lost = Array<Corr2dError>(this.#count).fill(
      new Corr2dError("WORKER_LOST", "DataLoader: the loop was left, or the loader was closed"),
    );
    this.#wake();
    this.#workers = [];
    this.#random = [];
    this.#latest = [];
    this.#loaded.clear();
    this.#outstanding = 0;
  }

  #start(): void {
    this.#lost = [];
    try {
      for (let id = 0; id < this.#count; id++) {
        this.#workers.push(
          new RemoteWorker(
            this.#create,
            id,
            this.#length,
            (reply) => this.#receive(reply, id),
            (error) => {
              this.#lost[id] = error;
              this.#wake();
            },
          ),
        );
      }
    } catch (error) {
      this.dismiss();
      throw error;
    }
  }

  #receive({ epoch, batch, outcome, random }: Extract<Reply, { kind: "loaded" }>, id: number): void {
    this.#outstanding--;
    this.#latest[id] = random;
    if (epoch === this.#epoch) this.#loaded.set(batch, { outcome, random });
    this.#wake();
  }

  async #change(): Promise<void> {
    for (const worker of this.#workers) worker.keepAlive(true);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    for (const worker of this.#workers) worker.keepAlive(false);
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
