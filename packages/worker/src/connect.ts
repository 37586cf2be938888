/** The page's side: starts runs in a worker, follows, pauses and ends them. */
import { Corr2dError, checkOptions, describeValue, fromSentError, type SentError } from "@corr2d/core";
import type { Answer, Order } from "./messages.ts";
import { portOf, type SignalOfHost, type WorkerLike } from "./port.ts";
import { Queue } from "./queue.ts";
import type { Task } from "./serve.ts";
import { buffersOf } from "./transfer.ts";

/** How long a worker may take until it serves, in milliseconds. */
const START_MS = 30_000;

/** Options of `start`. */
export interface StartOptions {
  /** Cancels the run when it aborts; the run then rejects with the signal's reason. */
  readonly signal?: SignalOfHost | undefined;
}

/**
 * A task at work in the worker. `for await (const progress of run)` gives what it reports from then on, and ends with the run;
 * leaving the loop ends the listening, not the run.
 */
export interface Run<Progress, Result, Message = never> extends AsyncIterable<Progress> {
  /**
   * What the task returned. Rejects with what it threw (a `Corr2dError` with its code), with an AbortError after `cancel`, with the
   * signal's reason when that aborted, with WORKER_LOST when the worker ended.
   */
  readonly result: Promise<Result>;
  /** Lets the task stand still at its next report; resolves when it does, or has ended. */
  pause(): Promise<void>;
  /** Goes on. */
  resume(): void;
  /** Goes on to the next report, and stands still there; resolves as `pause`. */
  step(): Promise<void>;
  /** For the task's next report to return. */
  send(message: Message): void;
  /** Ends the run at its next report. */
  cancel(): void;
}

/** A worker that serves a task. */
export interface Connection<Input, Progress, Result, Message = never> {
  /**
   * Starts a run, and with it what is asked for in the same turn: a pause, a message. Several go one after the other. Typed
   * arrays that fill their buffer are moved to the worker, not copied.
   * @throws BACKEND_CLOSED after `close`; INVALID_ARGUMENT for a tensor, which cannot leave its thread.
   */
  start(input: Input, options?: StartOptions): Run<Progress, Result, Message>;
  /** Ends the worker, and with it every run. */
  close(): void;
}

type AnyTask = Task<never, unknown, unknown, never>;
type ConnectionTo<T> =
  T extends Task<infer Input, infer Progress, infer Result, infer Message>
    ? Connection<Input, Progress, Awaited<Result>, Message>
    : never;

/** Sends an order, moving the buffers along. */
type Post = (order: Order, transfer: ArrayBuffer[]) => void;

class PageRun implements Run<unknown, unknown, unknown> {
  readonly result: Promise<unknown>;
  readonly #post: Post;
  readonly #id: number;
  readonly #readers = new Set<Queue<unknown>>();
  #settle!: { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void };
  #whenStill: (() => void)[] = [];
  readonly #signal: SignalOfHost | undefined;
  /** What a reader that comes now is told; undefined while the run goes on. */
  #ending: ((reader: Queue<unknown>) => void) | undefined;

