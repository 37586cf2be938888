/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The public Tensor: a thin class over a storage, a shape and a place in the graph.
 *
 * A tensor is an immutable value of up to 8 axes, contiguous and row-major, on one backend. Operations return new
 * tensors and work at once; reading (`data`, `item`, `toArray`) is the only thing to await. Assigning
 * to a tensor rebinds it to another value. Names are PyTorch's, in camelCase; what methods do is in `ops/`.
 */
import {
  addTensorHook,
  type BackwardOptions,
  backward,
  bindTensor,
  checkTensor,
  checkTensors,
  type GraphNode,
  type HookRemover,
  isGradEnabled,
  isTensor,
  makeTensor,
  type TensorHook,
} from "./autograd.ts";
import type { Backend, TypedArray } from "./backend.ts";
import { printAsText } from "./console.ts";
import { checkBackend } from "./current-backend.ts";
import { dtypeOf, isBool, TENSOR_DTYPES, type TensorDType } from "./dtype.ts";
import { Corr2dError } from "./errors.ts";
import { formatAsSet } from "./format.ts";
import { guard } from "./guard.ts";
import * as activation from "./ops/activation.ts";
import * as binary from "./ops/binary.ts";
import { cast } from "./ops/cast.ts";
import { clamp } from "./ops/clamp.ts";
import { copied, copiedSlices, copiedUnderMask } from "./ops/copy.ts";
import { fromArray, fromNested, type NestedArray } from "./ops/data.ts";
import { fill } from "./ops/fill.ts";
import * as indexing from "./ops/indexing.ts";
import * as logical from "./ops/logical.ts";
import { matmul } from "./ops/matmul.ts";
import * as movement from "./ops/movement.ts";
import {
  checkCanRequireGrad,
  checkDtype,
  checkSameDtype,
  isPlain,
  type Operand,
  toScalar,
} from "./ops/operands.ts";
import * as padding from "./ops/pad.ts";
import { pow } from "./ops/pow.ts";
import type { Dim, KeepDim, ValuesAndIndices, VarianceOptions } from "./ops/reduce.ts";
import * as reduction from "./ops/reduce.ts";
import type { Range } from "./ops/slice.ts";
import * as slicing from "./ops/slice.ts";
import { logSoftmax, softmax } from "./ops/softmax.ts";
import { unary } from "./ops/unary.ts";
import { checkOptions, describeValue, isList, type OptionTypes } from "./options.ts";
import { rowsOf, rowsWithin, ScalarRows } from "./rows-of.ts";
import {
  checkRank,
  formatShape,
  normalizeAxis,
  type Shape,
  type SizesOf,
  sameShape,
  sizeOf,
  sizesFrom,
} from "./shape.ts";
import { keep, runScope, SCOPED, type Storage, track } from "./storage.ts";
import { TensorOperations } from "./tensor-operations.ts";

/** Options of `data` and `dataSync`. */
export interface ReadOptions {
  /** An array to read into, of the dtype's class and the tensor's size. */
  readonly into?: TypedArray | undefined;
}

const READ_OPTIONS: OptionTypes = { into: "any" };

/** Values nested to the tensor's rank; a plain one for a scalar. */
export type NestedValues<T extends number | boolean = number> = T | NestedValues<T>[];

/** A leaf's gradient, and the tensor that `grad` gives of it: that one is the caller's to dispose. */
interface Accumulated {
  readonly total: Tensor;
  view: Tensor | null;
}

let tensors = 0;
/** The ids that the rows of a tensor have, of tensors that were iterated: from which on. */
const firstRowIds = new WeakMap<Tensor, number>();
/** The tensors that have no value yet. */
const uninitialized = new WeakSet<Tensor>();

function rows(this: Tensor): IterableIterator<Tensor> {
  checkTensor("iteration", this);
  checkTensor("iteration", this); // a proxy of one has no memory
  if (this.ownShape.length === 0) return new ScalarRows();
  const ids = firstRowIds.get(this) ?? tensors + 1;
  if (!firstRowIds.has(this)) tensors += rowsWithin(this.ownShape);
  firstRowIds.set(this, ids);
  return rowsOf(this, ids, firstRowIds);
}

/** A value of up to eight axes on one backend, with its place in the graph. Programs make tensors with `tensor`, `zeros`, … and operations. */
export class Tensor extends TensorOperations implements Disposable {
  /**
   * A number that no other tensor has. Tools that compare objects by their fields (`deepStrictEqual`, `toEqual`) see this one, so
   * that no two tensors are equal to them; `toArray`, `equal` and `allclose` compare values.
   */
  readonly id: number = ++tensors;
  /** Who ends it: see `keep`. @internal */
  lifetime: symbol = SCOPED;
  /** The shape as operations read it, and never given out: V8 reads a frozen array five times as slowly. @internal */
  readonly ownShape: Shape;
  /** The dtype; no private field, which costs an addition 2 to 3 %. @internal */
  readonly ownDtype: TensorDType;
  /** The backend and the number of elements as operations read them. @internal */
  readonly ownBackend: Backend;
  /** @internal */
  readonly ownSize: number;
  #storage: Storage | null;
  #node: GraphNode | null;
  #requiresGrad: boolean;
  /** The leaf that this tensor stands for in a backward pass, or null for itself. */
  #aliasOf: Tensor | null = null;
  #shape: Shape | null = null;
  #grad: Accumulated | null = null;
  /** `using x = …` disposes x at the end of the block, where the host has the symbol. */
  declare readonly [Symbol.dispose]: () => void;

