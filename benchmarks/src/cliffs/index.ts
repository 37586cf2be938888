/** The groups of sweeps. To add a sweep: a line in `correlations.ts` or `operations.ts`. */
import { CORRELATIONS } from "./correlations.ts";
import { ELEMENTWISE, POOLS, PRODUCTS, REDUCTIONS, VIEWS } from "./operations.ts";
import type { Sweep, SweepGroup } from "./sweep.ts";

const group = (id: string, title: string, sweeps: readonly Sweep[]): SweepGroup => ({
  id,
  suite: "cliffs",
  title,
  sweeps,
});

const member = (name: string): readonly Sweep[] =>
  CORRELATIONS.filter((sweep) => sweep.name.startsWith(`${name} `));

export const SWEEP_GROUPS: readonly SweepGroup[] = [
  group("cliffs-F", "correlations", member("F")),
  group("cliffs-dX", "input gradients of correlations", member("dX")),
  group("cliffs-dW", "kernel gradients of correlations", member("dW")),
  group("cliffs-matmul", "products of matrices", PRODUCTS),
  group("cliffs-reduce", "reductions, softmax, running sums, sorting", REDUCTIONS),
  group("cliffs-pool", "pools", POOLS),
  group("cliffs-map", "elementwise functions", ELEMENTWISE),
  group("cliffs-view", "copies: triangles, transposition, concatenation, rows by index", VIEWS),
];
