/**
 * Layer 4: the correlation triple over the grid of geometries (§8): each member against the oracle, natively and
 * composed, and all three against each other by the trilinear identity, in exact integers.
 */
import type { CompleteBackend, DType, TypedArray, Window2d } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { check, type Expected } from "../compare.ts";
import { sizeOf } from "../oracle/arrays.ts";
import { exactly } from "../oracle/sums.ts";
import { corr2d, corr2dBias, corr2dInput, corr2dKernel, windowSizes } from "../oracle/windows.ts";
import {
  BLOCKS,
  type Geometry,
  GRID,
  LARGE,
  PAST,
  POINTWISE,
  RANDOM,
  SAME,
  SWEEPS,
} from "./correlation-geometry.ts";
import { expectHandle, variants } from "./support.ts";

type Role = "input" | "kernel" | "output";
type Correlation = "corr2d" | "corr2dInput" | "corr2dKernel";

export const CLAUSE: Record<Correlation, string> = {
  corr2d: "§8.2",
  corr2dInput: "§8.3",
  corr2dKernel: "§8.4",
};

export const inputShape = (w: Window2d): number[] => [
  w.batch,
  w.inChannels,
  ...w.axes.map((axis) => axis.input),
];
export const kernelShape = (w: Window2d): number[] => [
  w.outChannels,
  w.inChannels / w.groups,
  ...w.axes.map((axis) => axis.kernel),
];
export const outputShape = (w: Window2d): number[] => [
  w.batch,
  w.outChannels,
  ...w.axes.map((axis) => axis.output),
];

const ORACLE = { corr2d, corr2dInput, corr2dKernel };

/** Which two of input, kernel and output a member takes, and what it gives. */
export const ROLES: Record<
  Correlation,
  readonly [first: Role, second: Role, result: (w: Window2d) => number[]]
> = {
  corr2d: ["input", "kernel", outputShape],
  corr2dInput: ["output", "kernel", inputShape],
  corr2dKernel: ["input", "output", kernelShape],
};

/** As many products as the oracle adds up twice; more are left to the plain run, which goes before the validated one. */
const MANY_PRODUCTS = 2000;

/** Reads a correlation's result and compares it with what `oracle` gives. */
async function expectResult(
  context: Context,
  w: Window2d,
  run: (backend: CompleteBackend) => unknown,
  member: Correlation | "corr2dBias",
  oracle: () => Expected,
  shape: readonly number[],
  dtype: DType,
): Promise<void> {
  const sizes = windowSizes(w);
  const products = sizes.output * (sizes.kernel / w.outChannels);
  const expected = context.validated && products > MANY_PRODUCTS ? null : oracle();
  for (const [label, backend] of variants(context, member)) {
    const handle = run(backend);
    if (expected === null) await backend.read(handle, sizeOf(shape), dtype);
    else await expectHandle(backend, `${label} ${member}`, handle, expected, shape, dtype);
  }
}

/** Runs a member natively and composed and compares both with the oracle. */
export async function expectCorrelation(
  context: Context,
  member: Correlation,
  a: TypedArray,
  b: TypedArray,
  w: Window2d,
  dtype: DType,
  adjust: (expected: Expected) => Expected,
): Promise<void> {
  const run = (backend: CompleteBackend): unknown =>
    backend[member](backend.upload(a), backend.upload(b), w, dtype);
  const oracle = (): Expected => adjust(ORACLE[member](a, b, w, dtype));
  await expectResult(context, w, run, member, oracle, ROLES[member][2](w), dtype);
}

/** Runs corr2dBias natively and composed and compares both with the oracle. */
export async function expectBiased(
  context: Context,
  w: Window2d,
  dtype: DType,
  draw: (size: number) => TypedArray,
  adjust: (expected: Expected) => Expected,
): Promise<void> {
  const sizes = windowSizes(w);
  const [x, k, bias] = [draw(sizes.input), draw(sizes.kernel), draw(w.outChannels)];
  const run = (backend: CompleteBackend): unknown =>
    backend.corr2dBias(backend.upload(x), backend.upload(k), backend.upload(bias), w, dtype);
  const oracle = (): Expected => adjust(corr2dBias(x, k, bias, w, dtype));
  await expectResult(context, w, run, "corr2dBias", oracle, outputShape(w), dtype);
}

