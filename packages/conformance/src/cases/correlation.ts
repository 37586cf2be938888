/**
 * Layer 4: the correlation triple over the grid of geometries (§8): each member against the oracle, natively and
 * composed, and all three against each other by the trilinear identity, in exact integers.
 */
import type { Backend, DType, TypedArray, Window2d } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { check, type Expected } from "../compare.ts";
import { exactly } from "../oracle/sums.ts";
import { corr2d, corr2dInput, corr2dKernel, windowSizes } from "../oracle/windows.ts";
import { type Geometry, GRID, LARGE, RANDOM, SWEEPS } from "./correlation-geometry.ts";
import { expectHandle, variants } from "./support.ts";

type Role = "input" | "kernel" | "output";
type Member = "corr2d" | "corr2dInput" | "corr2dKernel";

const CLAUSE: Record<Member, string> = { corr2d: "§8.2", corr2dInput: "§8.3", corr2dKernel: "§8.4" };

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
export const ROLES: Record<Member, readonly [first: Role, second: Role, result: (w: Window2d) => number[]]> =
  {
    corr2d: ["input", "kernel", outputShape],
    corr2dInput: ["output", "kernel", inputShape],
    corr2dKernel: ["input", "output", kernelShape],
  };

/** Runs a member natively and composed and compares both with the oracle. */
export async function expectCorrelation(
  context: Context,
  member: Member,
  a: TypedArray,
  b: TypedArray,
  w: Window2d,
  dtype: DType,
  adjust: (expected: Expected) => Expected,
): Promise<void> {
  const expected = adjust(ORACLE[member](a, b, w, dtype));
  const shape = ROLES[member][2](w);
  for (const [label, backend] of variants(context, member)) {
    const [first, second] = [backend.upload(a), backend.upload(b)];
    const handle = backend[member](first, second, w, dtype);
    await expectHandle(backend, `${label} ${member}`, handle, expected, shape, dtype);
  }
}

function memberCase(member: Member, { text, window }: Geometry, dtype: DType, real = false): Case {
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

async function innerProduct(
  backend: Backend,
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

/** All three members on a random geometry. */
function randomCase({ text, window }: Geometry): Case {
  return {
    id: `correlation/${text}`,
    clause: "§8.6",
    async run(context) {
      const sizes = windowSizes(window);
      for (const member of MEMBERS) {
        const [first, second] = ROLES[member];
        const a = context.random.integers("float32", sizes[first]);
        const b = context.random.integers("float32", sizes[second]);
        await expectCorrelation(context, member, a, b, window, "float32", exactly);
      }
    },
  };
}

const MEMBERS: readonly Member[] = ["corr2d", "corr2dInput", "corr2dKernel"];

export const cases: readonly Case[] = [
  ...MEMBERS.flatMap((member) => [
    ...[...GRID, ...SWEEPS, ...LARGE].map((g) => memberCase(member, g, "float32")),
    ...[...GRID.slice(-6), ...LARGE].map((g) => memberCase(member, g, "float32", true)),
    ...GRID.map((g) => memberCase(member, g, "float64")),
    ...GRID.slice(-6).map((g) => memberCase(member, g, "float64", true)),
  ]),
  ...[...GRID, ...SWEEPS].map((g) => trilinearCase(g, "float32")),
  ...GRID.map((g) => trilinearCase(g, "float64")),
  ...RANDOM.map(randomCase),
];
