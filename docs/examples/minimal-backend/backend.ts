/**
 * A complete corr2d backend: the thirteen required functions over typed arrays, and nothing else.
 *
 * Written to be read next to docs/writing-a-backend.md. It is slow on purpose: every function is the loop that
 * its clause of docs/backend-contract.md describes. A handle is a typed array, so memory is the collector's
 * affair; core composes corr2d, pooling, softmax, the optional functions and the rest from the primitives below.
 */
import {
  arrayOf,
  type Backend,
  type BinaryOp,
  binaryDtype,
  Corr2dError,
  type DType,
  defineBackend,
  type GatherSize,
  isFloating,
  type OptionalOp,
  type ReduceOp,
  reduceDtype,
  type StridedView,
  sizeOf,
  type TypedArray,
  type UnaryOp,
} from "@corr2d/core";

type Sizes = readonly number[];

/** The functions of a list that every backend has. A backend that lists no `optionalOps` is asked for no others. */
type Required<Op> = Exclude<Op, OptionalOp>;

/** A new array; writing into it rounds to float32, or wraps to int32, by JavaScript's own rules. */
function build(dtype: DType, size: number, element: (i: number) => number): TypedArray {
  const out = arrayOf(dtype, size);
  for (let i = 0; i < size; i++) out[i] = element(i);
  return out;
}

/** The address of every element of a view, in row-major order of its shape (§5.1). */
function addresses(view: StridedView): Int32Array {
  const found = new Int32Array(sizeOf(view.shape));
  found[0] = view.offset;
  let count = 1;
  view.shape.forEach((length, axis) => {
    const step = view.strides[axis]!;
    // In place, the last first: what is written lies never before what is still to be read.
    for (let at = count - 1; at >= 0; at--) {
      for (let i = length - 1; i >= 0; i--) found[at * length + i] = found[at]! + i * step;
    }
    count *= length;
  });
  return found;
}

/** For every element of `shape`, where it lies in an operand that broadcasts to it: stride 0 along axes of size 1. */
function broadcastAddresses(operand: Sizes, shape: Sizes): Int32Array {
  let step = 1;
  const strides: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = operand[axis] === 1 ? 0 : step;
    step *= operand[axis]!;
  }
  return addresses({ shape, strides, offset: 0, sourceSize: step });
}

/** ∑ 2ⁿ x²ⁿ⁺¹ / (2n+1)!! has only positive terms, so it loses no digits (Abramowitz & Stegun 7.1.6). */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

/** Saturates, where writing into an Int32Array would wrap (§3.5). */
const toInt32 = (x: number): number => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));

const unaryFunctions: Record<Required<UnaryOp>, (x: number) => number> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
  trunc: Math.trunc,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  relu: (x) => Math.max(x, 0),
  erf,
};