function memberCase(member: Correlation, { text, window }: Geometry, dtype: DType, real = false): Case {
  const [firstRole, secondRole] = ROLES[member];
  return {
    id: `${member}/${dtype === "float32" ? "" : "float64,"}${real ? "real," : ""}${text}`,
    clause: CLAUSE[member],
    ...requiring(dtype),
    covers: { member, dtype },
    async run(context) {
      const sizes = windowSizes(window);
      const draw = real ? context.random.reals : context.random.integers;
      const a = draw(dtype, sizes[firstRole]);
      const b = draw(dtype, sizes[secondRole]);
      await expectCorrelation(context, member, a, b, window, dtype, real ? (e) => e : exactly);
    },
  };
}

function biasCase({ text, window }: Geometry, dtype: DType, real = false): Case {
  return {
    id: `corr2dBias/${dtype === "float32" ? "" : "float64,"}${real ? "real," : ""}${text}`,
    clause: "§8.7",
    ...requiring(dtype),
    covers: { member: "corr2dBias", dtype },
    async run(context) {
      const draw = real ? context.random.reals : context.random.integers;
      await expectBiased(context, window, dtype, (size) => draw(dtype, size), real ? (e) => e : exactly);
    },
  };
}

async function innerProduct(
  backend: CompleteBackend,
  handle: unknown,
  other: TypedArray,
  dtype: DType,
): Promise<number> {
  const data = await backend.read(handle, other.length, dtype);
  let sum = 0;
  for (let i = 0; i < other.length; i++) sum += other[i]! * data[i]!;
  return sum;
}

/** ⟨F(x, k), g⟩ = ⟨x, T(g, k)⟩ = ⟨k, G(x, g)⟩, exactly, because every sum is a small integer. */
function trilinearCase({ text, window }: Geometry, dtype: DType): Case {
  return {
    id: `trilinear/${dtype === "float32" ? "" : "float64,"}${text}`,
    clause: "§8.5",
    ...requiring(dtype),
    async run(context) {
      const sizes = windowSizes(window);
      const x = context.random.integers(dtype, sizes.input);
      const k = context.random.integers(dtype, sizes.kernel);
      const g = context.random.integers(dtype, sizes.output);
      const { backend } = context;
      const [hx, hk, hg] = [x, k, g].map((data) => backend.upload(data));
      const viaF = await innerProduct(backend, backend.corr2d(hx, hk, window, dtype), g, dtype);
      const viaT = await innerProduct(backend, backend.corr2dInput(hg, hk, window, dtype), x, dtype);
      const viaG = await innerProduct(backend, backend.corr2dKernel(hx, hg, window, dtype), k, dtype);
      check(
        viaF === viaT && viaT === viaG,
        `⟨F(x,k),g⟩ = ${viaF}, ⟨x,T(g,k)⟩ = ${viaT}, ⟨k,G(x,g)⟩ = ${viaG} are not one number`,
      );
    },
  };
}

/** All four members on a random geometry. */
function randomCase({ text, window }: Geometry): Case {
  return {
    id: `correlation/${text}`,
    clause: "§8.6",
    async run(context) {
      const sizes = windowSizes(window);
      for (const member of CORRELATIONS) {
        const [first, second] = ROLES[member];
        const a = context.random.integers("float32", sizes[first]);
        const b = context.random.integers("float32", sizes[second]);
        await expectCorrelation(context, member, a, b, window, "float32", exactly);
      }
      const draw = (size: number): TypedArray => context.random.integers("float32", size);
      await expectBiased(context, window, "float32", draw, exactly);
    },
  };
}

export const CORRELATIONS: readonly Correlation[] = ["corr2d", "corr2dInput", "corr2dKernel"];

const EVERYWHERE = [...GRID, ...SWEEPS, ...SAME, ...POINTWISE, ...PAST, ...BLOCKS];

/** Exact integers on every geometry; real numbers on what is combined or large. */
const SETS: readonly (readonly [dtype: DType, real: boolean, geometries: readonly Geometry[]])[] = [
  ["float32", false, [...EVERYWHERE, ...LARGE]],
  ["float32", true, [...GRID.slice(-6), ...SAME.slice(-2), ...LARGE]],
  ["float64", false, [...GRID, ...SAME, ...POINTWISE, ...BLOCKS]],
  ["float64", true, GRID.slice(-6)],
];

export const cases: readonly Case[] = [
  ...SETS.flatMap(([dtype, real, geometries]) => [
    ...CORRELATIONS.flatMap((member) => geometries.map((g) => memberCase(member, g, dtype, real))),
    ...geometries.map((g) => biasCase(g, dtype, real)),
  ]),
  ...EVERYWHERE.map((g) => trilinearCase(g, "float32")),
  ...[...GRID, ...SAME].map((g) => trilinearCase(g, "float64")),
  ...RANDOM.map(randomCase),
];
