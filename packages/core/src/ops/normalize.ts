/**
 * Normalisation of groups of elements to mean 0 and variance 1, then a scale (`weight`) and a shift (`bias`) per channel: what
 * layers of batch, instance, group and layer normalisation are.
 *
 * Sources: Ioffe & Szegedy 2015, "Batch normalization"; Wu & He 2018, "Group normalization".
 */
import {
  apply,
  checkTensors,
  isGradEnabled,
  isTensor,
  makeTensor,
  type Op,
  type SavedContext,
} from "../autograd.ts";
import type { NormSize } from "../backend.ts";
import { Corr2dError } from "../errors.ts";
import { describeValue } from "../options.ts";
import { formatShape, sizeOf } from "../shape.ts";
import { runScope, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { cat } from "./cat.ts";
import { fill } from "./fill.ts";
import { reshape } from "./movement.ts";
import { checkFloating, checkSameDtype } from "./operands.ts";

interface Attributes {
  readonly size: NormSize;
  /** The result, which was made together with the moments. */
  readonly values: Storage;
}

/** Of each group, [groups, 1]: what broadcasts beside [outer, groups, inner]. */
interface Statistics {
  readonly mean: Tensor;
  /** 1/√(variance + eps). */
  readonly rstd: Tensor;
}

const asGroups = (x: Tensor, { outer, groups, inner }: NormSize): Tensor =>
  reshape(x, [outer, groups, inner]);

const asChannels = (x: Tensor, { channels, cells }: NormSize): Tensor =>
  reshape(x, [x.ownSize / (channels * cells), channels, cells]);

const perChannel = (weight: Tensor): Tensor => reshape(weight, [weight.ownSize, 1]);

/** From x, and differentiable in it. */
function statisticsOf(x: Tensor, size: NormSize, eps: number): Statistics & { readonly variance: Tensor } {
  const all = asGroups(x, size);
  const mean = reshape(all.mean([0, 2]), [size.groups, 1]);
  const variance = reshape(all.sub(mean).square().mean([0, 2]), [size.groups, 1]);
  return { mean, variance, rstd: variance.add(eps).rsqrt() };
}

/** From the moments that were kept. */
function statisticsFrom(moments: Tensor, { groups }: NormSize): Statistics {
  const rows = reshape(moments, [3, groups, 1]);
  return { mean: rows.slice(0), rstd: rows.slice(2) };
}

const standardized = (x: Tensor, size: NormSize, { mean, rstd }: Statistics): Tensor =>
  asGroups(x, size).sub(mean).mul(rstd);

/** The fallback. */
export function composedNormalize(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  size: NormSize,
  eps: number,
): Normalized {
  const statistics = statisticsOf(x, size, eps);
  const { mean, variance, rstd } = statistics;
  const scaled = asChannels(standardized(x, size, statistics), size).mul(perChannel(weight));
  return {
    values: reshape(scaled.add(perChannel(bias)), x.ownShape),
    moments: reshape(cat([mean, variance, rstd]), [3, size.groups]),
  };
}

/** rstd · (gw − mean of gw − x̂ · mean of gw · x̂), with gw = g · weight. */
function composedInput(g: Tensor, x: Tensor, weight: Tensor, size: NormSize, statistics: Statistics): Tensor {
  const weighted = asGroups(asChannels(g, size).mul(perChannel(weight)), size);
  const standard = standardized(x, size, statistics);
  const along = weighted.mul(standard).mean([0, 2], true);
  const rest = weighted.sub(weighted.mean([0, 2], true)).sub(standard.mul(along));
  return reshape(rest.mul(statistics.rstd), x.ownShape);
}

/** Σ g · x̂ of each channel. */
const composedWeight = (g: Tensor, x: Tensor, size: NormSize, statistics: Statistics): Tensor =>
  asChannels(asGroups(g, size).mul(standardized(x, size, statistics)), size).sum([0, 2]);

/** Σ g of each channel. */
const composedBias = (g: Tensor, size: NormSize): Tensor => asChannels(g, size).sum([0, 2]);

/** The gradient for x from the moments: the backend's, or the fallback. */
export function gradientForInput(
  g: Tensor,
  x: Tensor,
  weight: Tensor,
  moments: Tensor,
  size: NormSize,
): Tensor {
  const { backend, stored: dtype, handle } = x.storage;
  if (backend.normalizeInput === undefined) {
    return composedInput(g, x, weight, size, statisticsFrom(moments, size));
  }
  const out = backend.normalizeInput(
    g.storage.handle,
    handle,
    weight.storage.handle,
    moments.storage.handle,
    size,
    dtype,
  );
  return makeTensor(new Storage(backend, out, x.ownSize, dtype), x.ownShape);
}

/** The fallback of all three from the moments. */
export const composedGrads = (
  g: Tensor,
  x: Tensor,
  weight: Tensor,
  moments: Tensor,
  size: NormSize,
): [input: Tensor, weight: Tensor, bias: Tensor] => [
  gradientForInput(g, x, weight, moments, size),
  composedWeight(g, x, size, statisticsFrom(moments, size)),
  composedBias(g, size),
];

/** The moments do not know x: where the gradient shall have one, they are computed again. */
const again = (c: SavedContext<Attributes & { readonly eps: number }>): Statistics =>
  statisticsOf(c.input(0), c.attributes.size, c.attributes.eps);

const NORMALIZE: Op<Attributes & { readonly eps: number }> = {
  name: "NormalizeBackward0",
  forward: ([x], { values }) => makeTensor(values, x!.ownShape),
  savesInputs: [0, 1, 3],
  gradients: [
    (g, c) => {
      const { size } = c.attributes;
      if (isGradEnabled()) return composedInput(g, c.input(0), c.input(1), size, again(c));
      return gradientForInput(g, c.input(0), c.input(1), c.input(3), size);
    },
    (g, c) => {
      const { size } = c.attributes;
      const statistics = isGradEnabled() ? again(c) : statisticsFrom(c.input(3), size);
      return composedWeight(g, c.input(0), size, statistics);
    },
    (g, c) => composedBias(g, c.attributes.size),
    null,
  ],
  together(g, c, isWanted) {
    const { backend, stored: dtype, handle } = g.storage;
    if (backend.normalizeGrads === undefined || !(isWanted(1) || isWanted(2))) return null;
    const [x, weight, moments] = [c.input(0), c.input(1), c.input(3)].map(({ storage }) => storage.handle);
    const { size } = c.attributes;
    const made = backend.normalizeGrads(handle, x, weight, moments, size, dtype);
    const shapes = [c.shape(0), c.shape(1), c.shape(2)];
    return made.map((own, i) => makeTensor(new Storage(backend, own, sizeOf(shapes[i]!), dtype), shapes[i]!));
  },
};

export interface Normalized {
  /** x's shape. */
  readonly values: Tensor;
  /** [3, groups], not differentiable: means, variances (divided by the number of elements) and 1/√(variance + eps). */
  readonly moments: Tensor;
}

function forward(x: Tensor, weight: Tensor, bias: Tensor, size: NormSize, eps: number): [Storage, Tensor] {
  const { backend, stored: dtype, handle } = x.storage;
  const shape = [3, size.groups];
  if (backend.normalize !== undefined) {
    const [values, moments] = backend.normalize(
      handle,
      weight.storage.handle,
      bias.storage.handle,
      size,
      eps,
      dtype,
    );
    const kept = new Storage(backend, moments, 3 * size.groups, dtype);
    return [new Storage(backend, values, x.ownSize, dtype), makeTensor(kept, shape)];
  }
  const { values, moments } = runScope(
    () => composedNormalize(x.detach(), weight.detach(), bias.detach(), size, eps),
    isTensor,
  );
  const result: [Storage, Tensor] = [values.storage.retain(), moments];
  values.dispose();
  return result;
}

const LABEL = "normalizeGroups";

const invalid = (why: string): Corr2dError => new Corr2dError("INVALID_ARGUMENT", `${LABEL}: ${why}`);

/** @throws INVALID_ARGUMENT unless x has the sizes, and weights are [channels]. */
function checkNormSize(x: Tensor, weights: readonly Tensor[], size: NormSize): void {
  const { outer, groups, inner, channels, cells } = Object(size) as Partial<NormSize>;
  const sizes = [outer, groups, inner, channels, cells];
  if (!sizes.every((length) => typeof length === "number" && Number.isInteger(length) && length > 0)) {
    throw invalid("outer, groups, inner, channels and cells must be positive integers");
  }
  const perRow = inner! / cells!;
  if (
    outer! * groups! * inner! !== x.ownSize ||
    channels! % perRow !== 0 ||
    x.ownSize % (channels! * cells!) !== 0
  ) {
    throw invalid(
      `x of ${x.ownSize} elements is not [${sizes.slice(0, 3)}] with ${channels} channels of ${cells} cells`,
    );
  }
  for (const { ownShape: shape } of weights) {
    if (shape.length === 1 && shape[0] === channels) continue;
    throw invalid(`weight and bias must be [${channels}], but one is ${formatShape(shape)}`);
  }
}

/**
 * (x − mean) / √(variance + eps) · weight + bias, with the moments of each group: for libraries of layers.
 *
 * @param x any shape that is `[outer, groups, inner]` in memory, not empty.
 * @param weight [channels], of x's dtype, or null for 1.
 * @param bias [channels], of x's dtype, or null for 0.
 * @param size as `NormSize` says.
 * @throws INVALID_ARGUMENT, DTYPE_MISMATCH, DTYPE_UNSUPPORTED, BACKEND_MISMATCH.
 */
export function normalizeGroups(
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  size: NormSize,
  eps: number,
): Normalized {
  const given = [x, weight, bias].filter((tensor) => tensor !== null);
  checkTensors(LABEL, given);
  checkFloating(LABEL, x);
  for (const tensor of given) checkSameDtype(LABEL, x, tensor);
  checkNormSize(x, given.slice(1), size);
  if (typeof eps !== "number") throw invalid(`eps is ${describeValue(eps)}, not a number`);
  const { backend, dtype } = x.storage;
  const constant = (value: number): Tensor =>
    makeTensor(fill(backend, value, size.channels, dtype), [size.channels]);
  const scale = weight ?? constant(1);
  const shift = bias ?? constant(0);
  const [values, moments] = forward(x, scale, shift, size, eps);
  const result = apply(NORMALIZE, [x, scale, shift, moments], { values, size, eps });
  if (weight === null) scale.dispose();
  if (bias === null) shift.dispose();
  return { values: result, moments };
}
