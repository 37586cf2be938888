/**
 * The order of one epoch: which samples are in which batch, pulled batch by batch from a sampler, and how to get to the same
 * place again without loading anything.
 *
 * A sampler is code, which may draw from generators whenever it is asked for more. To repeat it exactly, what is kept is the
 * state of each generator before a draw, wherever somebody else may have drawn from it meanwhile: usually one state.
 */
import { type Generator, type GeneratorState, getRngState, setRngState } from "@corr2d/core";

/** The state of a generator that a sampler drew from at a step: 0 makes its iterator, k is the k-th pull. */
export interface Draw {
  readonly step: number;
  /** Which of the generators that are watched. */
  readonly generator: number;
  readonly state: GeneratorState;
}

/** How far an epoch's order has been pulled, as plain data. */
export interface OrderState {
  /** Batches pulled. */
  readonly pulled: number;
  /** Whether the sampler said that there are no more. */
  readonly done: boolean;
  readonly draws: readonly Draw[];
}

const sameState = (a: GeneratorState, b: GeneratorState): boolean =>
  a.index === b.index && a.nextNormal === b.nextNormal && a.words.every((word, i) => word === b.words[i]);

export class Order<B> {
  readonly #watched: readonly Generator[];
  readonly #draws: Draw[] = [];
  /** The state of each generator after the sampler's last draw from it. */
  readonly #after: (GeneratorState | undefined)[] = [];
  readonly #batches: Iterator<B>;
  #pulled = 0;
  #done = false;

  /** @param watched every generator that the sampler may draw from. */
  constructor(batches: Iterable<B>, watched: readonly Generator[]) {
    this.#watched = watched;
    this.#batches = this.#observed(0, () => batches[Symbol.iterator]());
  }

  /**
   * The order that `state` was taken of, at its place, and the batches from the `from`-th on that had been pulled already.
   * The generators are left as they are.
   */
  static resume<B>(
    batches: Iterable<B>,
    watched: readonly Generator[],
    state: OrderState,
    from: number,
  ): { readonly order: Order<B>; readonly ahead: B[] } {
    const now = watched.map((generator) => getRngState(generator));
    const ahead: B[] = [];
    const rewind = (step: number): void => {
      for (const draw of state.draws)
        if (draw.step === step) setRngState(draw.state, watched[draw.generator]!);
    };
    try {
      rewind(0);
      const order = new Order(batches, watched);
      for (let step = 1; step <= state.pulled; step++) {
        rewind(step);
        const batch = order.next();
        if (step > from && batch !== null) ahead.push(batch);
      }
      order.#done = state.done;
      return { order, ahead };
    } finally {
      for (const [i, generator] of watched.entries()) setRngState(now[i]!, generator);
    }
  }

  /** The next batch of indices; null when there are no more. */
  next(): B | null {
    if (this.#done) return null;
    const { value, done } = this.#observed(this.#pulled + 1, () => this.#batches.next());
    if (done === true) {
      this.#done = true;
      return null;
    }
    this.#pulled++;
    return value;
  }

  state(): OrderState {
    return { pulled: this.#pulled, done: this.#done, draws: [...this.#draws] };
  }

  #observed<R>(step: number, run: () => R): R {
    const before = this.#watched.map((generator) => getRngState(generator));
    const result = run();
    this.#watched.forEach((generator, i) => {
      const after = getRngState(generator);
      if (sameState(before[i]!, after)) return;
      const last = this.#after[i];
      if (last === undefined || !sameState(last, before[i]!)) {
        this.#draws.push({ step, generator: i, state: before[i]! });
      }
      this.#after[i] = after;
    });
    return result;
  }
}
