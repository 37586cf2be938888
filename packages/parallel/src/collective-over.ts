/**
 * Collectives over a transport: the order of calls, agreement of all ranks before anything moves, sums in the order of the ranks,
 * and what happens when a rank does not come. Each call is a generator of exchanges, so that one text serves those that wait
 * for a promise and those that block.
 *
 * Sums: rank r gets everybody's r-th slice, adds them up in the order of the ranks, and sends the sums to all: what a ring moves
 * (Patarasuk & Yuan 2009, "Bandwidth optimal all-reduce algorithms"), in two rounds, and the same bits however the ranks are placed.
 */
import { Corr2dError, checkOptions } from "@corr2d/core";
import {
  ARRAYS,
  checkRank,
  checkTimeout,
  DEFAULT_TIMEOUT_SECONDS,
  dtypeOfArray,
  invalid,
  nameRanks,
  rankLost,
  reasonOf,
} from "./arguments.ts";
import type { Collective, CollectiveArray } from "./collective.ts";
import { type Call, type CallName, compareHeaders, HEADER_NUMBERS, writeHeader } from "./header.ts";
import { checkTransport, type Transport } from "./transport.ts";

/** Options of a collective. */
export interface CollectiveOptions {
  /** How long a call waits for the other ranks (default 8). Longer where ranks do something alone, such as a test. */
  readonly timeoutSeconds?: number | undefined;
}

/**
 * Makes the collective of a transport: what implementations of `Transport` export.
 * @throws INVALID_ARGUMENT
 */
