/** What the tests share: goldens as tensors and layers, and comparisons. */
import { Corr2dError, type DType, type ErrorCode, type Tensor, tensor, zeros } from "@corr2d/core";
import { expect } from "vitest";
import * as nn from "../src/index.ts";

/** A tensor in a fixture; NaN and infinities are strings. */
export interface Values {
  shape: number[];
  dtype?: string;
  data: (number | string)[];
}

/** A layer in a fixture: type, positional arguments, options. */
export type Spec = [kind: string, args: unknown[], options: Record<string, unknown>];

export function fromGolden({ shape, dtype = "float32", data }: Values): Tensor {
  const values = Float64Array.from(data, Number);
  return tensor(values, { shape, dtype: dtype as DType });
}

type Constructor = new (...args: unknown[]) => nn.Module;

export function build([kind, args, options]: Spec): nn.Module {
  const Layer = (nn as unknown as Record<string, Constructor>)[kind]!;
  if (kind === "Sequential") return new Layer(...(args as Spec[]).map(build));
  if (kind === "ModuleList") return new Layer((args as Spec[]).map(build));
  const [held] = args as [object];
  const each = <T>(make: (value: T) => unknown): object =>
    Object.fromEntries(Object.entries(held).map(([name, value]) => [name, make(value as T)]));
  if (kind === "ModuleDict") return new Layer(each(build));
  if (kind === "ParameterDict") return new Layer(each((shape: number[]) => zeros(shape)));
  if (kind === "ParameterList") return new Layer((held as number[][]).map((shape) => zeros(shape)));
  return Object.keys(options).length > 0 ? new Layer(...args, options) : new Layer(...args);
}

/** The cotangent cos(0), cos(1), … of the goldens. */
export function cotangent(y: Tensor): Tensor {
  return tensor(
    Float32Array.from({ length: y.numel() }, (_, i) => Math.cos(i)),
    { shape: y.shape },
  );
}

/** Compares with a golden, to `tolerance` of the golden's largest value (at least 1). */
export function expectClose(actual: Tensor | null, golden: Values, tolerance = 2e-6): void {
  expect(actual).not.toBeNull();
  expect(actual!.shape).toEqual(golden.shape);
  const expected = golden.data.map(Number);
  const scale = Math.max(1, ...expected.filter(Number.isFinite).map(Math.abs));
  actual!.dataSync().forEach((value, i) => {
    const want = expected[i]!;
    const near = Object.is(value, want) || value === want || Math.abs(value - want) <= tolerance * scale;
    if (!near) expect.fail(`element ${i} of [${golden.shape}] is ${value}, PyTorch has ${want}`);
  });
}

/** Asserts the stable code and a part of the message. */
export function expectError(fn: () => unknown, code: ErrorCode, text: string): void {
  let thrown: unknown;
  try {
    fn();
  } catch (error) {
    thrown = error;
  }
  expect(Corr2dError.isInstance(thrown), `expected a Corr2dError, got ${String(thrown)}`).toBe(true);
  const { code: actual, message } = thrown as Corr2dError;
  expect({ code: actual, message }).toEqual({ code, message: expect.stringContaining(text) });
}
