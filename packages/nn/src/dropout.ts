/**
 * Dropout: of values, of whole channels, and in the form that keeps mean and variance after SELU. The draws are PyTorch's.
 *
 * Sources: Srivastava et al. 2014, "Dropout"; Tompson et al. 2015, "Efficient object localization using convolutional networks";
 * Klambauer et al. 2017, "Self-normalizing neural networks". Book: Dive into Deep Learning, 5.6.
 */
import { bernoulli, Corr2dError, describeValue, type Shape, type Tensor } from "@corr2d/core";
import { checkGiven, checkTensor, invalid, type Signature } from "./arguments.ts";
import { sizesText } from "./sizes.ts";

/** Options of `dropout`. */
export interface DropoutOptions {
  /** With which probability a value, or channel, is dropped (default 0.5). */
  readonly p?: number | undefined;
  /** Whether any is (default true; of `alphaDropout` false); otherwise the result is the input itself. */
  readonly training?: boolean | undefined;
}

const SIGNATURE: Signature = {
  options: { p: "any", training: "boolean" },
  positional: { number: ["p"], boolean: ["training"] },
};

/**
 * @param hint what to write instead of an object.
 * @throws INVALID_ARGUMENT, with PyTorch's message.
 */
export function checkProbability(owner: string, p: number, hint = ""): void {
  if (typeof p === "number" && p >= 0 && p <= 1) return;
  const remedy = typeof p === "object" ? hint : "";
  throw invalid(
    `${owner}: dropout probability has to be between 0 and 1, but got ${describeValue(p)}${remedy}`,
  );
}

function refuseRank(owner: string, expected: string, shape: Shape): never {
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `${owner}: Expected ${expected} input, but received a ${shape.length}D input: ${sizesText(shape)}`,
  );
}

/** One kind of dropout. */
interface Kind {
  readonly owner: string;
  readonly training?: boolean;
  /** @throws SHAPE_MISMATCH unless inputs of this shape can be dropped. */
  readonly check?: (shape: Shape) => void;
  /** What training makes of x, for 0 < p < 1. */
  readonly drop: (x: Tensor, p: number) => Tensor;
}

const dropping =
  ({ owner, training: usual = true, check, drop }: Kind) =>
  (x: Tensor, options: DropoutOptions = {}): Tensor => {
    checkTensor(owner, x);
    checkGiven(owner, SIGNATURE, options);
    const { p = 0.5, training = usual } = options;
    checkProbability(owner, p);
    check?.(x.shape);
    if (!training || p === 0) return x;
    // Nothing survives, and 0 / 0 would be NaN.
    return p === 1 ? x.mul(0) : drop(x, p);
  };

/** 1 where something survives. */
const survivors = (x: Tensor, shape: Shape, p: number): Tensor =>
  bernoulli(shape, 1 - p, { dtype: x.dtype, backend: x.backend });

/** Dropout of channels, of which `lead` axes tell. */
const dropChannels = (x: Tensor, lead: number, p: number): Tensor =>
  x.mul(survivors(x, [...x.shape.slice(0, lead), ...x.shape.slice(lead).map(() => 1)], p).div(1 - p));

type Dropping = (x: Tensor, options?: DropoutOptions) => Tensor;

/**
 * `dropout(x, { p, training })`: each value becomes 0 with probability p, and is divided by 1 − p otherwise.
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1.
 */
export const dropout: Dropping = /* @__PURE__ */ dropping({
  owner: "dropout",
  drop: (x, p) => x.mul(survivors(x, x.shape, p).div(1 - p)),
});

/**
 * `dropout1d(x, { p, training })`: as `dropout`, of whole channels of [N, C, L] or [C, L].
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1; SHAPE_MISMATCH.
 */
export const dropout1d: Dropping = /* @__PURE__ */ dropping({
  owner: "dropout1d",
  check(shape) {
    if (shape.length !== 2 && shape.length !== 3) refuseRank("dropout1d", "2D or 3D", shape);
  },
  drop: (x, p) => dropChannels(x, x.dim() - 1, p),
});

/**
 * `dropout2d(x, { p, training })`: as `dropout`, of whole channels of [N, C, H, W]. An input [N, C, L] is taken as `dropout1d` would,
 * as in PyTorch.
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1; SHAPE_MISMATCH.
 */
export const dropout2d: Dropping = /* @__PURE__ */ dropping({
  owner: "dropout2d",
  check(shape) {
    if (shape.length !== 3 && shape.length !== 4) refuseRank("dropout2d", "3D or 4D", shape);
  },
  drop: (x, p) => dropChannels(x, 2, p),
});

/** What SELU tends to, negated: scale · alpha. */
const SATURATION = 1.7580993408473766;

/**
 * `alphaDropout(x, { p, training })`: each value becomes SELU's lower bound with probability p, and all are moved and scaled so that
 * mean 0 and variance 1 stay. As in PyTorch, `training` is false unless given.
 * @throws INVALID_ARGUMENT unless 0 ≤ p ≤ 1.
 */
export const alphaDropout: Dropping = /* @__PURE__ */ dropping({
  owner: "alphaDropout",
  training: false,
  drop(x, p) {
    const scale = 1 / Math.sqrt((SATURATION * SATURATION * p + 1) * (1 - p));
    const kept = survivors(x, x.shape, p);
    const shift = kept
      .sub(1)
      .mul(SATURATION * scale)
      .add(SATURATION * scale * p);
    return x.mul(kept.mul(scale)).add(shift);
  },
});