export function collectiveOver(transport: Transport, options: CollectiveOptions = {}): Collective {
  checkTransport(transport);
  checkOptions("collectiveOver", options, { timeoutSeconds: "number" });
  const { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = options;
  checkTimeout("collectiveOver", timeoutSeconds);
  return new TransportedCollective(transport, timeoutSeconds);
}

/** What goes to each rank and comes from it. */
interface Exchange {
  readonly send: readonly Uint8Array[];
  readonly receive: readonly Uint8Array[];
}
type Exchanges<T> = Generator<Exchange, T, void>;

const NOTHING = new Uint8Array(0);

/** The parts in which the time limit passes. */
const TURNS = 10;

const bytesOf = (values: CollectiveArray): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** Adds up arrays in their order, into the first of them. */
function addInOrder(parts: readonly CollectiveArray[]): CollectiveArray {
  const sums = parts[0]!;
  for (let p = 1; p < parts.length; p++) {
    const part = parts[p]!;
    for (let i = 0; i < sums.length; i++) sums[i]! += part[i]!;
  }
  return sums;
}

class TransportedCollective implements Collective {
  readonly name: string;
  readonly rank: number;
  readonly size: number;
  readonly allReduceSync: ((values: CollectiveArray) => void) | undefined;
  readonly #transport: Transport;
  readonly #seconds: number;
  readonly #headers: Float64Array;
  #scratch: ArrayBuffer = new ArrayBuffer(0);
  /** Settles when the calls made so far have. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #calls = 0;
  /** What all further calls reject with. */
  #over: Corr2dError | undefined;
  #closed: Promise<void> | undefined;

  constructor(transport: Transport, seconds: number) {
    const { name, rank, size } = transport;
    this.name = name;
    this.rank = rank;
    this.size = size;
    this.#transport = transport;
    this.#seconds = seconds;
    this.#headers = new Float64Array(size * HEADER_NUMBERS);
    this.allReduceSync =
      transport.exchangeSync === undefined
        ? undefined
        : (values) => this.#runSync("allReduce", this.#allReduce(values));
  }

  async allReduce(values: CollectiveArray): Promise<void> {
    return this.#run("allReduce", this.#allReduce(values));
  }

  async broadcast(values: CollectiveArray, root = 0): Promise<void> {
    return this.#run("broadcast", this.#broadcast(values, root));
  }

  async allGather<A extends CollectiveArray>(values: A): Promise<A> {
    return this.#run("allGather", this.#allGather(values));
  }

  async barrier(): Promise<void> {
    const call: Call = { name: "barrier", dtype: "int32", length: 0, root: 0 };
    return this.#run("barrier", this.#agree(call));
  }

  abort(reason: unknown): void {
    this.#end(rankLost([this.rank], `rank ${this.rank} ended the job: ${reasonOf(reason)}`));
  }

  close(): Promise<void> {
    this.#closed ??= this.#leave();
    return this.#closed;
  }

  async #leave(): Promise<void> {
    await this.#last;
    this.#over ??= new Corr2dError(
      "BACKEND_CLOSED",
      "the collective was closed: await every call, such as reduce(), before close()",
    );
    await this.#transport.close();
  }

  // ——— Calls, as exchanges ———

  /** Tells all ranks what this one is about to do, and compares. */
  *#agree(call: Call): Exchanges<void> {
    const headers = this.#headers;
    const of = (rank: number): Float64Array =>
      headers.subarray(rank * HEADER_NUMBERS, (rank + 1) * HEADER_NUMBERS);
    const own = of(this.rank);
    writeHeader(own, this.#calls++, call);
    yield this.#exchangeOf(
      () => bytesOf(own),
      (rank) => bytesOf(of(rank)),
    );
    compareHeaders(headers);
  }

  #allReduce(values: CollectiveArray): Exchanges<void> {
    const dtype = dtypeOfArray("allReduce", values);
    return this.#allReduceOf(values, { name: "allReduce", dtype, length: values.length, root: 0 });
  }

  *#allReduceOf(values: CollectiveArray, call: Call): Exchanges<void> {
    yield* this.#agree(call);
    const { rank: own, size } = this;
    // An even number of elements, so that slices begin at multiples of eight bytes.
    const from = (rank: number): number =>
      rank === size ? values.length : 2 * Math.floor((values.length * rank) / (2 * size));
    const slice = (rank: number): CollectiveArray => values.subarray(from(rank), from(rank + 1));
    const mine = slice(own);
    const parts = this.#scratchArrays(call, mine.length);
    parts[own] = mine;
    yield this.#exchangeOf(
      (rank) => bytesOf(slice(rank)),
      (rank) => bytesOf(parts[rank]!),
    );
    const sums = addInOrder(parts);
    if (sums !== mine) mine.set(sums);
    yield this.#exchangeOf(
      () => bytesOf(mine),
      (rank) => bytesOf(slice(rank)),
    );
  }

  #broadcast(values: CollectiveArray, root: number): Exchanges<void> {
    const dtype = dtypeOfArray("broadcast", values);
    checkRank("broadcast", "root", root, this.size);
    return this.#broadcastOf(values, { name: "broadcast", dtype, length: values.length, root });
  }

  *#broadcastOf(values: CollectiveArray, call: Call): Exchanges<void> {
    yield* this.#agree(call);
    const bytes = bytesOf(values);
    yield this.#exchangeOf(
      () => (this.rank === call.root ? bytes : NOTHING),
      (rank) => (rank === call.root ? bytes : NOTHING),
    );
  }

  #allGather<A extends CollectiveArray>(values: A): Exchanges<A> {
    const dtype = dtypeOfArray("allGather", values);
    return this.#allGatherOf(values, { name: "allGather", dtype, length: values.length, root: 0 });
  }

  *#allGatherOf<A extends CollectiveArray>(values: A, call: Call): Exchanges<A> {
    yield* this.#agree(call);
    const { length } = values;
    const all = new ARRAYS[call.dtype](this.size * length);
    all.set(values, this.rank * length);
    yield this.#exchangeOf(
      () => bytesOf(values),
      (rank) => bytesOf(all.subarray(rank * length, (rank + 1) * length)),
    );
    return all as A;
  }

  #exchangeOf(send: (rank: number) => Uint8Array, receive: (rank: number) => Uint8Array): Exchange {
    const both = (of: (rank: number) => Uint8Array): Uint8Array[] =>
      Array.from({ length: this.size }, (_, rank) => (rank === this.rank ? NOTHING : of(rank)));
    return { send: both(send), receive: both(receive) };
  }

  /** Room for what each rank sends, reused from call to call. */
  #scratchArrays({ dtype }: Call, length: number): CollectiveArray[] {
    const Kind = ARRAYS[dtype];
    const bytes = length * Kind.BYTES_PER_ELEMENT;
    const stride = Math.ceil(bytes / 8) * 8; // float64 begins at multiples of its size
    if (this.#scratch.byteLength < stride * this.size) this.#scratch = new ArrayBuffer(stride * this.size);
    return Array.from({ length: this.size }, (_, rank) => new Kind(this.#scratch, rank * stride, length));
  }

  // ——— One call after the other ———

  #run<T>(name: CallName, exchanges: Exchanges<T>): Promise<T> {
    this.#waiting++;
    const result = this.#last.then(() => this.#drive(name, exchanges));
    this.#last = result.then(
      () => this.#waiting--,
      () => this.#waiting--,
    );
    return result;
  }

  async #drive<T>(name: CallName, exchanges: Exchanges<T>): Promise<T> {
    if (this.#over !== undefined) throw this.#over;
    for (;;) {
      const { value, done } = exchanges.next();
      if (done) return value;
      if (this.size > 1) await this.#exchange(name, value);
    }
  }

  #runSync<T>(name: CallName, exchanges: Exchanges<T>): T {
    if (this.#over !== undefined) throw this.#over;
    if (this.#waiting > 0) {
      throw invalid(`${name}Sync: other calls of this collective are under way: await them before`);
    }
    for (;;) {
      const { value, done } = exchanges.next();
      if (done) return value;
      if (this.size > 1) this.#exchangeSync(name, value);
    }
  }

  async #exchange(name: CallName, { send, receive }: Exchange): Promise<void> {
    let timer: ReturnType<typeof setInterval> | undefined;
    let turns = 0;
    // Keeps the process alive too: not everything that a transport waits for does. In turns: time in which this thread stood
    // still, and did not see what came, is one of them.
    const late = new Promise<never>((_, reject) => {
      timer = setInterval(
        () => {
          if (++turns === TURNS) reject(this.#late(name));
        },
        (this.#seconds * 1000) / TURNS,
      );
    });
    try {
      await Promise.race([this.#transport.exchange(send, receive), late]);
    } catch (error) {
      throw this.#failed(name, error);
    } finally {
      clearInterval(timer);
    }
  }

  #exchangeSync(name: CallName, { send, receive }: Exchange): void {
    let isDone: boolean;
    try {
      isDone = this.#transport.exchangeSync!(send, receive, this.#seconds * 1000);
    } catch (error) {
      throw this.#failed(name, error);
    }
    if (!isDone) throw this.#failed(name, this.#late(name));
  }

  #late(name: CallName): Corr2dError {
    const ranks = this.#transport.missing();
    return rankLost(
      ranks,
      `${nameRanks(ranks)} did not come to ${name} within ${this.#seconds} s (seen by rank ${this.rank}, call ${this.#calls - 1}): ` +
        "it hangs, or is at something that takes longer: then raise timeoutSeconds",
    );
  }

  /** After what went wrong in an exchange ranks are out of step: it ends the job. */
  #failed(name: CallName, error: unknown): Corr2dError {
    if (Corr2dError.isInstance(error) && error.code === "RANK_LOST") return this.#end(error);
    return this.#end(rankLost([this.rank], `rank ${this.rank} failed in ${name}: ${reasonOf(error)}`, error));
  }

  /** @returns what ended the job: this, or what did before. */
  #end(error: Corr2dError): Corr2dError {
    if (this.#over === undefined) {
      this.#over = error;
      this.#transport.abort(error);
    }
    return this.#over;
  }
}
