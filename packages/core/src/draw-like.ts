/** Random tensors beside others: of their shape, or by their numbers. PyTorch's numbers, but for what is said. */
import { checkTensor, checkTensors, isTensor, makeTensor, noGrad } from "./autograd.ts";
import type { TypedArray } from "./backend.ts";
import { generatorOf, RANDOM_OPTIONS, type RandomOptions, randn } from "./create.ts";
import { drawExponential, drawIntegers, drawNormal, drawUniform } from "./draws.ts";
import { arrayOf, type FloatDType, isFloating } from "./dtype.ts";
import { Corr2dError } from "./errors.ts";
import { searchsorted } from "./ops/counting.ts";
import { upload, withDtype } from "./ops/data.ts";
import { marked, place } from "./ops/place.ts";
import { checkOptions, describeValue } from "./options.ts";
import type { Generator } from "./random.ts";
import { broadcastShapes, type Shape, sizeOf } from "./shape.ts";
import { runScoped } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

const invalid = (message: string): Corr2dError => new Corr2dError("INVALID_ARGUMENT", message);

/** Numbers drawn for x's shape; of its dtype and on its backend unless the options say otherwise. */
function drawn(
  op: string,
  x: Tensor,
  options: RandomOptions,
  draw: (generator: Generator, size: number, dtype: FloatDType) => TypedArray,
  integers = false,
): Tensor {
  checkTensor(op, x);
  checkOptions(op, options, RANDOM_OPTIONS);
  const at = place(op, x.ownShape, options, x.ownDtype, x.ownBackend);
  if (!integers && !isFloating(at.dtype)) {
    throw new Corr2dError("DTYPE_UNSUPPORTED", `${op} is not implemented for ${at.dtype}; use randintLike`);
  }
  const values = draw(generatorOf(options), sizeOf(at.shape), at.dtype as FloatDType);
  return marked(makeTensor(upload(at.backend, withDtype(values, at.dtype), at.dtype), at.shape), at);
}

/** Uniform on [0, 1), of x's shape. @throws DTYPE_UNSUPPORTED for int32. */
export const randLike = (x: Tensor, options: RandomOptions = {}): Tensor =>
  drawn("randLike", x, options, drawUniform);

/** Standard normal, of x's shape. @throws DTYPE_UNSUPPORTED for int32. */
export const randnLike = (x: Tensor, options: RandomOptions = {}): Tensor =>
  drawn("randnLike", x, options, drawNormal);

/** Integers uniform on low … high − 1, of x's shape and dtype. @throws INVALID_ARGUMENT. */
export const randintLike = (x: Tensor, low: number, high: number, options: RandomOptions = {}): Tensor =>
  drawn("randintLike", x, options, (generator, n) => drawIntegers(generator, n, low, high), true);

/**
 * Normal numbers with a mean and a standard deviation: numbers, then a shape is needed, or tensors, one for each number, which
 * broadcast.
 * @throws INVALID_ARGUMENT for a negative number as deviation (that of tensors is not read); SHAPE_MISMATCH.
 */