/** IEEE 754's (§3.11): JavaScript's `**` gives NaN for 1 to the power of NaN, and for ±1 to the power of ±∞. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return base ** exponent;
}

const binaryFunctions: Record<Required<BinaryOp>, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: power,
  maximum: Math.max,
  minimum: Math.min,
  equal: (a, b) => Number(a === b),
  less: (a, b) => Number(a < b),
  lessEqual: (a, b) => Number(a <= b),
};

/** Position of the first NaN, else of the first of the largest elements (§4.4). */
function argmax(values: readonly number[]): number {
  const nan = values.findIndex(Number.isNaN);
  if (nan >= 0) return nan;
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

/** A product of integers wraps: it is not what is left of the rounded product (§3.8, §4.2). */
const multiply = (dtype: DType): ((a: number, b: number) => number) =>
  isFloating(dtype) ? (a, b) => a * b : Math.imul;

const reduceFunctions: Record<Required<ReduceOp>, (values: readonly number[], dtype: DType) => number> = {
  sum: (values) => values.reduce((a, b) => a + b, 0),
  prod: (values, dtype) => values.reduce(multiply(dtype), 1),
  max: (values) => values.reduce((a, b) => Math.max(a, b)),
  argmax,
};

/**
 * Calls `visit` with the addresses of every picked element, in the whole and among the picked (§5.4).
 * @throws INDEX_OUT_OF_RANGE, naming the operation and its sizes (§10.3).
 */
function eachPick(
  operation: string,
  index: TypedArray,
  { outer, length, inner, count }: GatherSize,
  visit: (whole: number, picked: number) => void,
): void {
  for (let o = 0; o < outer; o++) {
    for (let c = 0; c < count; c++) {
      for (let i = 0; i < inner; i++) {
        const picked = (o * count + c) * inner + i;
        const at = index[picked]!;
        if (at < 0 || at >= length) {
          throw new Corr2dError(
            "INDEX_OUT_OF_RANGE",
            `${operation}: index ${at} is out of range for an axis of ${length} (data [${outer}, ${length}, ${inner}], ` +
              `index [${outer}, ${count}, ${inner}])`,
            { index: at, length },
          );
        }
        visit((o * length + at) * inner + i, picked);
      }
    }
  }
}

/** Makes the backend. Being the module's default export, it is what `corr2d-conformance ./backend.js` calls. */
// biome-ignore lint/style/noDefaultExport: a backend module's default export is its factory (§1.1)
export default function minimalBackend(): Backend {
  return defineBackend<TypedArray>({
    name: "minimal",
    contract: 1,
    features: { syncRead: false },
    dtypes: ["float32", "float64", "int32"],

    upload: (data) => data.slice(),
    read: async (handle, size, dtype, into = arrayOf(dtype, size)) => {
      into.set(handle);
      return into;
    },
    free: () => {},

    cast(x, size, _from, to) {
      return build(to, size, isFloating(to) ? (i) => x[i]! : (i) => toInt32(x[i]!));
    },

    unary(op, x, size, dtype) {
      const apply = unaryFunctions[op as Required<UnaryOp>];
      return build(dtype, size, (i) => apply(x[i]!));
    },

    binary(op, a, shapeA, b, shapeB, shape, dtype) {
      const atA = broadcastAddresses(shapeA, shape);
      const atB = broadcastAddresses(shapeB, shape);
      const apply = op === "mul" ? multiply(dtype) : binaryFunctions[op as Required<BinaryOp>];
      return build(binaryDtype(op, dtype), atA.length, (i) => apply(a[atA[i]!]!, b[atB[i]!]!));
    },

    select(condition, shapeCondition, a, shapeA, b, shapeB, shape, dtype) {
      const atCondition = broadcastAddresses(shapeCondition, shape);
      const atA = broadcastAddresses(shapeA, shape);
      const atB = broadcastAddresses(shapeB, shape);
      return build(dtype, atA.length, (i) => (condition[atCondition[i]!] !== 0 ? a[atA[i]!]! : b[atB[i]!]!));
    },

    reduce(op, x, shape, axes, dtype) {
      // Seen through the kept axes' sizes, x broadcasts: every element knows which result it belongs to.
      const kept = shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
      const groups: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
      broadcastAddresses(kept, shape).forEach((group, i) => {
        groups[group]!.push(x[i]!);
      });
      const apply = reduceFunctions[op as Required<ReduceOp>];
      return build(reduceDtype(op, dtype), groups.length, (i) => apply(groups[i]!, dtype));
    },

    strided(x, view, dtype) {
      const at = addresses(view);
      return build(dtype, at.length, (i) => x[at[i]!]!);
    },

    stridedAdd(x, view, dtype) {
      const sums = new Float64Array(view.sourceSize); // which round once, however many terms there are (§9.2)
      const met = new Uint8Array(view.sourceSize);
      addresses(view).forEach((at, i) => {
        // What nothing is added to stays as it is: 0 + −0 would be 0.
        sums[at] = met[at] === 1 ? sums[at]! + x[i]! : x[i]!;
        met[at] = 1;
      });
      return build(dtype, sums.length, (i) => sums[i]!);
    },

    gather(x, index, size, dtype) {
      const out = arrayOf(dtype, size.outer * size.count * size.inner);
      eachPick("gather", index, size, (whole, picked) => {
        out[picked] = x[whole]!;
      });
      return out;
    },

    scatterAdd(x, index, size, dtype) {
      const sums = new Float64Array(size.outer * size.length * size.inner);
      eachPick("scatterAdd", index, size, (whole, picked) => {
        sums[whole]! += x[picked]!;
      });
      return build(dtype, sums.length, (i) => sums[i]!);
    },

    matmul(a, b, { batch, rows, inner, columns, transposeA, transposeB }, dtype) {
      const [rowA, innerA] = transposeA ? [1, rows] : [inner, 1];
      const [innerB, columnB] = transposeB ? [1, inner] : [columns, 1];
      return build(dtype, batch * rows * columns, (i) => {
        const n = Math.floor(i / (rows * columns));
        const startA = n * rows * inner + (Math.floor(i / columns) % rows) * rowA;
        const startB = n * inner * columns + (i % columns) * columnB;
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += a[startA + k * innerA]! * b[startB + k * innerB]!;
        return sum;
      });
    },
  });
}
