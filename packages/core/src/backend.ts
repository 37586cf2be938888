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

/**
 * Element types. float32 and int32 are required of a backend; float64 where it declares it. The union may grow: a
 * backend is asked only for dtypes that it declares. `dtype.ts` says what each one is.
 */
export type DType = "float32" | "float64" | "int32";

/** The JavaScript array of a dtype. (Written without generics: `Float32Array<ArrayBuffer>` needs TypeScript 5.7.) */
export type TypedArray = Float32Array | Float64Array | Int32Array;

/**
 * Elementwise functions of one operand. `round` rounds halves to even. On int32 only neg, abs, sign, relu and square are
 * asked for. `gelu` is x · Φ(x), with
 * the normal distribution's Φ, and `geluSlope` its derivative. square, rsqrt, tan and these two are optional (see
 * `optionalOps`). The list may grow, by optional ones.
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
  | "gelu"
  | "geluSlope";

/**
 * Elementwise functions of two operands of one dtype, broadcasting. Comparisons give int32 0 or 1 and are false
 * (but for notEqual) when an operand is NaN. maximum and minimum give NaN when an operand is NaN. On int32 add, sub
 * and mul wrap, div truncates toward zero (0 when dividing by 0), and pow is not asked for. pow is IEEE 754's. notEqual,
 * greater and greaterEqual are optional. The list may grow, by optional ones.
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
 * the int32 position of the first extreme element along it (of the first NaN if there is one). min and argmin are
 * optional. The list may grow, by optional ones.
 */
export type ReduceOp = "sum" | "prod" | "max" | "min" | "argmax" | "argmin";

/** The functions of `unary`, `binary` and `reduce` that a backend need not have. */
export type OptionalOp =
  | "square"
  | "rsqrt"
  | "tan"
  | "gelu"
  | "geluSlope"
  | "notEqual"
  | "greater"
  | "greaterEqual"
  | "min"
  | "argmin";

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
 * Sizes for `normalize` and its gradients: x is `[outer, groups, inner]`, with moments of each group over outer and inner, and
 * seen as `[…, channels, cells]` it has a weight for each channel. A group holds whole channels, and divides them:
 * batch normalisation is `[N, C, cells]`, layer normalisation `[1, N, C]` with one cell, group normalisation `[1, N · groups, rest]`.
 */