export function normal(mean: number | Tensor, std: number | Tensor, options?: RandomOptions): Tensor;
export function normal(mean: number, std: number, size: Shape, options?: RandomOptions): Tensor;
export function normal(
  mean: number | Tensor,
  std: number | Tensor,
  third: Shape | RandomOptions = {},
  fourth: RandomOptions = {},
): Tensor {
  const [size, options] = Array.isArray(third)
    ? [third as Shape, fourth]
    : [undefined, third as RandomOptions];
  checkOptions("normal", options, RANDOM_OPTIONS);
  for (const [value, name] of [
    [mean, "mean"],
    [std, "std"],
  ] as const) {
    if (!isTensor(value) && typeof value !== "number") {
      throw invalid(`normal: ${name} must be a number or a tensor, but got ${describeValue(value)}`);
    }
  }
  if (typeof std === "number" && !(std >= 0))
    throw invalid(`normal expects std >= 0.0, but found std ${std}`);
  if (!isTensor(mean) && !isTensor(std)) {
    if (size === undefined) throw invalid("normal: with two numbers it needs a shape: normal(0, 1, [2, 3])");
    const draws = randn(size, options);
    if (mean === 0 && std === 1) return draws;
    const values = draws.detach().mul(std).add(mean);
    values.requiresGrad = options.requiresGrad ?? false;
    return values;
  }
  if (size !== undefined) throw invalid("normal: beside tensors it takes no shape");
  const tensors = [mean, std].filter(isTensor);
  checkTensors("normal", tensors);
  const shape = tensors.reduce<Shape>((all, x) => broadcastShapes(all, x.ownShape, "normal"), []);
  const { ownDtype: dtype, ownBackend: backend } = tensors[0]!;
  return noGrad(() =>
    randn(shape, { dtype, backend, ...options })
      .mul(std)
      .add(mean)
      .detach(),
  );
}

export interface MultinomialOptions {
  /** Whether a number may be drawn several times (default false). */
  readonly replacement?: boolean | undefined;
  /** Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator | undefined;
}

/**
 * Positions drawn with the probabilities that x has along its last axis: int32, `numSamples` for each row. The probabilities need
 * not sum to 1. They are not read, so a negative one is not seen, nor a row of zeros.
 *
 * PyTorch's numbers: without replacement, and for one sample, as it draws them; with it to a rounding of the summed probabilities.
 * @throws INVALID_ARGUMENT, DTYPE_UNSUPPORTED, SHAPE_MISMATCH.
 */
export function multinomial(x: Tensor, numSamples: number, options: MultinomialOptions = {}): Tensor {
  checkTensor("multinomial", x);
  checkOptions("multinomial", options, { replacement: "boolean", generator: "any" }, "{ replacement: true }");
  const { replacement = false } = options;
  const { ownShape: shape, ownDtype: dtype } = x;
  if (!isFloating(dtype)) {
    throw new Corr2dError(
      "DTYPE_UNSUPPORTED",
      `multinomial only supports floating-point dtypes for input, got: ${dtype}`,
    );
  }
  if (shape.length < 1 || shape.length > 2) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `multinomial: prob_dist must be 1 or 2 dim, but is ${shape.length}D`,
    );
  }
  const categories = shape.at(-1)!;
  if (!Number.isInteger(numSamples) || numSamples < 1) {
    throw invalid(`multinomial: cannot sample n_sample <= 0 samples: ${describeValue(numSamples)}`);
  }
  if (!replacement && numSamples > categories) {
    throw invalid(
      `multinomial: cannot sample n_sample > prob_dist.size(-1) samples without replacement: ${numSamples} of ${categories}`,
    );
  }
  const generator = generatorOf(options);
  const draws = (n: number, sizes: Shape, draw: typeof drawExponential): Tensor =>
    x.fromArray(draw(generator, n, dtype as FloatDType), sizes);
  return noGrad(() =>
    runScoped(() => {
      const p = x.detach();
      if (!replacement || numSamples === 1) {
        // The first of exponential clocks to ring: the largest of p / q, q exponential.
        const ratios = p.div(draws(x.numel(), shape, drawExponential));
        return numSamples === 1 ? ratios.argmax(-1, true) : ratios.topk(numSamples, -1).indices;
      }
      const sums = p.cumsum(-1);
      const shares = sums.div(sums.narrow(-1, categories - 1, 1));
      const sizes = [...shape.slice(0, -1), numSamples];
      const uniform = (source: Generator, n: number, kind: FloatDType): TypedArray => {
        // PyTorch draws them in double precision whatever the dtype.
        const values = arrayOf(kind, n);
        values.set(drawUniform(source, n, "float64"));
        return values;
      };
      const drawnAt = draws(sizeOf(sizes), sizes, uniform as typeof drawExponential);
      return searchsorted(shares, drawnAt).clamp(0, categories - 1);
    }),
  );
}