  constructor(post: Post, id: number, signal: SignalOfHost | undefined) {
    this.#post = post;
    this.#id = id;
    this.#signal = signal;
    this.result = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  pause(): Promise<void> {
    return this.#standStill("pause");
  }

  resume(): void {
    this.#order("resume");
  }

  step(): Promise<void> {
    return this.#standStill("step");
  }

  /** A function of its own, so that the signal can forget it. */
  readonly cancel = (): void => this.#order("cancel");

  send(message: unknown): void {
    if (this.#ending !== undefined) return;
    this.#post({ kind: "message", run: this.#id, value: message }, buffersOf("send", message));
  }

  [Symbol.asyncIterator](): AsyncGenerator<unknown, void, undefined> {
    const reader = new Queue<unknown>();
    const forget = (): boolean => this.#readers.delete(reader);
    // The loop throws what the result rejects with.
    this.result.catch(() => {});
    if (this.#ending === undefined) this.#readers.add(reader);
    else this.#ending(reader);
    return (async function* () {
      try {
        yield* reader;
      } finally {
        forget();
      }
    })();
  }

  get isOver(): boolean {
    return this.#ending !== undefined;
  }

  #order(kind: "pause" | "resume" | "step" | "cancel"): void {
    if (this.#ending === undefined) this.#post({ kind, run: this.#id }, []);
  }

  #standStill(kind: "pause" | "step"): Promise<void> {
    if (this.#ending !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenStill.push(resolve);
      this.#order(kind);
    });
  }

  take(answer: Exclude<Answer, { kind: "ready" }>): void {
    if (answer.kind === "progress") for (const reader of this.#readers) reader.push(answer.value);
    else if (answer.kind === "paused") this.#isStill();
    else if (answer.kind === "result") {
      this.#settle.resolve(answer.value);
      this.#end((reader) => reader.end());
    } else this.fail(this.#thrownBy(answer.error));
  }

  /** A cancelled run rejects with what the platform's own functions reject with. */
  #thrownBy(error: SentError): unknown {
    if (error.name !== "AbortError") return fromSentError(error);
    return this.#signal?.aborted ? this.#signal.reason : new DOMException(error.message, error.name);
  }

  fail(error: unknown): void {
    this.#settle.reject(error);
    this.#end((reader) => reader.fail(error));
  }

  #end(tell: (reader: Queue<unknown>) => void): void {
    this.#ending = tell;
    // A signal may outlive many runs.
    this.#signal?.removeEventListener("abort", this.cancel);
    for (const reader of this.#readers) tell(reader);
    this.#isStill();
  }

  #isStill(): void {
    for (const resolve of this.#whenStill.splice(0)) resolve();
  }
}

/** Two connections to one worker would take each other's answers. */
const connected = new WeakSet<WorkerLike>();

/** A worker that ended, or never began. */
const lost = (why: string): Corr2dError =>
  new Corr2dError("WORKER_LOST", `the worker is lost (${why}): start another one`);

class PageConnection implements Connection<unknown, unknown, unknown, unknown> {
  readonly #worker: WorkerLike;
  readonly #runs = new Map<number, PageRun>();
  readonly #post: Post;
  #why: Corr2dError | undefined;
  #count = 0;

  constructor(worker: WorkerLike) {
    this.#worker = worker;
    const port = portOf(worker, (why) => this.#end(lost(why)));
    const timer = setTimeout(() => {
      this.#end(lost(`it did not call serve() within ${START_MS / 1000} s`));
      worker.terminate();
    }, START_MS);
    (timer as { unref?(): void }).unref?.();

    // Before the worker listens, what is sent is lost: a module may `await` before it serves.
    let waiting: Order[] | undefined = [];
    this.#post = (order, transfer) => {
      if (waiting === undefined) port.post(order, transfer);
      else waiting.push(structuredClone(order, { transfer }));
    };
    port.listen((answer) => {
      if (answer.kind === "ready") {
        clearTimeout(timer);
        for (const order of waiting ?? []) port.post(order, buffersOf("start", order));
        waiting = undefined;
        if (this.#runs.size === 0) worker.unref?.();
        return;
      }
      const run = this.#runs.get(answer.run);
      run?.take(answer);
      if (run?.isOver) this.#forget(answer.run);
    });
    // It may have said that it is ready before anybody listened.
    port.post({ kind: "hello" });
  }

  start(input: unknown, options: StartOptions = {}): PageRun {
    checkOptions("start", options, { signal: "any" });
    if (this.#why !== undefined) throw this.#why;
    const { signal } = options;
    if (signal !== undefined && typeof signal?.addEventListener !== "function") {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `start: 'signal' is an AbortSignal, such as new AbortController().signal, but got ${describeValue(signal)}`,
      );
    }
    const id = ++this.#count;
    const run = new PageRun(this.#post, id, signal);
    if (signal?.aborted) {
      run.fail(signal.reason);
      return run;
    }
    this.#post({ kind: "start", run: id, input }, buffersOf("start", input));
    queueMicrotask(() => this.#post({ kind: "begin", run: id }, []));
    this.#runs.set(id, run);
    this.#worker.ref?.();
    signal?.addEventListener("abort", run.cancel, { once: true });
    return run;
  }

  close(): void {
    this.#end(new Corr2dError("BACKEND_CLOSED", "the connection to the worker was closed"));
    this.#worker.terminate();
  }

  /** In Node a worker keeps the process alive only while it has something to do. */
  #forget(id: number): void {
    this.#runs.delete(id);
    if (this.#runs.size === 0) this.#worker.unref?.();
  }

  #end(why: Corr2dError): void {
    this.#why ??= why;
    for (const [id, run] of this.#runs) {
      run.fail(this.#why);
      this.#forget(id);
    }
  }
}

/**
 * Connects to a worker that calls `serve`. The worker's module is loaded by the caller, so that every bundler finds it:
 *
 * ```ts
 * import type { Training } from "./train-worker.ts";
 * const training = connect<Training>(new Worker(new URL("./train-worker.ts", import.meta.url), { type: "module" }));
 * ```
 *
 * @throws INVALID_ARGUMENT for what is no Worker, or has a connection.
 */
export function connect<T extends AnyTask>(worker: WorkerLike): ConnectionTo<T> {
  const isWorker =
    typeof worker === "object" &&
    worker !== null &&
    [worker.postMessage, worker.terminate, worker.on ?? worker.addEventListener].every(
      (method) => typeof method === "function",
    );
  if (!isWorker) {
    throw new Corr2dError("INVALID_ARGUMENT", `connect: expected a Worker, but got ${describeValue(worker)}`);
  }
  if (connected.has(worker)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      "connect: this worker has a connection: start further runs on that one, or another worker",
    );
  }
  connected.add(worker);
  return new PageConnection(worker) as unknown as ConnectionTo<T>;
}
