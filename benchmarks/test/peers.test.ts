/** Every adapter computes what the plain loops compute, on small shapes; what one cannot do, it says. */
import { afterAll, describe, expect, test } from "vitest";
import { relativeError, tolerance } from "../src/agreement.ts";
import { corr2dPeer } from "../src/peers/corr2d.ts";
import { PEERS } from "../src/peers/index.ts";
import { reference } from "../src/peers/loops.ts";
import { isCannot, type OpenPeer } from "../src/peers/peer.ts";
import { termsOf } from "../src/workloads/cost.ts";
import { makeInputs } from "../src/workloads/inputs.ts";
import type { Convolution, ConvolutionKind, Task } from "../src/workloads/workload.ts";

const BASE: Convolution = {
  batch: 2,
  inChannels: 3,
  height: 9,
  width: 7,
  outChannels: 4,
  kernelHeight: 3,
  kernelWidth: 2,
  stride: 1,
  padding: 1,
  groups: 1,
};

const GEOMETRIES: Record<string, Convolution> = {
  plain: BASE,
  strided: { ...BASE, batch: 1, stride: 2, kernelWidth: 3, padding: 1 },
  wide: {
    ...BASE,
    batch: 1,
    inChannels: 1,
    height: 20,
    width: 33,
    kernelHeight: 5,
    kernelWidth: 5,
    padding: 2,
  },
  depthwise: { ...BASE, batch: 1, inChannels: 4, groups: 4 },
};

const KINDS: readonly ConvolutionKind[] = ["forward", "input-gradient", "kernel-gradient"];

const TASKS: Record<string, Task> = {
  "max-pool": { kind: "max-pool", size: 6, window: 3 },
  "max-pool-gradient": { kind: "max-pool-gradient", size: 6, window: 3 },
  matmul: { kind: "matmul", size: 9 },
  add: { kind: "add", size: 33 },
  relu: { kind: "relu", size: 33 },
  sum: { kind: "sum", size: 33 },
  "lenet-step": { kind: "lenet-step", batch: 2, learningRate: 0.1 },
  "learn-kernel": { kind: "learn-kernel", steps: 10, learningRate: 0.03 },
};
for (const [name, geometry] of Object.entries(GEOMETRIES)) {
  for (const kind of KINDS) TASKS[`${name} ${kind}`] = { ...geometry, kind };
}

const PLANE: Convolution = { ...BASE, batch: 1, inChannels: 1, outChannels: 1, padding: 0 };
for (const kind of KINDS) TASKS[`literal ${kind}`] = { ...PLANE, kind, literalOptions: true };

/** What is known to be missing, and how the peer puts it. */
const MISSING: Record<string, Record<string, RegExp>> = {
  "tfjs-wasm": {
    "kernel-gradient": /not registered/,
    "depthwise input-gradient": /not registered/,
    "lenet-step": /not registered/,
    "learn-kernel": /not registered/,
  },
  "ort-web": { "lenet-step": /training/, "learn-kernel": /training/ },
  "ort-node": { "lenet-step": /training/, "learn-kernel": /training/ },
};

function missing(peer: string, task: string): RegExp | null {
  const entry = Object.entries(MISSING[peer] ?? {}).find(([name]) => task.endsWith(name));
  return entry?.[1] ?? null;
}

/** These need something that a clean installation may lack. */
const OPTIONAL: readonly string[] = ["ort-node", "pytorch"];

for (const peer of [corr2dPeer("cpu-js"), corr2dPeer("cpu-wasm"), ...PEERS]) {
  const opened = await peer.open(1);
  if (isCannot(opened)) {
    test(`${peer.name} is optional: ${opened.cannot}`, () => {
      expect(OPTIONAL).toContain(peer.name);
      expect(opened.cannot).not.toBe("");
    });
    continue;
  }
  describe(peer.name, () => {
    afterAll(() => (opened as OpenPeer).close?.());

    test("says its version", () => {
      expect(opened.version).not.toBe("");
      expect(opened.threads).toBe(1);
    });

    test.each(Object.entries(TASKS))(
      "%s",
      async (name, task) => {
        const inputs = makeInputs(task);
        const absent = missing(peer.name, name);
        const attempt = async (): Promise<readonly ArrayLike<number>[]> => {
          const candidate = await opened.prepare(task, inputs);
          if (isCannot(candidate)) throw new Error(candidate.cannot);
          await candidate.before?.();
          const results = await candidate.check();
          await (candidate.run === undefined ? candidate.sample!(1e-6) : candidate.run());
          await candidate.dispose?.();
          return results;
        };
        if (absent !== null) {
          await expect(attempt()).rejects.toThrow(absent);
          return;
        }
        expect(relativeError(await attempt(), reference(task, inputs)())).toBeLessThan(
          tolerance(termsOf(task)),
        );
      },
      60_000,
    );
  });
}