  /** For core: takes over one reference to `storage`. Programs make tensors with `tensor`, `zeros`, … and operations. */
  constructor(storage: Storage, shape: Shape, node: GraphNode | null) {
    super();
    if (shape.length > 8) checkRank("tensor", shape);
    this.ownShape = shape;
    this.ownDtype = storage.dtype;
    this.ownBackend = storage.backend;
    this.ownSize = storage.size;
    this.#storage = storage;
    this.#node = node;
    this.#requiresGrad = node !== null;
    track(this);
  }

  /** @internal */
  static uninitialized(refusal: () => Corr2dError): Tensor {
    const refuse = (): never => {
      throw refusal();
    };
    const nothing = new Proxy({}, { get: refuse, set: refuse, has: refuse });
    const absent = { dtype: "float32", backend: nothing, size: 0, release: () => {}, retain: refuse };
    const tensor = keep(new Tensor(absent as unknown as Storage, [], null));
    (tensor as { ownShape: Shape }).ownShape = nothing as Shape;
    uninitialized.add(tensor);
    return tensor;
  }

  // ——— For core itself ———

  /** Whether a value is a tensor, and not a proxy of one or an object that inherits from one. @internal */
  static is(value: unknown): value is Tensor {
    return typeof value === "object" && value !== null && #storage in value;
  }

  /** Gives a tensor that was made without one its value. @internal */
  initialize(value: Tensor): void {
    const own = this as { ownShape: Shape; ownDtype: TensorDType; ownBackend: Backend; ownSize: number };
    own.ownShape = value.ownShape;
    own.ownDtype = value.ownDtype;
    own.ownBackend = value.ownBackend;
    own.ownSize = value.ownSize;
    this.#storage = value.storage.retain();
    uninitialized.delete(this);
  }

