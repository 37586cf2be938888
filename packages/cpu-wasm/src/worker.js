/**
 * A worker thread: runs parts of kernels that the main thread hands out through the control block (`team.ts` has
 * the protocol). Plain JavaScript without imports, so that it runs as it is in every host and bundler.
 *
 * @typedef {object} Setup
 * @property {WebAssembly.Module} module
 * @property {WebAssembly.Memory} memory shared
 * @property {number} thread its number; the main thread is 0
 * @property {number} args address of the argument block
 * @property {Readonly<Record<"word" | "kernel" | "chunks" | "units" | "done" | "failed" | "parked", number>>} slots
 *   indices of the control block's entries in the memory seen as int32
 * @property {number} unitBits the low bits of the word, which hold the first unit left; above them the one after the last
 * @property {number} spinMs how long to look for work before sleeping
 */

/** @param {Setup} setup */
function prepare({ module, memory, thread, args, slots, unitBits, spinMs }) {
  const env = { memory, thread, scratch() {}, share() {} }; // drivers, which call these, run on the main thread
  const { exports } = new WebAssembly.Instance(module, { env });
  const table = /** @type {WebAssembly.Table} */ (exports.table);
  const control = new Int32Array(memory.buffer);
  const fromEnd = thread % 2 === 1;
  const step = fromEnd ? -(1 << unitBits) : 1;

  /** Waits until the word is another than `word`. @param {number} word */
  function idle(word) {
    const until = performance.now() + spinMs;
    while (performance.now() < until) {
      for (let i = 0; i < 64; i++) if (Atomics.load(control, slots.word) !== word) return;
    }
    Atomics.add(control, slots.parked, 1);
    Atomics.wait(control, slots.word, word);
    Atomics.sub(control, slots.parked, 1);
  }

  return function work() {
    for (;;) {
      const word = Atomics.load(control, slots.word);
      const first = word & ((1 << unitBits) - 1);
      const end = word >> unitBits;
      if (first === end) {
        Atomics.notify(control, slots.done);
        idle(word);
      } else if (Atomics.compareExchange(control, slots.word, word, word + step) === word) {
        // The unit is ours, so the job cannot end, and its description cannot change, before it is done.
        const units = Atomics.load(control, slots.units);
        const chunks = Atomics.load(control, slots.chunks);
        const unit = fromEnd ? end - 1 : first;
        try {
          const kernel = table.get(Atomics.load(control, slots.kernel));
          kernel(args, Math.floor((unit * chunks) / units), Math.floor(((unit + 1) * chunks) / units));
        } catch {
          Atomics.store(control, slots.failed, 1);
        }
        Atomics.add(control, slots.done, 1);
      }
    }
  };
}

/** @param {{ postMessage(message: unknown): void }} port @param {Setup} setup */
function start(port, setup) {
  try {
    const work = prepare(setup);
    port.postMessage("ready");
    setTimeout(work, 0); // never returns: the message goes out first
  } catch (error) {
    port.postMessage(String(error));
  }
}

/** Node's port to the main thread. Bundlers give browsers' workers an imitation of `process`, too. */
function nodePort() {
  try {
    return process.getBuiltinModule("node:worker_threads").parentPort;
  } catch {
    return null;
  }
}

const port = nodePort();
if (port) {
  port.once("message", (setup) => start(port, setup));
} else {
  const scope = /** @type {{ onmessage: unknown, postMessage(message: unknown): void }} */ (
    /** @type {unknown} */ (globalThis)
  );
  scope.onmessage = (/** @type {MessageEvent<Setup>} */ { data }) => start(scope, data);
}
