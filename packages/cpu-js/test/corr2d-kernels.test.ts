/** Every kernel of the triple serves every geometry, whichever corr2d.ts picks for it, and gives its memory back. */
import { inputSizeOf, kernelSizeOf, outputSizeOf, type TypedArray, type Window2d } from "@corr2d/core";
import { expect, it } from "vitest";
import { BufferPool } from "../src/buffers.ts";
import { corr2dDirect, corr2dInputDirect, corr2dKernelDirect } from "../src/corr2d-direct.ts";
import { corr2dInputPacked, corr2dKernelPacked, corr2dPacked } from "../src/corr2d-packed.ts";
import { corr2dInputSliding, corr2dKernelSliding, corr2dSliding } from "../src/corr2d-sliding.ts";
import { seeded } from "./random.ts";
import { randomWindow } from "./windows.ts";

/** Keeps books on what is borrowed, and lends memory full of NaN. */
class WatchedPool extends BufferPool {
  readonly lent = new Set<TypedArray>();

  override borrow(size: number): Float64Array {
    const array = super.borrow(size).fill(Number.NaN);
    this.lent.add(array);
    return array;
  }

  override borrowTable(size: number): Int32Array {
    const array = super.borrowTable(size).fill(-1);
    this.lent.add(array);
    return array;
  }

  override giveBack(...borrowed: readonly TypedArray[]): void {
    for (const array of borrowed) expect(this.lent.delete(array)).toBe(true);
    super.giveBack(...borrowed);
  }
}

const pool = new WatchedPool(2 ** 26);

function dirty(size: number): Float32Array {
  return new Float32Array(size).fill(Number.NaN);
}

function random(seed: number): {
  w: Window2d;
  x: TypedArray;
  k: TypedArray;
  g: TypedArray;
  bias: TypedArray;
} {
  const source = seeded(seed);
  const w = randomWindow(source, seed % 2 === 0);
  return {
    w,
    x: source.integers(inputSizeOf(w), "float32"),
    k: source.integers(kernelSizeOf(w), "float32"),
    g: source.integers(outputSizeOf(w), "float32"),
    bias: source.integers(w.outChannels, "float32"),
  };
}

const SEEDS = Array.from({ length: 300 }, (_, i) => i + 1000);

it.each([
  ["sliding", corr2dSliding],
  ["packed", corr2dPacked],
] as const)("F, %s", (_, kernel) => {
  for (const seed of SEEDS) {
    const { w, x, k, bias } = random(seed);
    const [actual, want] = [dirty(outputSizeOf(w)), dirty(outputSizeOf(w))];
    const given = seed % 3 === 0 ? null : bias;
    kernel(x, k, given, w, actual, pool);
    corr2dDirect(x, k, given, w, want, pool);
    expect(actual, `seed ${seed}: ${JSON.stringify(w)}`).toEqual(want);
    expect(pool.lent.size).toBe(0);
  }
});

it.each([
  ["sliding", corr2dInputSliding],
  ["packed", corr2dInputPacked],
] as const)("T, %s", (_, kernel) => {
  for (const seed of SEEDS) {
    const { w, k, g } = random(seed);
    const [actual, want] = [dirty(inputSizeOf(w)), dirty(inputSizeOf(w))];
    kernel(g, k, w, actual, pool);
    corr2dInputDirect(g, k, w, want, pool);
    expect(actual, `seed ${seed}: ${JSON.stringify(w)}`).toEqual(want);
    expect(pool.lent.size).toBe(0);
  }
});

it.each([
  ["sliding", corr2dKernelSliding],
  ["packed", corr2dKernelPacked],
] as const)("G, %s", (_, kernel) => {
  for (const seed of SEEDS) {
    const { w, x, g } = random(seed);
    const [actual, want] = [dirty(kernelSizeOf(w)), dirty(kernelSizeOf(w))];
    kernel(x, g, w, actual, pool);
    corr2dKernelDirect(x, g, w, want);
    expect(actual, `seed ${seed}: ${JSON.stringify(w)}`).toEqual(want);
    expect(pool.lent.size).toBe(0);
  }
});
