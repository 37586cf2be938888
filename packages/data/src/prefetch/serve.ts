/** In a worker: reads the batches that a loader of another thread asks for. */
import { checkOptions, describeValue, getRngState, setRngState, toSentError } from "@corr2d/core";
import { checkFunction, invalid } from "../arguments.ts";
import { checkDataset, type Dataset } from "../dataset.ts";
import { takeBack } from "../lent.ts";
import { BatchLoader, type CollateFn } from "../load-batch.ts";
import { marked, messageOf, type Outcome, type Reply, type Request } from "./messages.ts";
import { packed } from "./sent-batch.ts";

/** What is needed of Node's parentPort, or of a browser's worker scope. */
export interface PortLike {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void;
  on?(event: string, listener: (value: unknown) => void): unknown;
  addEventListener?(event: string, listener: (event: unknown) => void): unknown;
}

/** Options of `serve`. */
export interface ServeOptions<T, B> {
  /** What makes a batch of samples (default `defaultCollate`). */
  readonly collateFn?: CollateFn<T, B> | undefined;
  /** The way to the other thread; needed in Node before 20.16 only: `parentPort` of node:worker_threads. */
  readonly port?: PortLike | undefined;
}

/** @throws INVALID_ARGUMENT where this is no worker. */
function portToParent(): PortLike {
  try {
    // Not an import: bundlers for browsers would stumble over it.
    const { parentPort } = process.getBuiltinModule("node:worker_threads");
    if (parentPort !== null) return parentPort as PortLike;
  } catch {
    // A browser, or a Node that needs the option.
  }
  if ("WorkerGlobalScope" in globalThis) return globalThis as unknown as PortLike;
  throw invalid(
    "serve: this is no worker. Start this module by a loader's option worker: () => new Worker(…); in Node before 20.16 " +
      "give serve the option port: parentPort (of node:worker_threads)",
  );
}

/** @throws INVALID_ARGUMENT */
function checkPort(port: PortLike): void {
  const methods = [port?.postMessage, port?.on ?? port?.addEventListener];
  if (methods.every((method) => typeof method === "function")) return;
  throw invalid(`serve: 'port' is the parentPort of node:worker_threads, but got ${describeValue(port)}`);
}

function listen(port: PortLike, onRequest: (request: Request) => void): void {
  const receive = (data: unknown): void => {
    const request = messageOf<Request>(data);
    if (request !== undefined) onRequest(request);
  };
  if (port.on !== undefined) port.on("message", receive);
  else port.addEventListener?.("message", (event) => receive((event as { data: unknown }).data));
}

/**
 * Makes this worker read batches of `dataset` for the loader that started it. Call it once, in the worker's module, after
 * `setBackend` (any backend: batches travel as numbers). Random numbers that samples draw come from the default generator,
 * which is seeded as PyTorch seeds its workers'.
 *
 * @param dataset the data set, or a promise of it.
 * @throws INVALID_ARGUMENT where this is no worker, or the arguments are wrong.
 */
export function serve<T, B>(
  dataset: Dataset<T> | PromiseLike<Dataset<T>>,
  options: ServeOptions<T, B> = {},
): void {
  checkOptions("serve", options, { collateFn: "any", port: "any" }, "{ collateFn }");
  const { collateFn, port = portToParent() } = options;
  checkPort(port);
  if (collateFn !== undefined) checkFunction("serve", "collateFn", collateFn);
  const reply = (message: Reply, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(marked(message), transfer);

  /** Null until it is there, and where it does not come. */
  let loader: BatchLoader<T, B> | null = null;
  // One request after the other, so that random numbers are drawn in order.
  let queue: Promise<void> = Promise.resolve(dataset)
    .then((set) => {
      checkDataset("serve", set);
      loader = new BatchLoader(set as Dataset<T>, collateFn);
      reply({ kind: "ready", length: set.length });
    })
    .catch((error: unknown) => reply({ kind: "useless", error: toSentError(error) }));

  listen(port, (request) => {
    queue = queue.then(async () => {
      if (request.kind === "random") return setRngState(request.state);
      if (loader === null) return;
      const { epoch, batch, indices } = request;
      const { outcome, transfer } = await outcomeOf(loader, indices);
      const answer = { kind: "loaded", epoch, batch, random: getRngState() } as const;
      try {
        reply({ ...answer, outcome }, transfer);
      } catch (error) {
        // Something in the batch cannot be sent.
        reply({ ...answer, outcome: { error: toSentError(error), index: null } });
      }
    });
  });
  reply({ kind: "started" });
}

async function outcomeOf<T, B>(
  loader: BatchLoader<T, B>,
  indices: readonly number[],
): Promise<{ outcome: Outcome; transfer: ArrayBuffer[] }> {
  try {
    const batch = await loader.load(indices, undefined);
    const { sent, transfer } = await packed(batch);
    if (loader.makesTensors) takeBack(batch);
    return { outcome: { value: sent }, transfer };
  } catch (error) {
    return { outcome: { error: toSentError(error), index: loader.reading }, transfer: [] };
  }
}
