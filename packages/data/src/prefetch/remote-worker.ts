/** One worker, seen from the loader: started, asked, noticed when it dies. */
import { Corr2dError, describeValue, fromSentError } from "@corr2d/core";
import { invalid } from "../arguments.ts";
import { marked, messageOf, type Reply, type Request } from "./messages.ts";

// Written without the types of the DOM or of Node: these are public.

/** What is needed of a browser's or Node's Worker. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  terminate(): unknown;
  ref?(): void;
  unref?(): void;
  on?(event: string, listener: (value: unknown) => void): unknown;
  addEventListener?(event: string, listener: (event: unknown) => void): unknown;
}

/** How long a worker's script may take until it calls `serve`, in milliseconds; the data set may take longer. */
const START_MS = 60_000;

export class RemoteWorker {
  readonly #id: number;
  readonly #worker: WorkerLike;
  readonly #onReply: (reply: Extract<Reply, { kind: "loaded" }>) => void;
  readonly #onLost: (error: Corr2dError) => void;
  readonly #length: number;
  readonly #timer: ReturnType<typeof setTimeout>;
  /** What waits for the worker to listen: a browser's loses what comes before. Null once it does. */
  #waiting: Request[] | null = [];
  #over = false;

  /** @param length how many samples its data set must have. */
  constructor(
    create: () => WorkerLike,
    id: number,
    length: number,
    onReply: (reply: Extract<Reply, { kind: "loaded" }>) => void,
    onLost: (error: Corr2dError) => void,
  ) {
    this.#id = id;
    this.#length = length;
    this.#onReply = onReply;
    this.#onLost = onLost;
    this.#worker = create();
    this.#listen();
    this.#timer = setTimeout(
      () => this.#lose(`it did not call serve() within ${START_MS / 1000} s`),
      START_MS,
    );
    this.keepAlive(false);
  }

  post(request: Request): void {
    if (this.#over) return;
    if (this.#waiting === null) this.#worker.postMessage(marked(request));
    else this.#waiting.push(request);
  }

  /** Whether Node's process lives on for this worker's sake. */
  keepAlive(awaited: boolean): void {
    if (awaited) this.#worker.ref?.();
    else this.#worker.unref?.();
  }

  terminate(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#worker.terminate();
  }

  #listen(): void {
    const worker = this.#worker;
    const receive = (data: unknown): void => {
      const reply = messageOf<Reply>(data);
      if (reply !== undefined && !this.#over) this.#receive(reply);
    };
    if (typeof worker?.on === "function") {
      worker.on("message", receive);
      worker.on("messageerror", () => this.#lose("a message could not be read"));
      worker.on("error", (error) => this.#lose(String(error)));
      worker.on("exit", (code) => this.#lose(`it ended with code ${String(code)}`));
    } else if (typeof worker?.addEventListener === "function") {
      worker.addEventListener("message", (event) => receive((event as MessageEvent).data));
      worker.addEventListener("messageerror", () => this.#lose("a message could not be read"));
      worker.addEventListener("error", (event) =>
        this.#lose((event as ErrorEvent).message || "its script could not be loaded"),
      );
    } else {
      throw invalid(
        `DataLoader: 'worker' is a function that returns a new Worker, but it returned ${describeValue(worker)}`,
      );
    }
  }

  #receive(reply: Reply): void {
    switch (reply.kind) {
      case "started":
        clearTimeout(this.#timer);
        for (const request of this.#waiting ?? []) this.#worker.postMessage(marked(request));
        this.#waiting = null;
        return;
      case "ready":
        if (reply.length === this.#length) return;
        this.#lose(`its data set has ${reply.length} samples, and the loader's ${this.#length}`);
        return;
      case "useless": {
        const error = fromSentError(reply.error);
        this.#lose(String(error), error);
        return;
      }
      case "loaded":
        this.#onReply(reply);
    }
  }

  #lose(why: string, cause?: Error): void {
    if (this.#over) return;
    this.terminate();
    const message = `DataLoader: worker ${this.#id} is lost: ${why}`;
    this.#onLost(new Corr2dError("WORKER_LOST", message, { worker: this.#id }, cause && { cause }));
  }
}
