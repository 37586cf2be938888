/**
 * What the tests of the correlation triple share: operands, all three members on a runtime and in float64, comparison.
 */
import type { Window2d } from "@corr2d/core";
import { expect } from "vitest";
import { corr2d, corr2dInput, corr2dKernel } from "../src/conv.ts";
import type { Winograd } from "../src/runtime.ts";
import { correlate, inputGradient, kernelGradient, sizesOf } from "./conv-oracle.ts";
import type { KernelRuntime } from "./kernel-runtime.ts";

export interface Operands {
  readonly x: Float32Array;
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly g: Float32Array;
}

export function operands(w: Window2d, value: () => number): Operands {
  const sizes = sizesOf(w);
  const array = (size: number): Float32Array => Float32Array.from({ length: size }, value);
  return {
    x: array(sizes.input),
    kernel: array(sizes.kernel),
    bias: array(w.outChannels),
    g: array(sizes.output),
  };
}

/** All three members, computed on `rt`. */
export function triple(rt: KernelRuntime, w: Window2d, data: Operands, winograd: Winograd = "default") {
  const sizes = sizesOf(w);
  rt.reset();
  rt.winograd = winograd;
  const x = rt.put(data.x);
  const kernel = rt.put(data.kernel);
  const bias = rt.put(data.bias);
  const g = rt.put(data.g);
  return {
    output: rt.result(sizes.output, "float32", (out) => corr2d(rt, x, kernel, bias, out, w)),
    input: rt.result(sizes.input, "float32", (out) => corr2dInput(rt, g, kernel, out, w)),
    kernel: rt.result(sizes.kernel, "float32", (out) => corr2dKernel(rt, x, g, out, w)),
  };
}

/** The same in float64. */
export function reference(w: Window2d, data: Operands) {
  return {
    output: correlate(data.x, data.kernel, data.bias, w),
    input: inputGradient(data.g, data.kernel, w),
    kernel: kernelGradient(data.x, data.g, w),
  };
}

/** Compares, −0 being 0; `error(i)` is what element i may be off by. */
export function expectClose(
  got: ArrayLike<number>,
  want: Float64Array,
  what: string,
  error: (i: number) => number,
): void {
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(got[i]! - want[i]!);
    const same = Object.is(got[i], want[i]) || got[i] === want[i];
    if (!same && !(difference <= error(i))) {
      expect.fail(`${what}[${i}] is ${got[i]}, should be ${want[i]}`);
    }
  }
}

export function expectTriple(
  got: ReturnType<typeof triple>,
  want: ReturnType<typeof reference>,
  w: Window2d,
  error: (member: keyof ReturnType<typeof reference>, i: number) => number,
): void {
  for (const member of ["output", "input", "kernel"] as const) {
    expectClose(got[member], want[member], `${member} of ${JSON.stringify(w)}`, (i) => error(member, i));
  }
}

export function largestOf(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}
