/**
 * How much a task computes: floating-point operations for GFLOP/s (two per multiply-add of the direct method, so
 * Winograd's rate is "effective"), and the number of terms in its longest sum, which bounds how far two correct
 * answers may differ.
 */
import { layerTermsOf } from "./layers.ts";
import { LENET_MACS } from "./lenet.ts";
import { NETWORKS, networkMacs } from "./networks.ts";
import { isConvolution, outputSize, shapesOf, sizeOf, type Task } from "./workload.ts";

/** Floating-point operations of one run; 0 where the rate would say nothing (comparisons, loops of tiny operations). */
export function flopsOf(task: Task): number {
  if (isConvolution(task)) {
    const { k, y } = shapesOf(task);
    return 2 * sizeOf(y) * sizeOf(k.slice(1));
  }
  switch (task.kind) {
    case "matmul":
      return 2 * task.size ** 3;
    case "add":
    case "relu":
    case "sum":
      return task.size;
    case "lenet-step":
      return 2 * task.batch * (LENET_MACS[0] + LENET_MACS[1]);
    case "network-step":
      return 2 * task.batch * networkMacs(NETWORKS[task.network]);
    case "max-pool":
    case "max-pool-gradient":
    case "layer":
    case "layer-gradient":
    case "learn-kernel":
      return 0;
  }
}

/** Terms of the longest sum behind one result. */
export function termsOf(task: Task): number {
  if (isConvolution(task)) {
    const [outHeight, outWidth] = outputSize(task);
    const taps = task.kernelHeight * task.kernelWidth;
    if (task.kind === "forward") return (task.inChannels / task.groups) * taps;
    if (task.kind === "input-gradient") return (task.outChannels / task.groups) * taps;
    return task.batch * outHeight * outWidth;
  }
  switch (task.kind) {
    case "matmul":
    case "sum":
      return task.size;
    case "add":
    case "relu":
    case "max-pool":
    case "max-pool-gradient":
      return 1;
    case "layer":
    case "layer-gradient":
      return layerTermsOf(task);
    case "lenet-step":
      return task.batch * 28 * 28;
    case "network-step": {
      // A ReLU or a maximum that rounding decides the other way changes a sum of n terms by one of them, of √n that do not cancel.
      const [, height, width] = NETWORKS[task.network].image;
      return (task.batch * height * width) ** 2;
    }
    case "learn-kernel":
      return task.steps * 42;
  }
}
