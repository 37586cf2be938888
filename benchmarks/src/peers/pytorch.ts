/**
 * PyTorch (native code), where a Python with torch is installed. It lives in a process of its own that computes and
 * times itself on request (`python/pytorch_peer.py` has the protocol); the requests come in its turns, between the
 * samples of the others.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Inputs } from "../workloads/inputs.ts";
import { LENET_PARAMETERS } from "../workloads/lenet.ts";
import { ADAM, MOMENTUM, NETWORKS, type NetworkName, networkParameters } from "../workloads/networks.ts";
import type { Task } from "../workloads/workload.ts";
import { cannot, notOffered, type OpenPeer, type Peer } from "./peer.ts";

const SCRIPT = fileURLToPath(new URL("../../python/pytorch_peer.py", import.meta.url));

/** `BENCH_PYTHON` names another interpreter. */
export const INTERPRETERS: readonly string[] =
  process.env.BENCH_PYTHON === undefined ? ["python3", "/usr/bin/python3"] : [process.env.BENCH_PYTHON];

/**
 * Keeps glibc from giving each freed result back to the system. By default the pages of every large result are faulted in anew,
 * which on a virtual machine can cost ten times the convolution; we reuse memory, so PyTorch shall too.
 */
export const ALLOCATOR: Readonly<Record<string, string>> = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 30),
  MALLOC_TOP_PAD_: String(2 ** 28),
};

interface Reply {
  readonly error?: string;
  readonly version?: string;
  readonly threads?: number;
  readonly seconds?: number;
  readonly arrays: readonly { readonly size: number }[];
}

/** One conversation at a time with the Python process. */
class Conversation {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #received: Buffer = Buffer.alloc(0);
  #wake: () => void = () => {};

  constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.#child = child;
    child.stdout.on("readable", () => this.#wake());
    child.on("close", () => this.#wake());
  }

  async ask(header: object, arrays: Inputs = []): Promise<{ reply: Reply; results: Float32Array[] }> {
    const described = arrays.map((array) => ({
      dtype: array instanceof Int32Array ? "int32" : "float32",
      size: array.length,
    }));
    const text = Buffer.from(JSON.stringify({ ...header, arrays: described }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    const { stdin } = this.#child;
    for (const part of [
      length,
      text,
      ...arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)),
    ]) {
      stdin.write(part);
    }
    const reply = JSON.parse((await this.#take((await this.#take(4)).readUInt32LE())).toString()) as Reply;
    const results: Float32Array[] = [];
    for (const { size } of reply.arrays) {
      const bytes = Uint8Array.from(await this.#take(4 * size));
      results.push(new Float32Array(bytes.buffer));
    }
    if (reply.error !== undefined) throw new Error(reply.error);
    return { reply, results };
  }

  async #take(size: number): Promise<Buffer> {
    const chunks = [this.#received];
    let available = this.#received.length;
    while (available < size) {
      const chunk = this.#child.stdout.read() as Buffer | null;
      if (chunk !== null) {
        chunks.push(chunk);
        available += chunk.length;
        continue;
      }
      if (this.#child.exitCode !== null) throw new Error("the Python process has ended");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    this.#received = all.subarray(size);
    return all.subarray(0, size);
  }
}

/** A network as its port in Python builds it. */
function described(name: NetworkName): object {
  const network = NETWORKS[name];
  const shapes = networkParameters(network.layers).map(({ shape }) => shape);
  return { ...network, shapes, rates: { adam: ADAM, momentum: MOMENTUM }[network.optimiser] };
}

/** Starts an interpreter; null when it is not there or has no torch. */
async function start(
  interpreter: string,
  threads: number,
  env: Readonly<Record<string, string>>,
): Promise<{ peer: OpenPeer } | null> {
  const child = spawn(interpreter, [SCRIPT], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, ...env },
  });
  const failed = new Promise<null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("exit", () => resolve(null));
  });
  child.stdin.on("error", () => {}); // Its reason is the process' end, which `failed` reports.
  const conversation = new Conversation(child);
  const opened = await Promise.race([
    conversation.ask({ op: "open", threads }).then(
      ({ reply }) => reply,
      () => null,
    ),
    failed,
  ]);
  if (opened === null) return null;
  return {
    peer: {
      version: opened.version!,
      threads: opened.threads!,
      pid: child.pid!,
      async prepare(task: Task, inputs: Inputs) {
        const lenet = LENET_PARAMETERS.map(({ shape }) => shape);
        const network = task.kind === "network-step" ? described(task.network) : null;
        const { results } = await conversation.ask({ op: "prepare", task, lenet, network }, inputs);
        return {
          check: async () => results,
          sample: async (seconds) => (await conversation.ask({ op: "sample", seconds })).reply.seconds!,
        };
      },
      close: () => void child.kill(),
    },
  };
}

/** PyTorch in a process with these variables of the environment. */
export const pytorchWith = (env: Readonly<Record<string, string>>): Peer => ({
  name: "pytorch",
  description: "PyTorch, native code, in a process of its own",
  async open(threads) {
    try {
      for (const interpreter of INTERPRETERS) {
        const started = await start(interpreter, threads, env);
        if (started !== null) return started.peer;
      }
      return notOffered("no Python with torch (BENCH_PYTHON names an interpreter)");
    } catch (error) {
      return cannot(error);
    }
  },
});

export const pytorch: Peer = pytorchWith(ALLOCATOR);
