/** What the fuzzer (`tools/fuzz`) found: arguments that cannot even be asked what they are. */
import { Corr2dError, ones, setBackend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { expect, it } from "vitest";
import {
  Adam,
  AveragedModel,
  binaryCrossEntropyWithLogits,
  InstanceNorm2D,
  init,
  LayerNorm,
  Linear,
  ModuleList,
  ParameterList,
  Sequential,
  StepLR,
  utils,
} from "../src/index.ts";

setBackend(cpuJs());

function revoked(target: object): never {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy as never;
}

it.each<[string, () => unknown]>([
  ["a loss", () => binaryCrossEntropyWithLogits(revoked({}), ones([1]))],
  ["a layer", () => new LayerNorm(3).forward(revoked({}))],
  ["fans", () => init.fans(revoked({}))],
  ["initial weights' options", () => init.kaimingUniform(ones([2, 2]), revoked([]))],
  ["initial weights' generator", () => init.xavierUniform(ones([2, 2]), { generator: revoked({}) })],
  ["Sequential", () => new Sequential(revoked([]))],
  ["InstanceNorm's options", () => new InstanceNorm2D(2, revoked({}))],
  ["a ModuleList", () => new ModuleList(revoked([]))],
  ["a ParameterList", () => new ParameterList(revoked([]))],
  ["an average", () => new AveragedModel(new Linear(1, 1)).updateParameters({} as never)],
  ["clipping", () => utils.clipGradNorm(revoked([]), 1)],
  ["a schedule", () => new StepLR(revoked({}), 1)],
  ["what only inherits from a module", () => new Sequential(Object.create(new Linear(1, 1)))],
  ["an optimiser", () => new Adam(revoked([]))],
  [
    "an optimiser given memory that is gone",
    () => {
      const detached = new Float32Array(3);
      structuredClone(detached.buffer, { transfer: [detached.buffer] });
      return new Adam(detached as never);
    },
  ],
])("%s refuses it", (_, run) => {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  expect(Corr2dError.isInstance(thrown), String(thrown)).toBe(true);
});
