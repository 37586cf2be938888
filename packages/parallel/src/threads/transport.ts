/** Bytes between threads, through shared memory. */
import type { Corr2dError } from "@corr2d/core";
import { rankLost } from "../arguments.ts";
import type { Transport } from "../transport.ts";
import { JobMemory, STATE, type ThreadJob } from "./job.ts";
import { changed } from "./wait.ts";

/** An exchange under way. */
interface Progress {
  /** What is still to be sent to each rank, and to come from each. */
  readonly send: Uint8Array[];
  readonly receive: Uint8Array[];
  /** Before these times nothing comes: the artificial link. */
  readonly sendAt: readonly number[];
}

const now = (): number => performance.now();

export class ThreadTransport implements Transport {
  readonly name = "threads";
  readonly rank: number;
  readonly size: number;
  readonly #job: ThreadJob;
  readonly #memory: JobMemory;
  #progress: Progress = { send: [], receive: [], sendAt: [] };
  /** When something may be sent that was held back; Infinity where nothing was. */
  #sendAgainAt = Infinity;

  constructor(job: ThreadJob, rank: number) {
    this.rank = rank;
    this.size = job.size;
    this.#job = job;
    this.#memory = new JobMemory(job);
    this.#memory.setState(rank, STATE.here);
  }

  async exchange(send: readonly Uint8Array[], receive: readonly Uint8Array[]): Promise<void> {
    this.#begin(send, receive);
    const { numbers } = this.#memory;
    const bell = this.#memory.bellAt(this.rank);
    for (;;) {
      const seen = Atomics.load(numbers, bell);
      if (this.#advance()) return;
      await changed(numbers, bell, seen, this.#sendAgainAt - now());
    }
  }

  exchangeSync(send: readonly Uint8Array[], receive: readonly Uint8Array[], milliseconds: number): boolean {
    const end = now() + milliseconds;
    this.#begin(send, receive);
    const { numbers } = this.#memory;
    const bell = this.#memory.bellAt(this.rank);
    for (;;) {
      const seen = Atomics.load(numbers, bell);
      if (this.#advance()) return true;
      const left = Math.min(end, this.#sendAgainAt) - now();
      if (now() >= end) return false;
      Atomics.wait(numbers, bell, seen, Math.max(0, left));
    }
  }

  missing(): readonly number[] {
    const { send, receive } = this.#progress;
    const ranks = receive.flatMap((rest, rank) => (rest.length > 0 ? [rank] : []));
    // Where all has come, somebody does not take what was sent.
    return ranks.length > 0 ? ranks : send.flatMap((rest, rank) => (rest.length > 0 ? [rank] : []));
  }

  abort(error: Corr2dError): void {
    this.#memory.end(error);
  }

  async close(): Promise<void> {
    this.#memory.setState(this.rank, STATE.gone);
  }

  #begin(send: readonly Uint8Array[], receive: readonly Uint8Array[]): void {
    const { delaySeconds, bytesPerSecond } = this.#job.link;
    const sendAt: number[] = Array.from(send, () => 0);
    if (delaySeconds > 0 || bytesPerSecond < Infinity) {
      let sent = 0;
      const start = now();
      // Each rank begins with the one after it, so that they do not all send to one at the same time.
      for (let i = 1; i < this.size; i++) {
        const to = (this.rank + i) % this.size;
        sent += send[to]!.length;
        sendAt[to] = start + 1000 * (delaySeconds + sent / bytesPerSecond);
      }
    }
    this.#progress = { send: [...send], receive: [...receive], sendAt };
  }

  /**
   * Writes and reads what can be.
   * @returns whether the exchange is done.
   * @throws RANK_LOST
   */
  #advance(): boolean {
    const memory = this.#memory;
    const { rank: own } = this;
    const { send, receive, sendAt } = this.#progress;
    const error = memory.ended();
    if (error !== undefined) throw error;
    let isDone = true;
    this.#sendAgainAt = Infinity;
    for (let i = 1; i < this.size; i++) {
      const to = (own + i) % this.size;
      if (send[to]!.length > 0) {
        if (now() < sendAt[to]!) this.#sendAgainAt = Math.min(this.#sendAgainAt, sendAt[to]!);
        else send[to] = send[to]!.subarray(memory.write(own, to, send[to]!));
      }
      const from = (own - i + this.size) % this.size;
      // Before the ring is read: who is gone wrote all before.
      const isGone = receive[from]!.length > 0 && memory.state(from) === STATE.gone;
      receive[from] = receive[from]!.subarray(memory.read(from, own, receive[from]!));
      if (isGone && receive[from]!.length > 0) {
        throw rankLost([from], `rank ${from} closed its collective, and rank ${own} still waits for it`);
      }
      if (send[to]!.length > 0 || receive[from]!.length > 0) isDone = false;
    }
    return isDone;
  }
}
