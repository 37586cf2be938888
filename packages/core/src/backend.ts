/**
 * The backend contract, version 1: what a backend is, in types.
 *
 * A backend is a value (see `defineBackend`). It owns memory and runs a small set of operations on opaque
 * handles; core owns shapes, lifetimes, checks and gradients. `docs/backend-contract.md` is the same contract
 * in numbered clauses, each proved by cases of `@corr2d/conformance`. The rules that hold for every member:
 *
 * - Core validates, backends trust: shapes, dtypes, geometry and attributes arrive checked and normalised.
 * - Operands are contiguous, row-major and immutable; every operation returns a fresh handle. A backend never
 *   writes into an operand, but may reuse the memory of a handle after `free`.
 * - Operations take effect in call order. They may be late; only `read` waits. A failed operation makes every
 *   later `read` of its results reject (a backend that works at once may simply throw).
 * - No operation but `upload`, `read`, `free` and `fill` is ever called with an operand or a result of size 0.
 */

/** Element types. float32 and int32 are required of a backend; float64 where it declares it. */
export type DType = "float32" | "float64" | "int32";

/** The JavaScript array of a dtype. (Written without generics: `Float32Array<ArrayBuffer>` needs TypeScript 5.7.) */
export type TypedArray = Float32Array | Float64Array | Int32Array;

/**
 * Elementwise functions of one operand. Casts are among them: `toInt32` truncates toward zero (NaN gives 0, and
 * values beyond int32 saturate); the others convert exactly or round to nearest. `round` rounds halves to even.
 * On int32 only neg, abs, sign, relu, square and the casts are required.
 */
export type UnaryOp =
  | "neg"
  | "abs"
  | "sign"
  | "square"
  | "floor"
  | "ceil"
  | "round"
  | "trunc"
  | "sqrt"
  | "rsqrt"
  | "reciprocal"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "tan"
  | "tanh"
  | "sigmoid"
  | "relu"
  | "erf"
  | "toFloat32"
  | "toFloat64"
  | "toInt32";

/**
 * Elementwise functions of two operands of one dtype, broadcasting. Comparisons give int32 0 or 1 and are false
 * (but for notEqual) when an operand is NaN. maximum and minimum give NaN when an operand is NaN. On int32 add, sub
 * and mul wrap, div truncates toward zero (0 when dividing by 0), and pow is not required.
 */
export type BinaryOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pow"
  | "maximum"
  | "minimum"
  | "equal"
  | "notEqual"
  | "less"
  | "lessEqual"
  | "greater"
  | "greaterEqual";

/**
 * Reductions. max and min give NaN when any element is NaN. argmax and argmin reduce exactly one axis and give
 * the int32 position of the first extreme element along it (of the first NaN if there is one).
 */
export type ReduceOp = "sum" | "prod" | "max" | "min" | "argmax" | "argmin";

/**
 * An address pattern over a buffer of `sourceSize` elements: element `i` of a tensor of shape `shape` lies at
 * `offset + Σ i[axis] · strides[axis]`. Up to 8 axes; strides of any sign, and 0. Core guarantees that every
 * address is in range.
 */
export interface StridedView {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly sourceSize: number;
}

/** Sizes for `gather` and `scatterAdd`: data `[outer, length, inner]`, index and picked values `[outer, count, inner]`. */
export interface GatherSize {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly count: number;
}

/**
 * Sizes for `matmul`: a is `[batch, rows, inner]` (`[batch, inner, rows]` when `transposeA`), b is
 * `[batch, inner, columns]` (`[batch, columns, inner]` when `transposeB`), the result `[batch, rows, columns]`.
 */
