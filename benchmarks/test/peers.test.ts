/** Every adapter computes what the plain loops compute, on small shapes; what one cannot do, it says. */
import { afterAll, describe, expect, test } from "vitest";
import { relativeError, tolerance } from "../src/agreement.ts";
import { corr2dPeer } from "../src/peers/corr2d.ts";
import { PEERS } from "../src/peers/index.ts";
import { reference } from "../src/peers/loops.ts";
import { isCannot, type OpenPeer } from "../src/peers/peer.ts";
import { termsOf } from "../src/workloads/cost.ts";
import { makeInputs } from "../src/workloads/inputs.ts";
import type { Layer } from "../src/workloads/layers.ts";
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
  "channels-32-64 network-step": { kind: "network-step", network: "channels-32-64", batch: 2 },
  "resnet-8 network-step": { kind: "network-step", network: "resnet-8", batch: 1 },
  "learn-kernel": { kind: "learn-kernel", steps: 10, learningRate: 0.03 },
};
for (const [name, geometry] of Object.entries(GEOMETRIES)) {
  for (const kind of KINDS) TASKS[`${name} ${kind}`] = { ...geometry, kind };
}

const PLANE: Convolution = { ...BASE, batch: 1, inChannels: 1, outChannels: 1, padding: 0 };
for (const kind of KINDS) TASKS[`literal ${kind}`] = { ...PLANE, kind, literalOptions: true };

/** Each layer on a small input, some of sizes that do not divide. */
const LAYERS: readonly (readonly [Layer, readonly number[]])[] = [
  [{ function: "gelu" }, [33]],
  [{ function: "gelu-tanh" }, [33]],
  [{ function: "silu" }, [33]],
  [{ function: "softmax" }, [3, 5]],
  [{ function: "log-softmax" }, [3, 5]],
  [{ function: "cross-entropy" }, [3, 5]],
  [{ function: "batch-norm" }, [3, 4, 2, 3]],
  [{ function: "instance-norm" }, [3, 4, 2, 3]],
  [{ function: "group-norm", groups: 2 }, [3, 4, 2, 3]],
  [{ function: "layer-norm" }, [3, 7]],
  [{ function: "rms-norm" }, [3, 7]],
  [{ function: "max-pool", window: 3, stride: 2, padding: 1 }, [2, 3, 7, 6]],
  [{ function: "avg-pool", window: 3, stride: 2, padding: 1 }, [2, 3, 7, 6]],
  [{ function: "adaptive-avg-pool", size: 3 }, [2, 3, 7, 6]],
  [{ function: "interpolate", mode: "nearest", size: 5 }, [2, 3, 7, 6]],
  [{ function: "interpolate", mode: "bilinear", size: 9 }, [2, 3, 7, 6]],
  [{ function: "interpolate", mode: "bicubic", size: 4 }, [2, 3, 7, 6]],
  [{ function: "interpolate", mode: "area", size: 4 }, [2, 3, 7, 6]],
];
for (const [layer, shape] of LAYERS) {
  const name = Object.values(layer).join(" ");
  TASKS[`${name} layer`] = { kind: "layer", layer, shape };
  TASKS[`${name} layer-gradient`] = { kind: "layer-gradient", layer, shape };
}

/** What is known to be missing, and how the peer puts it. */
const NO_LAYERS: Record<string, RegExp> = {
  layer: /unknown task/,
  "layer-gradient": /unknown task/,
  "network-step": /unknown task/,
};
const NO_TRAINING: Record<string, RegExp> = {
  "lenet-step": /training/,
  "network-step": /training/,
  "learn-kernel": /training/,
};
const MISSING: Record<string, Record<string, RegExp>> = {
  "tfjs-cpu": NO_LAYERS,
  "jax-js": NO_LAYERS,
  "tfjs-wasm": {
    ...NO_LAYERS,
    "kernel-gradient": /not registered/,
    "depthwise input-gradient": /not registered/,
    "lenet-step": /not registered/,
    "learn-kernel": /not registered/,
  },
  "ort-web": { ...NO_LAYERS, ...NO_TRAINING },
  "ort-node": { ...NO_LAYERS, ...NO_TRAINING },
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
