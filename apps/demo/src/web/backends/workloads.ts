/** Operations to compare backends with: inputs drawn from a seed, so that every backend has the same. */
import { type Backend, corr2d, manualSeed, matmul, maxPool2d, randn, type Tensor } from "@corr2d/core";

export const WORKLOADS = ["image", "layer", "gradients", "depthwise", "matmul", "pool"] as const;
export type Workload = (typeof WORKLOADS)[number];

/** Draws the operands once; the function that it gives runs the operation once. */
const PREPARE: Readonly<Record<Workload, (backend: Backend) => () => Tensor[]>> = {
  image(backend) {
    const x = randn([1, 512, 512], { backend });
    const k = randn([1, 1, 3, 3], { backend });
    return () => [corr2d(x, k, { padding: 1 })];
  },
  layer(backend) {
    const x = randn([16, 16, 28, 28], { backend });
    const k = randn([32, 16, 3, 3], { backend });
    return () => [corr2d(x, k, { padding: 1 })];
  },
  gradients(backend) {
    const x = randn([16, 16, 28, 28], { backend, requiresGrad: true });
    const k = randn([32, 16, 3, 3], { backend, requiresGrad: true });
    const g = randn([16, 32, 28, 28], { backend });
    return () => {
      [x.grad, k.grad] = [null, null];
      corr2d(x, k, { padding: 1 }).backward(g);
      return [x.grad!, k.grad!];
    };
  },
  depthwise(backend) {
    const x = randn([1, 64, 56, 56], { backend });
    const k = randn([64, 1, 3, 3], { backend });
    return () => [corr2d(x, k, { padding: 1, groups: 64 })];
  },
  matmul(backend) {
    const a = randn([256, 256], { backend });
    const b = randn([256, 256], { backend });
    return () => [matmul(a, b)];
  },
  pool(backend) {
    const x = randn([64, 64, 64], { backend });
    return () => [maxPool2d(x, 2)];
  },
};

export interface Measurement {
  /** Median. */
  readonly milliseconds: number;
  /** What the operation gives, all of it in one array. */
  readonly values: Float32Array;
}

const BUDGET_MS = 400;
const MOST_RUNS = 60;
const SEED = 0;

async function readAll(results: readonly Tensor[]): Promise<Float32Array> {
  const parts = await Promise.all(results.map((result) => result.data()));
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Lets the page draw and hear its reader. */
export const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** @throws what `signal` is aborted with. */
export async function measure(
  workload: Workload,
  backend: Backend,
  signal: AbortSignal,
): Promise<Measurement> {
  manualSeed(SEED);
  const run = PREPARE[workload](backend);
  const values = await readAll(run()); // and warms up
  const times: number[] = [];
  const end = performance.now() + BUDGET_MS;
  while (times.length < MOST_RUNS && (performance.now() < end || times.length < 3)) {
    const begin = performance.now();
    const results = run();
    await readAll(results);
    times.push(performance.now() - begin);
    for (const result of results) result.dispose();
    await breathe();
    signal.throwIfAborted();
  }
  return { milliseconds: times.sort((a, b) => a - b)[times.length >> 1]!, values };
}

/** The largest difference between two results, beside the largest value. */
export function relativeDifference(a: Float32Array, b: Float32Array): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(a[i]!));
  }
  return size === 0 ? 0 : difference / size;
}