export interface MatmulSize {
  readonly batch: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/**
 * The geometry of a two-dimensional sliding window, computed and checked once (`window.ts`), frozen.
 *
 * Input `[batch, inChannels, inputHeight, inputWidth]`; kernel `[outChannels, inChannels / groups, kernelHeight,
 * kernelWidth]`; output `[batch, outChannels, outputHeight, outputWidth]`. Output cell (oy, ox) reads input row
 * `oy · strideHeight − padTop + ky · dilationHeight` and column `ox · strideWidth − padLeft + kx · dilationWidth`;
 * cells outside the input count as zero (as absent for pooling). Paddings are ≥ 0; the last rows or columns of the
 * input may be covered by no window. Pools use the same record with inChannels = outChannels = groups.
 */
export interface Window2d {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padBottom: number;
  readonly padLeft: number;
  readonly padRight: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
}

/** What average pooling divides by: the cells of the window that lie in the padded input, or in the input alone, or a constant. */
export interface AveragePool {
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

/** Activations whose gradient is a function of their result alone. */
export type Activation = "relu" | "sigmoid" | "tanh";

/**
 * What a backend says of itself. `syncRead`: `readSync` is there. Further entries (threads, simd, why something
 * is off …) are the backend's own; `describeBackend` prints them all.
 */
export interface Features {
  readonly syncRead: boolean;
  readonly [feature: string]: string | number | boolean | undefined;
}

export interface Identity {
  /** Short and unique, as messages name it: `cpu-js`. */
  readonly name: string;
  /** The contract's version. A change of a primitive bumps it; a new composite does not. */
  readonly contract: 1;
  readonly features: Features;
  readonly dtypes: readonly DType[];
}

export interface StorageMembers<H> {
  /** Copies `data` in; its class gives the dtype. */
  upload(data: TypedArray): H;
  /** Copies `size` elements out, after every earlier operation has taken effect. */
  read(handle: H, size: number, dtype: DType): Promise<TypedArray>;
  /** The handle is never used again. */
  free(handle: H): void;
}

export interface Primitives<H> {
  /** `dtype` is the operand's. */
  unary(op: UnaryOp, x: H, size: number, dtype: DType): H;
  /** The three shapes have one rank; each axis of an operand is 1 or that of `shape`. `dtype` is the operands'. */
  binary(
    op: BinaryOp,
    a: H,
    shapeA: readonly number[],
    b: H,
    shapeB: readonly number[],
    shape: readonly number[],
    dtype: DType,
  ): H;
  /** `condition ? a : b` elementwise; the condition is int32, anything but 0 is true. Broadcasting as in `binary`. */
  select(
    condition: H,
    shapeCondition: readonly number[],
    a: H,
    shapeA: readonly number[],
    b: H,
    shapeB: readonly number[],
    shape: readonly number[],
    dtype: DType,
  ): H;
  /** Reduces `axes` (sorted, distinct, not empty) of x; the result is row-major without them. */
  reduce(op: ReduceOp, x: H, shape: readonly number[], axes: readonly number[], dtype: DType): H;
  /** Reads x (of `view.sourceSize` elements) through the view into a contiguous result of `view.shape`. */
  strided(x: H, view: StridedView, dtype: DType): H;
  /** The adjoint of `strided`: adds x (of `view.shape`) through the view into `view.sourceSize` zeros, in a fixed order. */
  stridedAdd(x: H, view: StridedView, dtype: DType): H;
  /** `out[o, c, i] = x[o, index[o, c, i], i]`; an index outside `[0, length)` fails with INDEX_OUT_OF_RANGE. */
  gather(x: H, index: H, size: GatherSize, dtype: DType): H;
  /** The adjoint of `gather`: `out[o, index[o, c, i], i] += x[o, c, i]` into zeros, in a fixed order. */
  scatterAdd(x: H, index: H, size: GatherSize, dtype: DType): H;
  /** Floating dtypes only. */
  matmul(a: H, b: H, size: MatmulSize, dtype: DType): H;
}

/**
 * Operations that core composes from the primitives (`composites.ts` is their definition); a backend overrides
 * any of them for speed. Floating dtypes only, but for `fill`.
 */
export interface Composites<H> {
  /** `size` copies of `value`. The only operation besides storage that may be asked for size 0. */
  fill(value: number, size: number, dtype: DType): H;
  /** F(x, k) = x ⋆ k, cross-correlation: input, kernel → output. */
  corr2d(x: H, kernel: H, window: Window2d, dtype: DType): H;
  /** T(g, k), the input-side adjoint, which is the transposed convolution: output, kernel → input. */
  corr2dInput(g: H, kernel: H, window: Window2d, dtype: DType): H;
  /** G(x, g), the kernel-side adjoint: input, output → kernel. */
  corr2dKernel(x: H, g: H, window: Window2d, dtype: DType): H;
  /** F(x, k) with `bias` `[outChannels]` added to every output cell of its channel. */
  corr2dBias(x: H, kernel: H, bias: H, window: Window2d, dtype: DType): H;
  /**
   * The maximum over each window's cells that lie in the input, and where it was found: int32, flat in the
   * H·W plane of its channel, the first in row-major order. NaN wins.
   */
  maxPool2d(x: H, window: Window2d, dtype: DType): [values: H, indices: H];
  avgPool2d(x: H, window: Window2d, average: AveragePool, dtype: DType): H;
  /** The adjoint of `avgPool2d`: output → input. */
  avgPool2dInput(g: H, window: Window2d, average: AveragePool, dtype: DType): H;
  /** Over the middle axis of `[outer, length, inner]`, with the maximum subtracted first. */
  softmax(x: H, outer: number, length: number, inner: number, dtype: DType): H;
  logSoftmax(x: H, outer: number, length: number, inner: number, dtype: DType): H;
  /** The gradient of an activation from its result y and the incoming g: relu gives g where y > 0 or y is NaN, else 0. */
  activationGrad(op: Activation, y: H, g: H, size: number, dtype: DType): H;
  /** `scaleA · a + scaleB · b`, elementwise on equal sizes: the optimisers' step. */
  addScaled(a: H, scaleA: number, b: H, scaleB: number, size: number, dtype: DType): H;
}

/** Live memory of a backend: handles not yet freed, and their bytes. */
export interface BackendStats {
  readonly liveHandles: number;
  readonly liveBytes: number;
  readonly [key: string]: number;
}

export interface Capabilities<H> {
  /** There exactly when `features.syncRead`. */
  readSync?(handle: H, size: number, dtype: DType): TypedArray;
  /** Frees everything. Operations after it fail with BACKEND_CLOSED. */
  close?(): Promise<void> | void;
  stats?(): BackendStats;
}

/** What an author writes: everything required, and any of the composites and capabilities. */
export type BackendDefinition<H> = Identity &
  StorageMembers<H> &
  Primitives<H> &
  Partial<Composites<H>> &
  Capabilities<H>;

/** What an author writes who leaves no composite to core. */
export type CompleteBackendDefinition<H> = BackendDefinition<H> & Composites<H>;

/** What `defineBackend` gives: complete, frozen, with the names of the composites that the author supplied. */
export type Backend<H = unknown> = Identity &
  StorageMembers<H> &
  Primitives<H> &
  Composites<H> &
  Capabilities<H> & { readonly nativeComposites: readonly (keyof Composites<H>)[] };
