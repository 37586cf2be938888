/**
 * The shared memory of a job of threads: a ring of bytes from each rank to each other, with a count of what was written and of
 * what was read; a bell for each rank and one for who started them, rung whenever something changed for it; what each rank is at;
 * and what ended the job, if something did.
 */
import type { Corr2dError } from "@corr2d/core";
import { rankLost } from "../arguments.ts";

/** A job, as it is sent to a thread. */
export interface ThreadJob {
  readonly memory: SharedArrayBuffer;
  readonly size: number;
  /** Bytes of each ring. */
  readonly capacity: number;
  readonly timeoutSeconds: number;
  readonly link: Link;
}

/** What a network would be like, for experiments. */
export interface Link {
  /** From the call until the first byte comes. */
  readonly delaySeconds: number;
  /** What each rank can send; Infinity for as fast as memory is. */
  readonly bytesPerSecond: number;
}

/** What a rank is at. */
export const STATE = { away: 0, here: 1, gone: 2 } as const;

/** Whether something ended the job. */
const END = { none: 0, written: 1, ended: 2 } as const;
/** Bytes for what ended it. */
const END_BYTES = 16_384;
/** All rings together take so much, if that leaves each enough; a ring takes no more than MOST. */
const RINGS_BYTES = 2 ** 26;
const [LEAST, MOST] = [2 ** 12, 2 ** 20];

/** Where the numbers are, in an Int32Array. */
const AT = { end: 0, endLength: 1, bells: 2 } as const;

/**
 * Where rings and messages begin: at multiples of this many bytes. V8 copies out of and into shared memory byte by byte, eight times
 * slower, unless both sides begin alike.
 */
const WORD = 8;
const alignedUp = (bytes: number): number => Math.ceil(bytes / WORD) * WORD;

/** Where the rings begin. */
const ringsAt = (size: number): number => alignedUp(4 * numbersOf(size)) + END_BYTES;

const numbersOf = (size: number): number => AT.bells + (size + 1) + size + 2 * size * size;

export function makeJob(size: number, timeoutSeconds: number, link: Link): ThreadJob {
  const share = 2 ** Math.floor(Math.log2(RINGS_BYTES / (size * size)));
  const capacity = Math.min(MOST, Math.max(LEAST, share));
  const bytes = ringsAt(size) + size * size * capacity;
  return { memory: new SharedArrayBuffer(bytes), size, capacity, timeoutSeconds, link };
}

/** The memory of a job, by name. */
export class JobMemory {
  readonly #job: ThreadJob;
  readonly #numbers: Int32Array;
  readonly #endBytes: Uint8Array;
  readonly #ringsAt: number;

  constructor(job: ThreadJob) {
    const count = numbersOf(job.size);
    this.#job = job;
    this.#numbers = new Int32Array(job.memory, 0, count);
    this.#ringsAt = ringsAt(job.size);
    this.#endBytes = new Uint8Array(job.memory, this.#ringsAt - END_BYTES, END_BYTES);
  }

  // ——— Bells ———

  /** Where bell `i` is, in `numbers`: those of the ranks, then that of who started them. */
  bellAt(i: number): number {
    return AT.bells + i;
  }

  get numbers(): Int32Array {
    return this.#numbers;
  }

  ring(i: number): void {
    Atomics.add(this.#numbers, this.bellAt(i), 1);
    Atomics.notify(this.#numbers, this.bellAt(i));
  }

  ringAll(): void {
    for (let i = 0; i <= this.#job.size; i++) this.ring(i);
  }

  // ——— What ranks are at ———

  state(rank: number): number {
    return Atomics.load(this.#numbers, this.#stateAt(rank));
  }

  setState(rank: number, state: number): void {
    Atomics.store(this.#numbers, this.#stateAt(rank), state);
    this.ringAll();
  }

  #stateAt(rank: number): number {
    return AT.bells + this.#job.size + 1 + rank;
  }

  // ——— Rings ———

  /** Where the count of bytes written from one rank to another is; that of those read comes after it. Both wrap at 2³². */
  #countsAt(from: number, to: number): number {
    const { size } = this.#job;
    return AT.bells + (size + 1) + size + 2 * (from * size + to);
  }

  /** Bytes that wait in a ring. */
  filled(from: number, to: number): number {
    const at = this.#countsAt(from, to);
    return (Atomics.load(this.#numbers, at) - Atomics.load(this.#numbers, at + 1)) >>> 0;
  }

  /** Writes of the rest of a message what there is room for. @returns how many bytes. */
  write(from: number, to: number, bytes: Uint8Array): number {
    const at = this.#countsAt(from, to);
    const count = Math.min(bytes.length, this.#job.capacity - this.filled(from, to));
    if (count <= 0) return 0;
    const [first, second] = this.#places(from, to, Atomics.load(this.#numbers, at), count);
    first.set(bytes.subarray(0, first.length));
    second.set(bytes.subarray(first.length, count));
    this.#pass(at, count, bytes.length);
    this.ring(to);
    return count;
  }

  /** Reads of the rest of a message what there is. @returns how many bytes. */
  read(from: number, to: number, bytes: Uint8Array): number {
    const at = this.#countsAt(from, to);
    const count = Math.min(bytes.length, this.filled(from, to));
    if (count === 0) return 0;
    const [first, second] = this.#places(from, to, Atomics.load(this.#numbers, at + 1), count);
    bytes.set(first);
    bytes.set(second, first.length);
    this.#pass(at + 1, count, bytes.length);
    this.ring(from);
    return count;
  }

  /** Counts bytes that were written or read, and behind the end of a message those up to where the next one begins. */
  #pass(at: number, count: number, rest: number): void {
    const passed = Atomics.load(this.#numbers, at) + count;
    Atomics.store(this.#numbers, at, count === rest ? alignedUp(passed) : passed);
  }

  /** The next `count` bytes of a ring after so many: in two pieces where they go around its end. */
  #places(from: number, to: number, passed: number, count: number): [Uint8Array, Uint8Array] {
    const { memory, size, capacity } = this.#job;
    const ring = this.#ringsAt + (from * size + to) * capacity;
    const start = (passed >>> 0) % capacity; // which a capacity of a power of two keeps right when counts wrap
    const first = Math.min(count, capacity - start);
    return [new Uint8Array(memory, ring + start, first), new Uint8Array(memory, ring, count - first)];
  }

  // ——— The end ———

  /** Ends the job, unless something did before. @returns whether this did. */
  end(error: Corr2dError): boolean {
    if (Atomics.compareExchange(this.#numbers, AT.end, END.none, END.written) !== END.none) return false;
    const { ranks = [] } = error.details;
    // Cut off, where it is so long, inside the message's JSON string: its length is what gives way.
    let message = error.message;
    const encode = (): Uint8Array => new TextEncoder().encode(JSON.stringify({ message, ranks }));
    let bytes = encode();
    while (bytes.length > END_BYTES) {
      message = `${message.slice(0, message.length >> 1)}…`;
      bytes = encode();
    }
    this.#endBytes.set(bytes);
    this.#numbers[AT.endLength] = bytes.length;
    Atomics.store(this.#numbers, AT.end, END.ended);
    this.ringAll();
    return true;
  }

  /** What ended the job; undefined while it goes on. */
  ended(): Corr2dError | undefined {
    if (Atomics.load(this.#numbers, AT.end) !== END.ended) return undefined;
    const bytes = this.#endBytes.slice(0, this.#numbers[AT.endLength]);
    const { message, ranks } = JSON.parse(new TextDecoder().decode(bytes)) as {
      message: string;
      ranks: number[];
    };
    return rankLost(ranks, message);
  }
}
