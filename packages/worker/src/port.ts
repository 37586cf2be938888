/**
 * The other side of a worker, in pages (Worker) and in Node (worker_threads). Public types are written without those of the
 * DOM or of Node, so that they compile in a project that has only one of them.
 */
import { Corr2dError } from "@corr2d/core";
import { type Answer, marked, messageOf, type Order } from "./messages.ts";

/** What is needed of a browser's or Node's Worker. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  terminate(): unknown;
  ref?(): void;
  unref?(): void;
  on?(event: string, listener: (value: unknown) => void): unknown;
  addEventListener?(event: string, listener: (event: unknown) => void): unknown;
}

/** What is needed of an AbortSignal. */
interface SignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(event: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(event: "abort", listener: () => void): void;
}

/** The host's AbortSignal, in a project that has its types. */
export type SignalOfHost = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : SignalLike;

/** A way to the other side. */
export interface Port<Out, In> {
  post(message: Out, transfer?: ArrayBuffer[]): void;
  listen(onMessage: (message: In) => void): void;
}

const UNREADABLE = "a message could not be read";

/** Page to worker; `onLost` hears why the worker can do nothing more. */
export function portOf(worker: WorkerLike, onLost: (why: string) => void): Port<Order, Answer> {
  return {
    post: (message, transfer = []) => worker.postMessage(marked(message), transfer),
    listen(onMessage) {
      const receive = (data: unknown): void => {
        const message = messageOf<Answer>(data);
        if (message !== undefined) onMessage(message);
      };
      if (worker.on !== undefined) {
        worker.on("message", receive);
        worker.on("messageerror", () => onLost(UNREADABLE));
        worker.on("error", (error) => onLost(String(error)));
        worker.on("exit", (code) => onLost(`it ended with code ${String(code)}`));
      } else {
        const on = (event: string, listener: (event: unknown) => void): unknown =>
          worker.addEventListener?.(event, listener);
        on("message", (event) => receive((event as MessageEvent).data));
        on("messageerror", () => onLost(UNREADABLE));
        on("error", (event) => onLost((event as ErrorEvent).message || "its script could not be loaded"));
      }
    },
  };
}

/** The scope of a worker in a browser. */
interface WorkerScope {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(event: "message", listener: (event: MessageEvent) => void): void;
}

/**
 * Worker to page.
 * @throws INVALID_ARGUMENT where nobody is on the other side.
 */
export function parentPort(): Port<Answer, Order> {
  const parent = nodeParent();
  const scope = globalThis as unknown as WorkerScope;
  const inBrowser = "WorkerGlobalScope" in globalThis;
  if (parent === null && !inBrowser) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      "serve: this is no worker: start this module with new Worker(url, { type: 'module' }) and connect to it",
    );
  }
  return {
    post: (message, transfer = []) => (parent ?? scope).postMessage(marked(message), transfer),
    listen(onMessage) {
      const receive = (data: unknown): void => {
        const message = messageOf<Order>(data);
        if (message !== undefined) onMessage(message);
      };
      if (parent === null) scope.addEventListener("message", (event) => receive(event.data));
      else parent.on("message", receive);
    },
  };
}

function nodeParent(): import("node:worker_threads").MessagePort | null {
  try {
    // Not an import: bundlers for browsers would stumble over it.
    return process.getBuiltinModule("node:worker_threads").parentPort;
  } catch {
    return null;
  }
}

/** Lets the messages in that wait; a promise alone does not. */
export function nextTurn(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    // A timer would wait 4 ms.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
