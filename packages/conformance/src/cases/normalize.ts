/** Layer 3: normalisation of groups and its gradients (§7.15, §7.16). */
import type { DType, NormSize, TypedArray } from "@corr2d/core";
import { type Case, type Context, type Member, requiring } from "../case.ts";
import { normalize, normalizedSize, normalizeGrads, normalizeInput } from "../oracle/norms.ts";
import { sizesFor } from "./sizes.ts";
import { arrayFrom, expectHandle, FLOATS, variants } from "./support.ts";

const EPS = 1e-5;

/** Batches, instances, groups and layers. */
const LAYOUTS: Readonly<Record<string, NormSize>> = {
  batch: { outer: 3, groups: 5, inner: 7, channels: 5, cells: 7 },
  "batch-of-numbers": { outer: 6, groups: 5, inner: 1, channels: 5, cells: 1 },
  instance: { outer: 1, groups: 10, inner: 12, channels: 5, cells: 12 },
  group: { outer: 1, groups: 6, inner: 18, channels: 6, cells: 9 },
  "group-of-numbers": { outer: 1, groups: 6, inner: 5, channels: 15, cells: 1 },
  layer: { outer: 1, groups: 9, inner: 13, channels: 13, cells: 1 },
};

async function expectNormalized(
  context: Context,
  x: TypedArray,
  size: NormSize,
  dtype: DType,
): Promise<void> {
  const weight = context.random.reals(dtype, size.channels, -2, 2);
  const bias = context.random.reals(dtype, size.channels, -2, 2);
  const expected = normalize(x, weight, bias, size, EPS, dtype);
  const shape = [size.outer, size.groups, size.inner];
  for (const [label, backend] of variants(context, "normalize")) {
    const [own, scale, shift] = [x, weight, bias].map((data) => backend.upload(data));
    const [values, moments] = backend.normalize(own, scale, shift, size, EPS, dtype);
    await expectHandle(backend, `${label} normalize`, values, expected.values, shape, dtype);
    await expectHandle(backend, `${label} moments`, moments, expected.moments, [3, size.groups], dtype);
  }
}

/** Moments as they might be of anything: a mean, a variance that is not read, and a factor. */
function drawMoments(context: Context, { groups }: NormSize, dtype: DType): TypedArray {
  const { random } = context;
  const rows = [random.reals(dtype, 2 * groups, -1, 1), random.reals(dtype, groups, 0.5, 2)];
  return arrayFrom(
    dtype,
    rows.flatMap((row) => [...row]),
  );
}

async function expectGradients(
  context: Context,
  member: "normalizeInput" | "normalizeGrads",
  [g, x, moments]: readonly [g: TypedArray, x: TypedArray, moments: TypedArray],
  size: NormSize,
  dtype: DType,
): Promise<void> {
  const weight = context.random.reals(dtype, size.channels, -2, 2);
  const whole = [size.outer, size.groups, size.inner];
  const isAll = member === "normalizeGrads";
  const expected = isAll
    ? normalizeGrads(g, x, weight, moments, size, dtype)
    : [normalizeInput(g, x, weight, moments, size, dtype)];
  for (const [label, backend] of variants(context, member)) {
    const [cotangent, own, scale, kept] = [g, x, weight, moments].map((data) => backend.upload(data));
    const results = isAll
      ? backend.normalizeGrads(cotangent, own, scale, kept, size, dtype)
      : [backend.normalizeInput(cotangent, own, scale, kept, size, dtype)];
    for (const [i, result] of results.entries()) {
      const what = `${label} ${member} of ${["x", "the weight", "the bias"][i]}`;
      await expectHandle(backend, what, result, expected[i]!, i === 0 ? whole : [size.channels], dtype);
    }
  }
}

/** With operands that are drawn. */
async function expectDrawn(context: Context, member: Norm, size: NormSize, dtype: DType): Promise<void> {
  const count = normalizedSize(size);
  const x = context.random.reals(dtype, count, -1, 3);
  if (member === "normalize") return expectNormalized(context, x, size, dtype);
  const g = context.random.reals(dtype, count, -1, 1);
  const operands = [g, x, drawMoments(context, size, dtype)] as const;
  return expectGradients(context, member, operands, size, dtype);
}

const common = (member: Member, dtype: DType) =>
  ({
    clause: member === "normalize" ? "§7.15" : "§7.16",
    ...requiring(dtype),
    covers: { member, dtype },
  }) as const;

const MEMBERS = ["normalize", "normalizeInput", "normalizeGrads"] as const;
type Norm = (typeof MEMBERS)[number];

const layoutCases = (member: Norm, dtype: DType): Case[] =>
  Object.entries(LAYOUTS).map(([name, size]) => ({
    id: `${member}/${dtype}/${name}`,
    ...common(member, dtype),
    run: (context) => expectDrawn(context, member, size, dtype),
  }));

/** Each size in turn. */
const AXES: Readonly<Record<string, (n: number) => NormSize>> = {
  outer: (n) => ({ outer: n, groups: 2, inner: 3, channels: 2, cells: 3 }),
  groups: (n) => ({ outer: 2, groups: n, inner: 3, channels: n, cells: 3 }),
  cells: (n) => ({ outer: 2, groups: 2, inner: n, channels: 2, cells: n }),
  perGroup: (n) => ({ outer: 1, groups: 4, inner: 3 * n, channels: 2 * n, cells: 3 }),
  layer: (n) => ({ outer: 1, groups: 3, inner: n, channels: n, cells: 1 }),
  rows: (n) => ({ outer: 1, groups: n, inner: 5, channels: 5, cells: 1 }),
};

const sizeCases = (member: Norm, dtype: DType): Case[] =>
  Object.entries(AXES).map(([name, sizeOf]) => ({
    id: `${member}/${dtype}/sizes,${name}`,
    ...common(member, dtype),
    async run(context) {
      for (const n of sizesFor(context, dtype, false)) await expectDrawn(context, member, sizeOf(n), dtype);
    },
  }));

const specialCases = (dtype: DType): Case[] => [
  {
    // The variance is not a difference of large numbers.
    id: `normalize/${dtype}/large-means`,
    ...common("normalize", dtype),
    async run(context) {
      const mean = dtype === "float32" ? 1000 : 1e7;
      for (const size of Object.values(LAYOUTS)) {
        const x = context.random.reals(dtype, normalizedSize(size), mean - 1, mean + 1);
        await expectNormalized(context, x, size, dtype);
      }
    },
  },
  {
    // What is not finite stays in its group.
    id: `normalize/${dtype}/non-finite`,
    ...common("normalize", dtype),
    async run(context) {
      for (const size of Object.values(LAYOUTS)) {
        const x = context.random.reals(dtype, normalizedSize(size));
        x[0] = NaN;
        x[2 * size.inner] = Infinity;
        await expectNormalized(context, x, size, dtype);
      }
    },
  },
];

export const cases: readonly Case[] = FLOATS.flatMap((dtype) => [
  ...MEMBERS.flatMap((member) => [...layoutCases(member, dtype), ...sizeCases(member, dtype)]),
  ...specialCases(dtype),
]);
