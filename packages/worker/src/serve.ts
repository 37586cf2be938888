/** The worker's side: a task that the page starts, and what the task can say and hear while it runs. */
import { Corr2dError, describeValue, synchronize, toSentError } from "@corr2d/core";
import type { Order } from "./messages.ts";
import { nextTurn, parentPort, type SignalOfHost } from "./port.ts";
import { buffersOf } from "./transfer.ts";

/** What a task gets beside its input. */
export interface TaskRun<Progress, Message = never> {
  /** Aborted when the page cancels, for functions that take a signal. `report` throws then. */
  readonly signal: SignalOfHost;
  /**
   * Says how far the task is, and lets the page have its say: waits while the page pauses the run, and for a late backend until
   * it has done what was asked of it, so that no queue grows. Typed arrays that fill their buffer are moved to the page, not copied.
   *
   * @returns the messages that the page sent since the last report.
   * @throws AbortError when the page cancelled; INVALID_ARGUMENT for a tensor, which cannot leave its thread.
   */
  report(progress: Progress): Promise<Message[]>;
}

/** A function that runs in a worker. */
export type Task<Input, Progress, Result, Message = never> = (
  input: Input,
  run: TaskRun<Progress, Message>,
) => Result | Promise<Result>;

/** A run, as the worker keeps it. */
class Running implements TaskRun<unknown, unknown> {
  readonly input: unknown;
  readonly #control = new AbortController();
  readonly #post: (kind: "progress" | "paused", value?: unknown) => void;
  #messages: unknown[] = [];
  /** How many reports may pass before the run stands still. */
  #reportsLeft = Infinity;
  #wake: (() => void) | undefined;

  constructor(input: unknown, post: (kind: "progress" | "paused", value?: unknown) => void) {
    this.input = input;
    this.#post = post;
  }

  get signal(): AbortSignal {
    return this.#control.signal;
  }

  /** Resolves when all that was reported so far is on its way: a task may return without having awaited its reports. */
  sent: Promise<void> = Promise.resolve();

  async report(progress: unknown): Promise<unknown[]> {
    this.sent = this.#send(progress);
    await this.sent;
    this.#reportsLeft--;
    await nextTurn();
    while (this.#reportsLeft <= 0 && !this.signal.aborted) {
      this.#post("paused");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.signal.throwIfAborted();
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  async #send(progress: unknown): Promise<void> {
    try {
      await synchronize();
    } catch (error) {
      // A task may compute nothing.
      if (!Corr2dError.isInstance(error) || error.code !== "BACKEND_MISSING") throw error;
    }
    this.#post("progress", progress);
  }

  take(order: Exclude<Order, { kind: "hello" | "start" | "begin" }>): void {
    if (order.kind === "message") this.#messages.push(order.value);
    else if (order.kind === "cancel")
      this.#control.abort(new DOMException("the run was cancelled", "AbortError"));
    else this.#reportsLeft = { pause: 0, step: 1, resume: Infinity }[order.kind];
    // Who pauses a run that stands still waits for an answer, too.
    if (order.kind !== "message") this.#wake?.();
  }
}

/**
 * Makes `task` what the page that started this worker can run, one run after the other. Call it once, at the top level of the
 * worker's module, where `await` may come before it.
 *
 * @returns the task, so that the page can name its type: `export type Training = typeof training`.
 * @throws INVALID_ARGUMENT outside a worker, or for what is no function.
 */
export function serve<Input, Progress, Result, Message = never>(
  task: Task<Input, Progress, Result, Message>,
): Task<Input, Progress, Result, Message> {
  if (typeof task !== "function") {
    throw new Corr2dError("INVALID_ARGUMENT", `serve: expected a function, but got ${describeValue(task)}`);
  }
  const port = parentPort();
  const runs = new Map<number, Running>();
  let last: Promise<void> = Promise.resolve();

  const perform = async (run: number, running: Running): Promise<void> => {
    try {
      running.signal.throwIfAborted();
      const value = await task(
        running.input as Input,
        running as TaskRun<unknown, unknown> as TaskRun<Progress, Message>,
      );
      await running.sent;
      port.post({ kind: "result", run, value }, buffersOf("serve", value));
    } catch (error) {
      port.post({ kind: "error", run, error: toSentError(error) });
    } finally {
      runs.delete(run);
    }
  };

  port.listen((order) => {
    if (order.kind === "hello") port.post({ kind: "ready" });
    else if (order.kind === "start") {
      const { run, input } = order;
      const running = new Running(input, (kind, value) =>
        kind === "paused"
          ? port.post({ kind, run })
          : port.post({ kind, run, value }, buffersOf("report", value)),
      );
      runs.set(run, running);
    } else {
      const running = runs.get(order.run);
      if (order.kind !== "begin") running?.take(order);
      else if (running !== undefined) last = last.then(() => perform(order.run, running));
    }
  });
  port.post({ kind: "ready" });
  return task;
}