  /** @internal */
  get storage(): Storage {
    if (this.#storage !== null) return this.#storage;
    throw new Corr2dError(
      "DISPOSED",
      `this tensor of shape ${formatShape(this.ownShape)} was used after dispose(), or after the scope it was made in ` +
        "ended: return it from the scope, or keep(tensor) it.",
    );
  }

  /** The node that made this tensor; null for leaves. @internal */
  get gradNode(): GraphNode | null {
    return this.#node;
  }

  /** @internal */
  get leaf(): Tensor {
    return this.#aliasOf ?? this;
  }

  /** @internal */
  attachNode(node: GraphNode): void {
    this.#node = node;
    this.#requiresGrad = true;
  }

  /** Makes this tensor stand for `leaf` in a backward pass that is recorded. @internal */
  aliasLeaf(leaf: Tensor): void {
    this.#aliasOf = leaf;
    this.#requiresGrad = true;
  }

  /** Another tensor of the same value, at the same place in the graph. @internal */
  alias(): Tensor {
    const other = makeTensor(this.storage.retain(), this.ownShape, this.#node);
    if (this.#node === null && this.#requiresGrad) other.aliasLeaf(this.leaf);
    return other;
  }

  /** Adds a gradient that backward brought; it outlives every scope. @internal */
  accumulateGrad(gradient: Tensor): void {
    const total = this.#grad === null ? gradient.alias() : this.#grad.total.add(gradient);
    this.#grad?.total.dispose();
    this.#grad = { total: keep(total), view: null };
  }

  /** The number as a scalar tensor of this dtype, on this backend. @internal */
  scalarLike(value: number | boolean): Tensor {
    return toScalar("scalar", value, this);
  }

  /** @internal */
  fromArray(data: TypedArray, shape: Shape): Tensor {
    return fromArray(this.backend, data, shape, dtypeOf(data) ?? this.dtype);
  }

  // ——— Size and kind ———

  /** Sizes of the axes, outermost first. Frozen. */
  get shape(): Shape {
    this.#shape ??= Object.freeze(this.ownShape.slice());
    return this.#shape;
  }

  /** The kind of its elements. */
  get dtype(): TensorDType {
    return this.ownDtype;
  }

  /** Where the elements are, and what computes with them. */
  get backend(): Backend {
    return this.ownBackend;
  }

  /**
   * The sizes of all axes, or of the axis `dim`, which counts from the end when negative: `x.size(0)` is the batch.
   *
   * @throws INVALID_ARGUMENT for an axis that the tensor does not have.
   */
  size(): Shape;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    if (dim === undefined) return this.shape;
    const size = this.ownShape[normalizeAxis("size", dim, this.ownShape.length)];
    if (size !== undefined) return size;
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `size: Dimension specified as ${dim} but tensor has no dimensions`,
    );
  }

  /**
   * The sizes of exactly `rank` axes, as a tuple: `const [n, c, h, w] = x.sizes(4)`.
   *
   * @throws SHAPE_MISMATCH for a tensor with more axes or fewer.
   */
  sizes<Rank extends number>(rank: Rank): SizesOf<Rank> {
    if (this.ownShape.length !== rank) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `sizes: expected ${describeValue(rank)} axes, but the tensor has ${this.ownShape.length}: ${formatShape(this.ownShape)}`,
      );
    }
    return this.shape as SizesOf<Rank>;
  }

  /** Number of elements. */
  numel(): number {
    return this.ownSize;
  }

  /** Number of axes. */
  dim(): number {
    return this.ownShape.length;
  }

  // ——— Lifetime ———

  /** Whether `dispose` was called, or the scope that owned the tensor ended. */
  get isDisposed(): boolean {
    return this.#storage === null;
  }

  /** Lets go of the memory now instead of at collection. Never necessary; harmless twice. */
  dispose(): void {
    this.#storage?.release();
    this.#storage = null;
  }

  /**
   * Rebinds this tensor to another value of the same shape; what was computed from the old value keeps it. Other tensors do
   * not change with it, also where PyTorch's would be views of one memory.
   *
   * Assignment is recorded as PyTorch's `copy_`: a value that requires gradients makes this tensor a result that does. Inside
   * `noGrad` the value alone changes.
   *
   * @param value a tensor, a number for all elements, or nested numbers.
   * @throws LEAF_ASSIGNED for a leaf that requires gradients outside `noGrad`; SHAPE_MISMATCH, DTYPE_MISMATCH,
   *   BACKEND_MISMATCH.
   */
  assign(value: Tensor | NestedArray): this {
    this.#checkAssignable();
    const source = isTensor(value)
      ? value
      : isPlain(value)
        ? movement.expand(this.scalarLike(value), this.ownShape)
        : this.#fromNested(value);
    checkTensors("assign", [this, source]);
    checkSameDtype("assign", this, source);
    if (!sameShape(source.ownShape, this.ownShape)) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `assign: a tensor of shape ${formatShape(this.ownShape)} cannot take a value of shape ${formatShape(source.ownShape)}`,
      );
    }
    if (isGradEnabled() && (this.#requiresGrad || source.requiresGrad)) this.#rebind(copied(this, source));
    else this.#take(source.storage);
    if (source !== value) source.dispose();
    return this;
  }

  #fromNested(data: NestedArray): Tensor {
    const { values, shape } = fromNested(data, this.dtype);
    return fromArray(this.backend, values, shape, this.dtype);
  }

  /**
   * Assigns a part of this tensor: `x.set([":", "2:6"], 0)` is Python's `x[:, 2:6] = 0`. Recorded as `assign`, so that a
   * tensor can be filled in a loop and gradients reach what it was filled with. Slices, reshapes and other tensors made
   * from this one keep what they have; `sliceScatter` gives a new tensor and leaves this one alone.
   *
   * With a mask, `x.set(mask, 0)` is `x[mask] = 0`: the elements where it is true. The value is a number, or a tensor that broadcasts
   * to the axes that the mask leaves; or one of x's shape, from which the elements under the mask are taken (PyTorch's list of as
   * many elements as the mask is true for would have to be counted).
   *
   * @param ranges one per leading axis, as `slice` takes them: a number, `[start, stop, step]`, `"start:stop:step"`, `"..."` or null;
   *   or a mask of x's first axes.
   * @throws as `assign` and `slice`.
   */
  set(ranges: readonly Range[] | Tensor, value: Operand): this {
    this.#checkAssignable();
    if (isTensor(ranges)) {
      this.#rebind(copiedUnderMask(this, ranges, value));
      return this;
    }
    if (!isList(ranges)) {
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `set: ranges are an array, one per axis, or a mask, but got ${describeValue(ranges)}: write x.set([0], value)`,
      );
    }
    this.#rebind(copiedSlices(this, value, ranges));
    return this;
  }

  #checkAssignable(): void {
    if (this.#node !== null || !this.#requiresGrad || !isGradEnabled()) return;
    throw new Corr2dError(
      "LEAF_ASSIGNED",
      "a leaf Variable that requires grad is being used in an in-place operation. Assign it inside noGrad(() => …), " +
        "as optimisers do.",
    );
  }

  #take(storage: Storage): void {
    storage.retain();
    this.storage.release();
    this.#storage = storage;
    firstRowIds.delete(this);
  }

  /** Takes over the value of `result`, and its place in the graph where that is recorded. */
  #rebind(result: Tensor): void {
    this.#take(result.storage);
    const node = result.gradNode;
    if (node !== null) {
      if (this.#node?.retains === this) {
        this.#node.retains = null;
        node.retains = this;
      }
      this.attachNode(node);
    }
    result.dispose();
  }

  /**
   * The positions of the first axis, each made when the loop arrives at it, and owned by the scope that is open then:
   * `for (const row of x)`, `[...x]`.
   * @throws SHAPE_MISMATCH for a scalar.
   */
  get [Symbol.iterator](): () => IterableIterator<Tensor> {
    return (uninitialized.has(this) ? undefined : rows) as typeof rows;
  }

  // ——— Gradients ———

  /** Whether backward reaches this tensor. */
  get requiresGrad(): boolean {
    return this.#requiresGrad;
  }

  /** @throws DTYPE_UNSUPPORTED for an int32 tensor; INVALID_ARGUMENT for a result of operations. */
  set requiresGrad(value: boolean) {
    if (typeof value !== "boolean") {
      throw new Corr2dError("INVALID_ARGUMENT", `requiresGrad is a boolean, but got ${describeValue(value)}`);
    }
    if (this.#node !== null) {
      if (value) return;
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a " +
          "subgraph that doesn't require differentiation use detach().",
      );
    }
    if (value) checkCanRequireGrad(this.dtype);
    this.#requiresGrad = value;
  }

  /** Whether this tensor is no result of a recorded operation. */
  get isLeaf(): boolean {
    return this.#node === null;
  }

  /** The name of the operation that made this tensor, as printing shows it; null for a leaf. */
  get gradFn(): string | null {
    return this.#node?.op.name ?? null;
  }

  /** What `backward` has accumulated for this leaf, or null. */
  get grad(): Tensor | null {
    const grad = this.#grad;
    if (grad === null) return null;
    if (grad.view === null || grad.view.isDisposed) grad.view = grad.total.alias();
    return grad.view;
  }

  /** Replaces the accumulated gradient; null forgets it. */
  set grad(value: Tensor | null) {
    if (value !== null) checkTensor("grad", value);
    if (value !== null && !sameShape(value.ownShape, this.ownShape)) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `assigned grad has data of a different size: ${formatShape(value.ownShape)} for a tensor of ${formatShape(this.ownShape)}`,
      );
    }
    this.#grad?.total.dispose();
    this.#grad = value === null ? null : { total: keep(value.alias()), view: null };
  }

  /** Asks that backward leave a `.grad` on this result of operations, as it does on leaves. */
  retainGrad(): this {
    if (this.#node !== null) this.#node.retains = this;
    return this;
  }

  /**
   * Calls `hook` with the gradient of this tensor whenever a backward pass brings one, before it is used or accumulated. A tensor that it
   * returns takes the gradient's place.
   *
   * @returns what removes the hook again.
   * @throws INVALID_ARGUMENT for a tensor that does not require gradients; from `backward`: SHAPE_MISMATCH for a replacement of another
   *   shape.
   */
  registerHook(hook: TensorHook): HookRemover {
    if (this.#requiresGrad) return addTensorHook(this.#node ?? this.leaf, hook);
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      "cannot register a hook on a tensor that doesn't require gradient",
    );
  }

  /**
   * Computes the gradient of this tensor with respect to every leaf that requires it, adding to their `.grad`.
   *
   * @param gradient the cotangent, of this tensor's shape; may be left out for a tensor of one element, also before
   *   options: `backward({ retainGraph: true })`.
   * @throws NOT_SCALAR, NO_GRAPH, GRAPH_RELEASED, SHAPE_MISMATCH.
   */
  backward(gradient?: Tensor | BackwardOptions | null, options: BackwardOptions = {}): void {
    backward(this, gradient, options);
  }

  /** The same value, outside the graph. Shares memory. */
  detach(): Tensor {
    return makeTensor(this.storage.retain(), this.ownShape);
  }

  /** The same value in the graph, as a tensor of its own. (Tensors are immutable, so this shares memory too.) */
  clone(): Tensor {
    return movement.reshape(this, this.ownShape);
  }

  // ——— Reading ———

  /**
   * A copy of the elements, row-major: in a new array, or in `into`, which then is what the promise gives. `into` holds
   * them when the promise resolves; until then it is the backend's. Truth values are 0 and 1, in an Int32Array.
   * @throws INVALID_ARGUMENT for unknown options, and unless `into` has the dtype's array class and this tensor's size.
   */
  async data(options?: ReadOptions): Promise<TypedArray> {
    const { backend, handle, stored } = this.storage;
    return backend.read(handle, this.numel(), stored, this.#targetOf(options));
  }

  /**
   * `data` without a promise.
   * @throws SYNC_READ_UNSUPPORTED on a backend that cannot; INVALID_ARGUMENT as `data`.
   */
  dataSync(options?: ReadOptions): TypedArray {
    const { backend, handle, stored } = this.storage;
    if (backend.readSync !== undefined) {
      return backend.readSync(handle, this.numel(), stored, this.#targetOf(options));
    }
    throw new Corr2dError(
      "SYNC_READ_UNSUPPORTED",
      `backend ${backend.name} cannot read synchronously: use await tensor.data(), item() or toArray()`,
    );
  }

  #targetOf(options: ReadOptions | undefined): TypedArray | undefined {
    checkOptions("data", options, READ_OPTIONS, "{ into: array }");
    const into = options?.into;
    if (into === undefined) return into;
    if (ArrayBuffer.isView(into) && dtypeOf(into) === this.storage.stored && into.length === this.numel())
      return into;
    const got = ArrayBuffer.isView(into)
      ? `${dtypeOf(into) ?? "another kind of"} array of ${into.length}`
      : typeof into;
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `data: 'into' must be a ${TENSOR_DTYPES[this.dtype].array.name} of ${this.numel()} elements, but got ${got}`,
    );
  }

  /**
   * The element of a tensor of one; `item<boolean>()` of a bool tensor.
   * @throws NOT_SCALAR unless there is exactly one element.
   */
  async item<T extends number | boolean = number>(): Promise<T> {
    this.#checkSingle();
    return this.#elementOf((await this.data())[0]!) as T;
  }

  /** `item` without a promise. @throws SYNC_READ_UNSUPPORTED on a backend that cannot; NOT_SCALAR. */
  itemSync<T extends number | boolean = number>(): T {
    this.#checkSingle();
    return this.#elementOf(this.dataSync()[0]!) as T;
  }

  #elementOf(value: number): number | boolean {
    return isBool(this.dtype) ? value !== 0 : value;
  }

  #checkSingle(): void {
    if (this.numel() === 1) return;
    throw new Corr2dError(
      "NOT_SCALAR",
      `a Tensor with ${this.numel()} elements cannot be converted to Scalar (shape ${formatShape(this.ownShape)})`,
    );
  }

  /** The elements as nested arrays; a number for a scalar. Of a bool tensor they are booleans: `toArray<boolean>()`. */
  async toArray<T extends number | boolean = number>(): Promise<NestedValues<T>> {
    return this.#nested(await this.data());
  }

  /** `toArray` without a promise. @throws SYNC_READ_UNSUPPORTED on a backend that cannot. */
  toArraySync<T extends number | boolean = number>(): NestedValues<T> {
    return this.#nested(this.dataSync());
  }

  #nested<T extends number | boolean>(data: TypedArray): NestedValues<T> {
    const elements: ArrayLike<number | boolean> = isBool(this.dtype) ? Array.from(data, Boolean) : data;
    return nest(elements as ArrayLike<T>, this.ownShape);
  }

  /** The text that PyTorch prints. On a backend without synchronous reads: the shape only; use `toText`. */
  override toString(): string {
    if (uninitialized.has(this)) return "<UninitializedParameter>";
    if (this.isDisposed) return `tensor(disposed, size=(${this.ownShape.join(", ")}))`;
    if (this.backend.readSync === undefined) {
      return `tensor(…, size=(${this.ownShape.join(", ")}), backend=${this.backend.name})`;
    }
    return this.#format(this.dataSync());
  }

  /**
   * What `JSON.stringify` writes: the numbers in full, nested. NaN and infinities become null there, as JSON has neither.
   * @throws SYNC_READ_UNSUPPORTED on a backend that cannot: stringify `await x.toArray()`.
   */
  toJSON(): NestedValues {
    if (this.backend.readSync !== undefined) return this.toArraySync();
    throw new Corr2dError(
      "SYNC_READ_UNSUPPORTED",
      `JSON reads synchronously, which backend ${this.backend.name} cannot: write JSON.stringify(await x.toArray())`,
    );
  }

  /**
   * `${x}` and `String(x)` are the text of `toString`; operators refuse.
   * @throws INVALID_ARGUMENT for all but texts.
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      "operators do not take tensors: a + b is a.add(b), a * b is a.mul(b), a < b is a.lt(b), a == b is a.eq(b); in a " +
        // biome-ignore lint/suspicious/noTemplateCurlyInString: shown, not filled in
        "text write `${x}`",
    );
  }

  /** Itself. Tools that find a `valueOf` of an object's own compare what it gives, not the fields. */
  override valueOf(): this {
    return this;
  }

  /** Frameworks that wrap plain objects in proxies, such as Vue, leave this kind alone. */
  get [Symbol.toStringTag](): string {
    return "Tensor";
  }

  /** The text that PyTorch prints, on any backend. */
  async toText(): Promise<string> {
    return this.#format(await this.data());
  }

  #format(data: TypedArray): string {
    return formatAsSet(data, this.ownShape, this.dtype, {
      requiresGrad: this.#requiresGrad && this.#node === null,
      gradFn: this.gradFn,
    });
  }

  // ——— Placement and dtype ———

  /**
   * This value on another backend, as a leaf of its own: graphs do not cross backends.
   * @throws DTYPE_UNSUPPORTED when the target does not offer the dtype.
   */
  async to(backend: Backend): Promise<Tensor> {
    return this.#moved(backend, backend === this.backend ? null : await this.data());
  }

  /** `to` without a promise. @throws SYNC_READ_UNSUPPORTED on a backend that cannot; DTYPE_UNSUPPORTED. */
  toSync(backend: Backend): Tensor {
    return this.#moved(backend, backend === this.backend ? null : this.dataSync());
  }

  #moved(backend: Backend, data: TypedArray | null): Tensor {
    if (data === null) return this;
    checkDtype("to", checkBackend(backend), this.dtype);
    const moved = fromArray(backend, data, this.ownShape, this.dtype);
    moved.requiresGrad = this.#requiresGrad;
    return moved;
  }

  /** These values as another dtype; to int32 fractions are cut off towards zero, to bool all but 0 is true. Recorded between floating dtypes. */
  type(dtype: TensorDType): Tensor {
    return cast(this, dtype);
  }
  /** `type("float32")`. */
  float(): Tensor {
    return this.type("float32");
  }
  /** `type("float64")`. @throws DTYPE_UNSUPPORTED on a backend without it. */
  double(): Tensor {
    return this.type("float64");
  }
  /** `type("int32")`: fractions are cut off towards zero. */
  int(): Tensor {
    return this.type("int32");
  }
  /** Whether each element is not 0; NaN is not. */
  bool(): Tensor {
    return this.type("bool");
  }

  /** Zeros of this shape, dtype and backend. */
  zerosLike(): Tensor {
    return makeTensor(fill(this.backend, 0, this.numel(), this.dtype), this.ownShape);
  }
  /** Ones of this shape, dtype and backend. */
  onesLike(): Tensor {
    return makeTensor(fill(this.backend, 1, this.numel(), this.dtype), this.ownShape);
  }

  // ——— Elementwise ———

  /** this + other, or this + alpha · other. */
  add(other: Operand, options?: binary.AddOptions): Tensor {
    return binary.add(this, other, options);
  }
  /** this − other, or this − alpha · other. */
  sub(other: Operand, options?: binary.AddOptions): Tensor {
    return binary.sub(this, other, options);
  }
  /** this · other, broadcasting. */
  mul(other: Operand): Tensor {
    return binary.mul(this, other);
  }
  /**
   * this / other, broadcasting; with `roundingMode` "floor" or "trunc" rounded. Of integers without it the quotient is a fraction.
   */
  div(other: Operand, options?: binary.DivOptions): Tensor {
    return binary.div(this, other, options);
  }
  /** This to the power of `exponent`, broadcasting. */
  pow(exponent: Operand): Tensor {
    return pow(this, exponent);
  }
  /** The larger of the two, element by element, broadcasting; NaN where either is. */
  maximum(other: Operand): Tensor {
    return binary.maximum(this, other);
  }
  /** The smaller of the two, element by element, broadcasting; NaN where either is. */
  minimum(other: Operand): Tensor {
    return binary.minimum(this, other);
  }
  /** Where this = other, broadcasting. No gradient. */
  eq(other: Operand): Tensor {
    return binary.compare("eq", this, other);
  }
  /** Where this ≠ other, broadcasting. No gradient. */
  ne(other: Operand): Tensor {
    return binary.compare("ne", this, other);
  }
  /** Where this < other, broadcasting. No gradient. */
  lt(other: Operand): Tensor {
    return binary.compare("lt", this, other);
  }
  /** Where this ≤ other, broadcasting. No gradient. */
  le(other: Operand): Tensor {
    return binary.compare("le", this, other);
  }
  /** Where this > other, broadcasting. No gradient. */
  gt(other: Operand): Tensor {
    return binary.compare("gt", this, other);
  }
  /** Where this ≥ other, broadcasting. No gradient. */
  ge(other: Operand): Tensor {
    return binary.compare("ge", this, other);
  }
  /** bool: whether both are true; of numbers, what is not 0. */
  logicalAnd(other: Tensor): Tensor {
    return logical.logicalAnd(this, other);
  }
  /** bool: whether one of the two is true, or both. */
  logicalOr(other: Tensor): Tensor {
    return logical.logicalOr(this, other);
  }
  /** bool: whether exactly one of the two is true. */
  logicalXor(other: Tensor): Tensor {
    return logical.logicalXor(this, other);
  }
  /** bool: whether it is not true; of numbers, whether they are 0. */
  logicalNot(): Tensor {
    return logical.logicalNot(this);
  }
  /** bool: which elements are NaN. */
  isnan(): Tensor {
    return logical.isnan(this);
  }
  /** bool: which elements are ∞ or −∞. */
  isinf(): Tensor {
    return logical.isinf(this);
  }
  /** bool: which elements are neither NaN nor ±∞. */
  isfinite(): Tensor {
    return logical.isfinite(this);
  }
  /** Held between `min` and `max`, either of which may be left out; NaN stays. */
  clamp(min?: Parameters<typeof clamp>[1], max?: number | null): Tensor {
    return clamp(this, min, max);
  }
  /** −x. */
  neg(): Tensor {
    return unary("neg", this);
  }
  /** |x|. */
  abs(): Tensor {
    return unary("abs", this);
  }
  /** −1, 0 or 1; NaN stays NaN. */
  sign(): Tensor {
    return unary("sign", this);
  }
  /** x². */
  square(): Tensor {
    return unary("square", this);
  }
  /** To the next integer below. */
  floor(): Tensor {
    return unary("floor", this);
  }
  /** To the next integer above. */
  ceil(): Tensor {
    return unary("ceil", this);
  }
  /** To the nearest integer, halves to the even one. */
  round(): Tensor {
    return unary("round", this);
  }
  /** To the next integer towards zero. */
  trunc(): Tensor {
    return unary("trunc", this);
  }
  /** √x; NaN below 0. */
  sqrt(): Tensor {
    return unary("sqrt", this);
  }
  /** 1 / √x. */
  rsqrt(): Tensor {
    return unary("rsqrt", this);
  }
  /** 1 / x. */
  reciprocal(): Tensor {
    return unary("reciprocal", this);
  }
  /** eˣ. */
  exp(): Tensor {
    return unary("exp", this);
  }
  /** eˣ − 1, exact near 0. */
  expm1(): Tensor {
    return unary("expm1", this);
  }
  /** The natural logarithm; NaN below 0, −∞ at 0. */
  log(): Tensor {
    return unary("log", this);
  }
  /** ln(1 + x), exact near 0. */
  log1p(): Tensor {
    return unary("log1p", this);
  }
  /** The sine of x in radians. */
  sin(): Tensor {
    return unary("sin", this);
  }
  /** The cosine of x in radians. */
  cos(): Tensor {
    return unary("cos", this);
  }
  /** The tangent of x in radians. */
  tan(): Tensor {
    return unary("tan", this);
  }
  /** The error function. */
  erf(): Tensor {
    return unary("erf", this);
  }
  /** max(x, 0). */
  relu(): Tensor {
    return activation.relu(this);
  }
  /** 1 / (1 + e⁻ˣ). */
  sigmoid(): Tensor {
    return activation.sigmoid(this);
  }
  /** The hyperbolic tangent. */
  tanh(): Tensor {
    return activation.tanh(this);
  }
  /** exp(x) over its sum along `dim`, without overflow; the same shape. */
  softmax(dim: number): Tensor {
    return softmax(this, dim);
  }
  /** The logarithm of `softmax`, without overflow. */
  logSoftmax(dim: number): Tensor {
    return logSoftmax(this, dim);
  }

  // ——— Reductions ———

  /** The sum of all elements, or along `dim` (one axis or several). */
  sum(dim?: Dim, options?: KeepDim): Tensor {
    return reduction.sum(this, dim, options);
  }
  /** The mean of all elements, or along `dim`. @throws DTYPE_UNSUPPORTED for integers. */
  mean(dim?: Dim, options?: KeepDim): Tensor {
    return reduction.mean(this, dim, options);
  }
  /** The product of all elements, or along `dim`. */
  prod(dim?: Dim, options?: KeepDim): Tensor {
    return reduction.prod(this, dim, options);
  }
  /** bool: whether any element is true, or not 0; over nothing false. */
  any(dim?: Dim, keepdim?: KeepDim): Tensor {
    return logical.any(this, dim, keepdim);
  }
  /** bool: whether all elements are true, or not 0; over nothing true. */
  all(dim?: Dim, keepdim?: KeepDim): Tensor {
    return logical.all(this, dim, keepdim);
  }
  /** The largest of all elements, or along `dim`; ties share the gradient. */
  amax(dim?: Dim, options?: KeepDim): Tensor {
    return reduction.amax(this, dim, options);
  }
  /** The smallest of all elements, or along `dim`; ties share the gradient. */
  amin(dim?: Dim, options?: KeepDim): Tensor {
    return reduction.amin(this, dim, options);
  }
  /** The largest element, or with `dim` the largest along it and where they are. */
  max(): Tensor;
  max(dim: number, options?: KeepDim): ValuesAndIndices;
  max(dim?: number, options?: KeepDim): Tensor | ValuesAndIndices {
    return dim === undefined ? reduction.amax(this) : reduction.extremeAlong("argmax", this, dim, options);
  }
  /** The smallest element, or with `dim` the smallest along it and where they are. */
  min(): Tensor;
  min(dim: number, options?: KeepDim): ValuesAndIndices;
  min(dim?: number, options?: KeepDim): Tensor | ValuesAndIndices {
    return dim === undefined ? reduction.amin(this) : reduction.extremeAlong("argmin", this, dim, options);
  }
  /**
   * Where the largest element is: its index in the flattened tensor, or along `dim`. int32, the first of equal ones.
   */
  argmax(dim?: number, options?: KeepDim): Tensor {
    return reduction.argmax(this, dim, options);
  }
  /**
   * Where the smallest element is: its index in the flattened tensor, or along `dim`. int32, the first of equal ones.
   */
  argmin(dim?: number, options?: KeepDim): Tensor {
    return reduction.argmin(this, dim, options);
  }
  /** The variance, of all elements or along `dim`; `correction` (default 1) is what is taken off the count. */
  var(dim?: Dim, options?: VarianceOptions): Tensor {
    return reduction.variance(this, dim, options);
  }
  /** The standard deviation, as `var`. */
  std(dim?: Dim, options?: VarianceOptions): Tensor {
    return reduction.std(this, dim, options);
  }
  /** The p-norm (default 2), of all elements or along `dim`. */
  norm(p?: number, dim?: Dim, options?: KeepDim): Tensor {
    return reduction.norm(this, p, dim, options);
  }
  /** ln Σ exp(x), of all elements or along `dim`, without overflow. */
  logsumexp(dim?: Dim, options?: KeepDim): Tensor {
    return reduction.logsumexp(this, dim, options);
  }

  // ——— Movement ———

  /**
   * The same elements, row by row, in another shape: `x.reshape(2, -1)` or `x.reshape([2, -1])`; one size may be −1.
   * @throws SHAPE_MISMATCH.
   */
  reshape(shape: Shape | number, ...rest: number[]): Tensor {
    return movement.reshape(this, sizesFrom(shape, rest));
  }
  /** The axes from `startDim` to `endDim` (default all) as one. */
  flatten(startDim?: number, endDim?: number): Tensor {
    return movement.flatten(this, startDim, endDim);
  }
  /** Without the axes of size 1: all of them, or those of `dim`. */
  squeeze(dim?: number | readonly number[]): Tensor {
    return movement.squeeze(this, dim);
  }
  /** With a new axis of size 1 at `dim`. */
  unsqueeze(dim: number): Tensor {
    return movement.unsqueeze(this, dim);
  }
  /** The axes in another order: `x.permute(2, 0, 1)` or with an array. */
  permute(dims: readonly number[] | number, ...rest: number[]): Tensor {
    return movement.permute(this, sizesFrom(dims, rest));
  }
  /** Two axes exchanged. */
  transpose(dim0: number, dim1: number): Tensor {
    return movement.transpose(this, dim0, dim1);
  }
  /** The transpose of a matrix; of a vector itself. @throws SHAPE_MISMATCH for more than two axes. */
  t(): Tensor {
    return movement.t(this);
  }
  /**
   * Repeated along axes of size 1, and new ones in front; −1 leaves an axis as it is.
   * @throws SHAPE_MISMATCH.
   */
  expand(sizes: Shape | number, ...rest: number[]): Tensor {
    return movement.expand(this, sizesFrom(sizes, rest));
  }
  /** The whole tensor repeated `dims[axis]` times along each axis. */
  tile(dims: readonly number[] | number, ...rest: number[]): Tensor {
    return movement.tile(this, sizesFrom(dims, rest));
  }
  /** In the other order along these axes. */
  flip(dims: number | readonly number[], ...rest: number[]): Tensor {
    return movement.flip(this, sizesFrom(dims, rest));
  }
  /**
   * A rectangular part: `x.slice(0, "2:6")` is Python's `x[0, 2:6]`. A tensor of its own, not a view: assigning it leaves x as
   * it is; `x.set(ranges, value)` writes into x.
   */
  slice(...ranges: readonly Range[]): Tensor {
    return slicing.slice(this, ...ranges);
  }
  /** A copy in which the part that `ranges` name is `src`, which broadcasts to it. (PyTorch names one axis.) */
  sliceScatter(src: Operand, ...ranges: readonly Range[]): Tensor {
    return slicing.sliceScatter(this, src, ...ranges);
  }
  /** `length` elements along `dim`, from `start`. @throws INDEX_OUT_OF_RANGE. */
  narrow(dim: number, start: number, length: number): Tensor {
    return slicing.narrow(this, dim, start, length);
  }
  /** Parts along `dim` (default 0): of this size, the last perhaps smaller, or of these sizes. */
  split<const Sizes extends number | readonly number[]>(
    splitSizeOrSections: Sizes,
    dim?: number,
  ): slicing.Parts<Sizes> {
    return slicing.split(this, splitSizeOrSections, dim);
  }
  /** Cells added around: pairs (before, after) from the last axis backwards, as `pad`. */
  pad(pad: readonly number[], options?: padding.PadOptions): Tensor {
    return padding.pad(this, pad, options);
  }

  // ——— Indexing and products ———

  /**
   * Picks along `dim` by an int32 `index` of as many axes; the result has its shape.
   * @throws INDEX_OUT_OF_RANGE.
   */
  gather(dim: number, index: Tensor): Tensor {
    return indexing.gather(this, dim, index);
  }
  /**
   * A copy with `src` added along `dim` at the places of an int32 `index`.
   * @throws INDEX_OUT_OF_RANGE, SHAPE_MISMATCH.
   */
  scatterAdd(dim: number, index: Tensor, src: Tensor): Tensor {
    return indexing.scatterAdd(this, dim, index, src);
  }
  /** The slices along `dim` that an int32 vector lists. @throws INDEX_OUT_OF_RANGE. */
  indexSelect(dim: number, index: Tensor): Tensor {
    return indexing.indexSelect(this, dim, index);
  }
  /** The product of matrices, vectors, or batches of matrices that broadcast. @throws SHAPE_MISMATCH. */
  matmul(other: Tensor): Tensor {
    return matmul(this, other);
  }
}

