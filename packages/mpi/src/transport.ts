/** Bytes between the ranks of an MPI job, by messages that are started and then asked after: a call that blocks would defeat any timer. */
import { setImmediate } from "node:timers/promises";
import { Corr2dError } from "@corr2d/core";
import type { Transport } from "@corr2d/parallel";
import type { Mpi, Piece, Requests } from "./bindings.ts";
import type { Guard } from "./guard.ts";

const DATA_TAG = 1;
const ABORT_TAG = 2;
const LEAVE_TAG = 3;
/** The length of a message that ends the job; longer texts are cut. */
const ABORT_BYTES = 4096;

/** How long an exchange of so many bytes is asked after without a rest: messages come at this rate or faster (bytes per ms). */
const BYTES_PER_MS = 1_000_000;
const EAGER_MS = 0.1;
/** How long it is asked after within one turn of the event loop. */
const SPIN_MS = 0.03;
/** Rests become longer with the time waited, by this part of it, up to the longest. */
const REST_PART = 1 / 8;
const LONGEST_REST_MS = 1;

const sleeper = new Int32Array(new SharedArrayBuffer(4));
/** Blocks for a time that timers cannot measure. */
const rest = (milliseconds: number): unknown => Atomics.wait(sleeper, 0, 0, milliseconds);

export class MpiTransport implements Transport {
  readonly name = "mpi";
  readonly rank: number;
  readonly size: number;
  readonly #mpi: Mpi;
  readonly #guard: Guard | undefined;
  #pieces: readonly Piece[] = [];
  #requests: Requests | undefined;
  #over: Corr2dError | undefined;

  /** @param guard left out in a job of one rank. */
  constructor(mpi: Mpi, guard: Guard | undefined) {
    this.#mpi = mpi;
    this.#guard = guard;
    this.rank = mpi.rank;
    this.size = mpi.size;
  }

  async exchange(send: readonly Uint8Array[], receive: readonly Uint8Array[]): Promise<void> {
    const patience = this.#start(send, receive);
    const begin = performance.now();
    while (!this.#isDone()) {
      const waited = performance.now() - begin;
      if (waited < SPIN_MS) continue;
      if (waited > patience) rest(Math.min(waited * REST_PART, LONGEST_REST_MS));
      await setImmediate(); // timers, and whatever else the program does
    }
  }

  exchangeSync(send: readonly Uint8Array[], receive: readonly Uint8Array[], milliseconds: number): boolean {
    const patience = this.#start(send, receive);
    const begin = performance.now();
    while (!this.#isDone()) {
      const waited = performance.now() - begin;
      if (waited > milliseconds) return false;
      if (waited > patience) rest(Math.min(waited * REST_PART, LONGEST_REST_MS));
    }
    return true;
  }

  missing(): readonly number[] {
    const unfinished = (this.#requests?.unfinished() ?? []).map((i) => this.#pieces[i]!);
    const receiving = unfinished.filter(({ kind }) => kind === "receive");
    // Who receives nothing waits for those that do not take what it sends.
    return [...new Set((receiving.length > 0 ? receiving : unfinished).map(({ rank }) => rank))];
  }

  abort(error: Corr2dError): void {
    if (this.#over !== undefined) return;
    this.#over = error;
    if (this.#guard === undefined) return;
    this.#guard.end(error.message, false);
    const bytes = encodeError(error);
    const sent = this.#mpi.start(
      this.#others().map((rank) => ({ kind: "send", rank, tag: ABORT_TAG, bytes })),
    );
    const timer = setInterval(() => {
      if (sent.test()) clearInterval(timer);
    }, 5);
  }

  /** Ends when all ranks have called it: MPI cannot be left alone. */
  async close(): Promise<void> {
    if (this.#over !== undefined) return; // the process ends with the job
    const bytes = new Uint8Array(1);
    this.#begin(
      this.#others().flatMap((rank): Piece[] => [
        { kind: "receive", rank, tag: LEAVE_TAG, bytes: new Uint8Array(1) },
        { kind: "send", rank, tag: LEAVE_TAG, bytes },
      ]),
    );
    while (!this.#isDone()) await new Promise((resolve) => setTimeout(resolve, 2));
    this.#guard?.release();
    this.#mpi.finalize();
  }

  #others(): number[] {
    return Array.from({ length: this.size }, (_, rank) => rank).filter((rank) => rank !== this.rank);
  }

  /** @returns for how many milliseconds it is to be asked after without a rest. */
  #start(send: readonly Uint8Array[], receive: readonly Uint8Array[]): number {
    if (this.#over !== undefined) throw this.#over;
    const pieces: Piece[] = [];
    let total = 0;
    // Each rank begins with the one after it, so that not all send to the same one first.
    for (let step = 1; step < this.size; step++) {
      const to = (this.rank + step) % this.size;
      const from = (this.rank - step + this.size) % this.size;
      if (receive[from]!.length > 0)
        pieces.push({ kind: "receive", rank: from, tag: DATA_TAG, bytes: receive[from]! });
      if (send[to]!.length > 0) pieces.push({ kind: "send", rank: to, tag: DATA_TAG, bytes: send[to]! });
      total += receive[from]!.length + send[to]!.length;
    }
    this.#begin(pieces);
    return EAGER_MS + total / BYTES_PER_MS;
  }

  #begin(pieces: readonly Piece[]): void {
    this.#pieces = pieces;
    this.#requests = undefined;
    try {
      this.#requests = this.#mpi.start(pieces);
    } catch (error) {
      throw this.#broken(error);
    }
  }

  /** @throws what ended the job, here or at another rank. */
  #isDone(): boolean {
    if (this.#over !== undefined) throw this.#over;
    let heard: Uint8Array | null;
    try {
      if (this.#requests!.test()) return true;
      heard = this.#mpi.receiveIfAny(ABORT_TAG, ABORT_BYTES);
    } catch (error) {
      throw this.#broken(error);
    }
    if (heard === null) return false;
    this.#over = decodeError(heard);
    this.#guard?.end(this.#over.message, true);
    throw this.#over;
  }

  /** An error of MPI's own: the connection to a rank is gone. */
  #broken(cause: unknown): Corr2dError {
    const ranks = this.#requests === undefined ? [] : this.missing();
    const named =
      ranks.length === 0 ? "other ranks" : `rank${ranks.length > 1 ? "s" : ""} ${ranks.join(", ")}`;
    return new Corr2dError(
      "RANK_LOST",
      `rank ${this.rank} lost the connection to ${named}: ${(cause as Error).message}`,
      { ranks },
      { cause },
    );
  }
}

function encodeError({ message, details }: Corr2dError): Uint8Array {
  const bytes = new Uint8Array(ABORT_BYTES);
  const most = ABORT_BYTES / 8; // at four bytes for a character, with room for the rest
  const ranks = Array.isArray(details.ranks) ? details.ranks.slice(0, 100) : [];
  new TextEncoder().encodeInto(JSON.stringify({ message: message.slice(0, most), ranks }), bytes);
  return bytes;
}

function decodeError(bytes: Uint8Array): Corr2dError {
  const { message, ranks } = JSON.parse(new TextDecoder().decode(bytes).replace(/\0+$/, "")) as {
    message: string;
    ranks: readonly number[];
  };
  return new Corr2dError("RANK_LOST", message, { ranks });
}