export interface NormSize {
  /** Of x's first axis. */
  readonly outer: number;
  /** Of x's second axis: so many moments. */
  readonly groups: number;
  /** Of x's third axis. */
  readonly inner: number;
  /** So many weights. */
  readonly channels: number;
  /** Elements in a row that share a weight. */
  readonly cells: number;
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
 * One axis of a sliding window. Output position o meets, through kernel position k, input position
 * `o · stride − before + k · dilation`, and nothing where that lies outside the input. `before` and `after` are cells of
 * padding, ≥ 0; the last positions of the input may be met by no window.
 */
export interface WindowAxis {
  readonly input: number;
  readonly kernel: number;
  readonly output: number;
  readonly stride: number;
  readonly before: number;
  readonly after: number;
  readonly dilation: number;
}

/**
 * The geometry of a two-dimensional sliding window, computed and checked once (`window.ts`), frozen.
 *
 * With `[height, width] = axes`: input `[batch, inChannels, height.input, width.input]`; kernel `[outChannels,
 * inChannels / groups, height.kernel, width.kernel]`; output `[batch, outChannels, height.output, width.output]`.
 * Cells outside the input count as zero (as absent for pooling). Pools use the same record with
 * inChannels = outChannels = groups.
 */
export interface Window2d {
  readonly batch: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  readonly axes: readonly [height: WindowAxis, width: WindowAxis];
}

/**
 * What average pooling divides by: the cells of the window that lie in the padded input, or in the input alone, or a
 * constant. A window that meets no cell at all gives 0.
 */
export interface AveragePool {
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

/** Activations whose gradient is a function of their result alone. */
export type Activation = "relu" | "sigmoid" | "tanh";

/**
 * What a backend says of itself. `syncRead`: `readSync` is there. `build`: what decides the bits of its results besides its
 * name and version, where something does; a checkpoint names it. Further entries (threads, simd, why something is off …) are
 * the backend's own; `describeBackend` prints them all.
 */
export interface Features {
  readonly syncRead: boolean;
  readonly build?: string | undefined;
  readonly [feature: string]: string | number | boolean | undefined;
}

/** Who a backend is. */
export interface Identity {
  /** Short and unique, as messages name it: `cpu-js`. */
  readonly name: string;
  /** The contract's version. A change of a primitive bumps it; a new composite does not. */
  readonly contract: 1;
  readonly features: Features;
  readonly dtypes: readonly DType[];
  /**
   * Which optional functions of `unary`, `binary` and `reduce` this backend computes (default none). Core asks for no
   * other optional one: it has a fallback for each.
   */
  readonly optionalOps?: readonly OptionalOp[];
}

/** How a backend keeps numbers: writing, reading, letting go. */
export interface StorageMembers<H> {
  /** Copies `data` in; its class gives the dtype. */
  upload(data: TypedArray): H;
  /**
   * Copies `size` elements out, after every earlier operation has taken effect: into `into`, an array of that class and
   * length, where it is given, else into a new one.
   */
  read(handle: H, size: number, dtype: DType, into?: TypedArray): Promise<TypedArray>;
  /** The handle is never used again. Does nothing after `close`. */
  free(handle: H): void;
}

/** The operations that every backend has. */
export interface Primitives<H> {
  /**
   * The values in another dtype: exact, or rounded to nearest. To int32 the fraction is dropped, NaN gives 0 and values
   * beyond int32 saturate.
   */
  cast(x: H, size: number, from: DType, to: DType): H;
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
  /** `condition ? a : b` elementwise, bit for bit; the condition is int32, anything but 0 is true. Broadcasting as in `binary`. */
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
  /** Reads x (of `view.sourceSize` elements) through the view into a contiguous result of `view.shape`, bit for bit. */
  strided(x: H, view: StridedView, dtype: DType): H;
  /**
   * The adjoint of `strided`: adds x (of `view.shape`) through the view into `view.sourceSize` zeros, in a fixed order. What
   * a single element reaches is that element, bit for bit.
   */
  stridedAdd(x: H, view: StridedView, dtype: DType): H;
  /** `out[o, c, i] = x[o, index[o, c, i], i]`; an index outside `[0, length)` fails with INDEX_OUT_OF_RANGE. */
  gather(x: H, index: H, size: GatherSize, dtype: DType): H;
  /** The adjoint of `gather`: `out[o, index[o, c, i], i] += x[o, c, i]` into zeros, in a fixed order. */
  scatterAdd(x: H, index: H, size: GatherSize, dtype: DType): H;
  /** Floating dtypes only. */
  matmul(a: H, b: H, size: MatmulSize, dtype: DType): H;
}

/**
 * Operations that a backend may supply for speed. Where one is absent, the operation that would call it composes it from
 * others (its fallback stands beside it in `ops/`, and is its definition). Floating dtypes only, but for `fill`,
 * `concat`, `sort` and `cumsum`.
 */
export interface Composites<H> {
  /** `size` copies of `value`. The only operation besides storage that may be asked for size 0. */
  fill(value: number, size: number, dtype: DType): H;
  /**
   * The parts, each `[outer, lengths[i], inner]`, side by side: `[outer, Σ lengths, inner]`, bit for bit. At least one
   * part, none of them empty.
   */
  concat(parts: readonly H[], lengths: readonly number[], outer: number, inner: number, dtype: DType): H;
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
   * H·W plane of its channel. NaN wins. The first of several maxima in row-major order is found, but the last of several
   * NaNs (PyTorch's rule). A window that meets no cell gives −∞, found at −1.
   */
  maxPool2d(x: H, window: Window2d, dtype: DType): [values: H, indices: H];
  avgPool2d(x: H, window: Window2d, average: AveragePool, dtype: DType): H;
  /** The adjoint of `avgPool2d`: output → input. */
  avgPool2dInput(g: H, window: Window2d, average: AveragePool, dtype: DType): H;
  /**
   * Weighted sums of a few cells of the middle axis: `out[o, c, i] = Σ weights[c, t] · x[o, index[c, t], i]`, where index (int32)
   * and weights are `[count, taps]`. An index of −1 ends a list that is shorter; of none the sum is 0.
   */
  gatherSum(x: H, index: H, weights: H, size: GatherSize, taps: number, dtype: DType): H;
  /**
   * `(x − mean) / √(variance + eps) · weight + bias`, and the moments `[3, groups]`: means, variances (divided by the number of
   * elements) and 1/√(variance + eps). Weight and bias are `[channels]`.
   */
  normalize(
    x: H,
    weight: H,
    bias: H,
    size: NormSize,
    eps: number,
    dtype: DType,
  ): readonly [values: H, moments: H];
  /** The gradient of `normalize`'s values for x, through the moments too. */
  normalizeInput(g: H, x: H, weight: H, moments: H, size: NormSize, dtype: DType): H;
  /** The same, and the gradients for the weight and the bias, `[channels]`, from the same sums. */
  normalizeGrads(
    g: H,
    x: H,
    weight: H,
    moments: H,
    size: NormSize,
    dtype: DType,
  ): readonly [input: H, weight: H, bias: H];
  /** Over the middle axis of `[outer, length, inner]`, with the maximum subtracted first. */
  softmax(x: H, outer: number, length: number, inner: number, dtype: DType): H;
  logSoftmax(x: H, outer: number, length: number, inner: number, dtype: DType): H;
  /**
   * The elements along the middle axis of `[outer, length, inner]` in order, and where they were: int32 positions on that axis.
   * Equal elements keep their order, descending too; −0 and 0 are equal, NaN is greater than everything. Values are moved bit for
   * bit.
   */
  sort(
    x: H,
    outer: number,
    length: number,
    inner: number,
    descending: boolean,
    dtype: DType,
  ): [values: H, indices: H];
  /** Along the middle axis of `[outer, length, inner]`, the sum of each element and all before it; of int32 it wraps. */
  cumsum(x: H, outer: number, length: number, inner: number, dtype: DType): H;
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

/** What a backend says it can do. */
export interface Capabilities<H> {
  /** There exactly when `features.syncRead`. */
  readSync?(handle: H, size: number, dtype: DType, into?: TypedArray): TypedArray;
  /** Resolves when all that was asked for so far is done. Never rejects: failures are the reads'. */
  settled?(): Promise<void>;
  /** Frees everything. Pending reads settle; operations and reads after it fail with BACKEND_CLOSED. */
  close?(): Promise<void> | void;
  /** Answers after `close` too. */
  stats?(): BackendStats;
}

/** What an author writes: everything required, and any of the composites and capabilities. */
export type BackendDefinition<H> = Identity &
  StorageMembers<H> &
  Primitives<H> & {
    readonly [Name in keyof Composites<H>]?: Composites<H>[Name] | undefined;
  } & Capabilities<H>;

/** What `defineBackend` gives: checked and frozen. A composite that the author did not write is absent. */
export type Backend<H = unknown> = Identity &
  StorageMembers<H> &
  Primitives<H> &
  Partial<Composites<H>> &
  Capabilities<H> & { readonly optionalOps: readonly OptionalOp[] };

/** A backend with every composite there. */
export type CompleteBackend<H = unknown> = Backend<H> & Composites<H>;
