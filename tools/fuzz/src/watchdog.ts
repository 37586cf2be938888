/**
 * Ends the process when one case takes too long: what hangs in a synchronous call can only be seen from another thread.
 * It says which case that was. The limit is for what hangs, not for what is slow on a loaded machine.
 */
import { Worker } from "node:worker_threads";

/** Plain JavaScript, since it runs from sources as well as from the build. */
const PROGRAM = `
  const { workerData } = require("node:worker_threads");
  const { beats, text, limit } = workerData;
  let seen = -1;
  let since = Date.now();
  setInterval(() => {
    const beat = Atomics.load(beats, 0);
    if (beat !== seen) {
      seen = beat;
      since = Date.now();
    } else if (Atomics.load(beats, 1) > 0 && Date.now() - since > limit) {
      const length = Atomics.load(beats, 1);
      require("node:fs").writeSync(2, "no answer within " + limit / 1000 + " s: " + Buffer.from(text.slice(0, length)) + "\\n");
      process.kill(process.pid, "SIGKILL");
    }
  }, 100);
`;

const TEXT_BYTES = 65_536;

export interface Watchdog {
  /** A case begins. @param what what to say of it should it not end. */
  begin(what: string): void;
  /** The case has ended. */
  end(): void;
  close(): Promise<void>;
}

export function startWatchdog(limitSeconds: number): Watchdog {
  const beats = new Int32Array(new SharedArrayBuffer(8));
  const text = new Uint8Array(new SharedArrayBuffer(TEXT_BYTES));
  const worker = new Worker(PROGRAM, {
    eval: true,
    execArgv: [],
    workerData: { beats, text, limit: limitSeconds * 1000 },
  });
  worker.unref();
  return {
    begin(what) {
      const bytes = Buffer.from(what).subarray(0, TEXT_BYTES);
      text.set(bytes);
      Atomics.store(beats, 1, bytes.length);
      Atomics.add(beats, 0, 1);
    },
    end() {
      Atomics.store(beats, 1, 0);
    },
    async close() {
      await worker.terminate();
    },
  };
}
