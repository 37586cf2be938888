/** Starting the worker thread, in Node (worker_threads) and in browsers (Worker), and noticing that it died. */
import { Corr2dError } from "@corr2d/core";
import type { Answer, Offer, Request } from "./messages.ts";

export interface Thread {
  post(request: Request, transfer?: ArrayBuffer[]): void;
  /** Whether it keeps the process alive. (A page lives as long as it is open.) */
  hold(alive: boolean): void;
  /** Resolves when it has ended, and keeps the process alive until then. */
  stop(): Promise<unknown>;
}

type Listener<T> = (value: T) => void;

function inNode(onMessage: Listener<unknown>, onEnd: Listener<string>): Thread {
  // Neither an import nor a URL in one expression: bundlers for browsers would go after both.
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const here = import.meta.url;
  const worker = new Worker(new URL("worker.js", here), { execArgv: [] }); // flags such as --input-type are not for it
  worker.on("message", onMessage);
  worker.on("messageerror", (error) => onEnd(String(error)));
  worker.on("error", (error) => onEnd(String(error)));
  worker.on("exit", (code) => onEnd(`it ended with code ${code}`));
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    hold: (alive) => (alive ? worker.ref() : worker.unref()),
    stop: () => worker.terminate(),
  };
}

function inBrowser(onMessage: Listener<unknown>, onEnd: Listener<string>): Thread {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => onMessage(data);
  worker.onmessageerror = () => onEnd("a message could not be read");
  worker.onerror = ({ message }) => onEnd(message || "its script could not be loaded");
  return {
    post: (request, transfer = []) => worker.postMessage(request, transfer),
    hold: () => {},
    stop: async () => worker.terminate(),
  };
}

/**
 * Starts the worker and waits until it says what it offers. `onEnd` hears, once or more often, why it ended later.
 * @throws BACKEND_UNAVAILABLE when it cannot start.
 */
export function startThread(onAnswer: Listener<Answer>, onEnd: Listener<string>): Promise<[Thread, Offer]> {
  const start = typeof process === "object" && process.versions?.node !== undefined ? inNode : inBrowser;
  return new Promise((resolve, reject) => {
    let ready = false;
    const thread = start(
      (message) => {
        if (ready) return onAnswer(message as Answer);
        ready = true;
        thread.hold(false);
        resolve([thread, message as Offer]);
      },
      (why) => {
        if (ready) return onEnd(why);
        reject(new Corr2dError("BACKEND_UNAVAILABLE", `late: the worker could not start: ${why}`));
      },
    );
  });
}