if (Symbol.dispose !== undefined) {
  Object.defineProperty(Tensor.prototype, Symbol.dispose, { value: Tensor.prototype.dispose });
}
// Recognised by other copies of core, to say what is wrong instead of "not a tensor".
Object.defineProperty(Tensor.prototype, Symbol.for("@corr2d/core.tensor"), { value: true });

printAsText(Tensor.prototype);
guard(Tensor.prototype);

bindTensor(Tensor);

function nest<T extends number | boolean>(data: ArrayLike<T>, shape: Shape): NestedValues<T> {
  let at = 0;
  const level = (depth: number): NestedValues<T> =>
    depth === shape.length ? data[at++]! : Array.from({ length: shape[depth]! }, () => level(depth + 1));
  return sizeOf(shape) === data.length ? level(0) : [];
}

/**
 * Runs `fn` and frees the tensors made inside, except those it returns (alone, or in arrays, plain objects, Maps
 * and Sets) and those given to `keep`. Values that were rebound into older tensors (`assign`, `.grad`) live on. Training loops wrap
 * a step in it; scopes nest.
 *
 * @throws ASYNC_CALLBACK when `fn` returns a promise.
 */
export function scope<T>(fn: () => T): T {
  return runScope(fn, isTensor);
}

/**
 * A leaf of which neither shape nor value is known yet: what libraries of layers hold until a first input tells them. It can be
 * asked whether it `requiresGrad`, given to optimisers and printed; whatever else is done with it throws.
 *
 * @param refusal makes the error.
 */
export const uninitializedTensor = (refusal: () => Corr2dError): Tensor => Tensor.uninitialized(refusal);

/** Whether `tensor` is an `uninitializedTensor` that still waits for its value. */
export const isUninitialized = (tensor: Tensor): boolean => uninitialized.has(tensor);

/**
 * Gives an `uninitializedTensor` its value, and with it shape, dtype and backend. It stays the same object, so an optimiser that has
 * it trains it.
 * @throws INVALID_ARGUMENT for a tensor that has one.
 */
export function initializeTensor(tensor: Tensor, value: Tensor): void {
  if (!uninitialized.has(tensor)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      "initializeTensor: the tensor has a value; change it with assign(…)",
    );
  }
  tensor.initialize(value);
}
