/**
 * Reverse-mode automatic differentiation over a graph that the tensors themselves form.
 *
 * `apply` is the only door from a tensor operation to its result: it runs the forward function and, when an input
 * requires gradients, hangs a node on the output. Edges point from outputs to inputs only. A node saves storages,
 * shapes and edges, never the user's tensors, so a leaf that is assigned after the forward pass keeps its old
 * value in backward. Gradients are written in tensor operations: one rule serves every backend and any order.
 *
 * Sources: Linnainmaa 1970; Griewank & Walther 2008, "Evaluating Derivatives", ch. 3. The per-tensor graph is
 * PyTorch's design (Paszke et al. 2017, "Automatic differentiation in PyTorch").
 */
import { isFloating } from "./dtype.ts";
import { Corr2dError } from "./errors.ts";
import { checkOptions, describeValue, isInstance, isList, type OptionTypes } from "./options.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "./shape.ts";
import { checkFunction, checkSynchronous, runScope, runScoped, type Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** What a gradient function sees of the forward call. */
export interface SavedContext<A> {
  readonly attributes: A;
  /** Input i, as it was; only for ops that save it. */
  input(i: number): Tensor;
  /** The result, as it was; only for ops that save it. */
  output(): Tensor;
  shape(i: number): Shape;
}

/** The gradient for one input from the gradient of the output. It may be broadcast: the engine sums it back to the input's shape. */
export type GradientFunction<A> = (gradient: Tensor, context: SavedContext<A>) => Tensor;

/** A differentiable operation: forward and gradients side by side. */
export interface Op<A = undefined> {
  /** As PyTorch prints it in `grad_fn=<…>`. */
  readonly name: string;
  /** The result, from tensors and attributes; runs without recording. */
  forward(inputs: readonly Tensor[], attributes: A): Tensor;
  /** Which inputs the gradients read: all of them, none (default), or those listed. */
  readonly savesInputs?: true | readonly number[];
  readonly savesOutput?: boolean;
  /** Lets go of what the attributes hold beside numbers, when the graph is released. */
  readonly release?: (attributes: A) => void;
  /** One entry per input (null: not differentiable), or one function for any number of inputs. */
  readonly gradients:
    | readonly (GradientFunction<A> | null)[]
    | ((gradient: Tensor, context: SavedContext<A>, input: number) => Tensor);
  /**
   * Gradients from one call of the backend, an entry for each input, or null where there is no such call: then they are those of
   * `gradients`, as they always are while the backward pass is recorded.
   */
  readonly together?: (
    gradient: Tensor,
    context: SavedContext<A>,
    isWanted: (input: number) => boolean,
  ) => readonly (Tensor | null)[] | null;
}

/** A value as the graph saves it. `storage` is null when only the shape is needed, or after release. */
interface Saved {
  storage: Storage | null;
  readonly shape: Shape;
  readonly edge: Edge | null;
}

/** Where a gradient goes: to the node that made the tensor, or to the leaf itself. */
export type Edge = GraphNode | Tensor;

/** (Of a tensor, `instanceof GraphNode` would ask the proxy at the end of its prototypes.) */
const isNode = (edge: Edge): edge is GraphNode => !(edge instanceof TensorClass);

let nodes = 0;

/** One recorded operation: what its gradients need, and where they go. It is its own `SavedContext`. */
export class GraphNode implements SavedContext<unknown> {
  /** Counts up: a node has a higher number than all that it depends on. */
  readonly number: number = ++nodes;
  readonly op: Op<unknown>;
  readonly attributes: unknown;
  readonly inputs: readonly Saved[];
  readonly #output: Saved;
  /** A non-leaf tensor that asked for its gradient with `retainGrad`. */
  retains: Tensor | null = null;

  constructor(op: Op<unknown>, attributes: unknown, inputs: readonly Saved[], output: Tensor) {
    this.op = op;
    this.attributes = attributes;
    this.inputs = inputs;
    this.#output = {
      storage: op.savesOutput ? output.storage.retain() : null,
      shape: output.ownShape,
      edge: this,
    };
  }

  input(i: number): Tensor {
    return unpack(this.inputs[i]!);
  }

  output(): Tensor {
    return unpack(this.#output);
  }

  shape(i: number): Shape {
    return this.inputs[i]!.shape;
  }

  /** Lets go of everything saved. */
  release(): void {
    for (let i = 0; i < this.inputs.length; i++) releaseSaved(this.inputs[i]!);
    releaseSaved(this.#output);
    this.op.release?.(this.attributes);
  }
}

function releaseSaved(saved: Saved): void {
  saved.storage?.release();
  saved.storage = null;
}

interface TensorConstructor {
  new (storage: Storage, shape: Shape, edge: GraphNode | null): Tensor;
  is(value: unknown): value is Tensor;
}
/** Until `tensor.ts` is loaded there are no tensors; a bundle of a program that makes none leaves it out. */
// biome-ignore lint/complexity/noStaticOnlyClass: a class is what instanceof wants
let TensorClass = class {
  static is(): boolean {
    return false;
  }
} as unknown as TensorConstructor;

/** `tensor.ts` hands its class over once, at load: the one knot between operations and tensors is cut here. */
export function bindTensor(tensorClass: TensorConstructor): void {
  TensorClass = tensorClass;
}

/** A tensor that takes over one reference to `storage`. */
export function makeTensor(storage: Storage, shape: Shape, edge: GraphNode | null = null): Tensor {
  return new TensorClass(storage, shape, edge);
}

/** Whether `value` is a tensor of this copy of core. */
export function isTensor(obj: unknown): obj is Tensor {
  return TensorClass.is(obj);
}

/** Whether `value` is a tensor of another copy of core. */
function isForeign(value: unknown): boolean {
  try {
    return typeof value === "object" && value !== null && Symbol.for("@corr2d/core.tensor") in value;
  } catch (error) {
    if (Corr2dError.isInstance(error)) throw error; // what stands for a tensor that is not there yet says so itself
    return false;
  }
}

/**
 * Throws unless `value` is a tensor of this copy of core.
 * @throws DUPLICATE_CORE, INVALID_ARGUMENT.
 */
export function checkTensor(op: string, value: unknown): asserts value is Tensor {
  if (isTensor(value)) return;
  if (isInstance(value, TensorClass)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `${op}: expected a tensor, but got an object that only looks like one, such as a proxy: use the tensor itself`,
    );
  }
  if (isForeign(value)) {
    throw new Corr2dError(
      "DUPLICATE_CORE",
      `${op}: the tensor was made by another copy of @corr2d/core. \`npm ls @corr2d/core\` lists the copies: ` +
        "let every package use one (npm dedupe, or an override).",
    );
  }
  const got = describeValue(value);
  const way = got.startsWith("an array") ? " (make a tensor of it with tensor(…))" : "";
  throw new Corr2dError("INVALID_ARGUMENT", `${op}: expected a tensor, but got ${got}${way}`);
}

/**
 * Throws unless all operands are tensors, on one backend.
 * @throws DUPLICATE_CORE, INVALID_ARGUMENT; BACKEND_MISMATCH naming both.
 */
export function checkTensors(op: string, tensors: readonly Tensor[]): void {
  for (let i = 0; i < tensors.length; i++) {
    checkTensor(op, tensors[i]);
    const backend = tensors[0]!.ownBackend;
    const other = tensors[i]!.ownBackend;
    if (other !== backend) {
      throw new Corr2dError(
        "BACKEND_MISMATCH",
        `${op}: expected all tensors to be on the same backend, but found at least two, ${backend.name} and ` +
          `${other.name}${backend.name === other.name ? " (two instances)" : ""}. Move one with await tensor.to(backend).`,
      );
    }
  }
}

let recording = true;
let anomalies = false;

/** Whether operations are being recorded for backward. */
export function isGradEnabled(): boolean {
  return recording;
}

function withRecording<T>(enabled: boolean, name: string, fn: () => T): T {
  checkFunction(name, fn);
  const before = recording;
  recording = enabled;
  try {
    const result = fn();
    checkSynchronous(name, result);
    return result;
  } finally {
    recording = before;
  }
}

/**
 * Runs `fn` without recording for backward; results do not require gradients.
 * @throws ASYNC_CALLBACK when `fn` returns a promise.
 */
export function noGrad<T>(fn: () => T): T {
  return withRecording(false, "noGrad", fn);
}

/** Runs `fn` with recording on, inside a `noGrad`. */
export function enableGrad<T>(fn: () => T): T {
  return withRecording(true, "enableGrad", fn);
}

/**
 * Runs `fn` (forward and backward) with every gradient checked for NaN, and names the function that made one.
 * Needs a backend that reads synchronously; slow, for debugging.
 * @throws ANOMALY with PyTorch's message, from the `backward` inside `fn`; ASYNC_CALLBACK when `fn` returns a promise.
 */
export function detectAnomaly<T>(fn: () => T): T {
  checkFunction("detectAnomaly", fn);
  const before = anomalies;
  anomalies = true;
  try {
    const result = fn();
    checkSynchronous("detectAnomaly", result);
    return result;
  } finally {
    anomalies = before;
  }
}

/** Runs an operation and records it when an input requires gradients. Operands have been checked. */
export function apply<A>(op: Op<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  let record = false;
  if (recording) {
    for (let i = 0; i < inputs.length; i++) if (inputs[i]!.requiresGrad) record = true;
  }
  if (!record) return op.forward(inputs, attributes);
  recording = false;
  let output: Tensor;
  try {
    output = op.forward(inputs, attributes);
  } finally {
    recording = true;
  }
  if (!isFloating(output.dtype)) return output;
  const saves = op.savesInputs;
  const saved = new Array<Saved>(inputs.length);
  for (let i = 0; i < inputs.length; i++) {
    const tensor = inputs[i]!;
    saved[i] = {
      storage: saves === true || saves?.includes(i) ? tensor.storage.retain() : null,
      shape: tensor.ownShape,
      edge: tensor.requiresGrad ? (tensor.gradNode ?? tensor.leaf) : null,
    };
  }
  output.attachNode(new GraphNode(op as Op<unknown>, attributes, saved, output));
  return output;
}

/** Options of `backward`. */
export interface BackwardOptions {
  /** Keep what the graph saved, for another backward (default: the value of `createGraph`). */
  readonly retainGraph?: boolean | undefined;
  /** Record the backward pass itself, so that gradients can be differentiated again (default false). */
  readonly createGraph?: boolean | undefined;
}

export function releasedError(): Corr2dError {
  return new Corr2dError(
    "GRAPH_RELEASED",
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already " +
      "been freed). Saved intermediate values of the graph are freed when you call backward() or grad(). Specify " +
      "retainGraph: true if you need to backward through the graph a second time.",
  );
}

/** A saved value as a tensor again, joined to the graph it came from. */
function unpack(saved: Saved): Tensor {
  if (saved.storage === null) throw releasedError();
  const { edge } = saved;
  if (edge === null || isNode(edge)) return makeTensor(saved.storage.retain(), saved.shape, edge);
  const alias = makeTensor(saved.storage.retain(), saved.shape);
  alias.aliasLeaf(edge);
  return alias;
}

/** Sums `gradient` over the axes along which a value of `shape` was broadcast. */
function unbroadcast(gradient: Tensor, shape: Shape): Tensor {
  if (sameShape(gradient.ownShape, shape)) return gradient;
  const extra = gradient.ownShape.length - shape.length;
  const axes: number[] = [];
  for (let axis = 0; axis < gradient.ownShape.length; axis++) {
    if (axis < extra || (shape[axis - extra] === 1 && gradient.ownShape[axis] !== 1)) axes.push(axis);
  }
  return gradient.sum(axes).reshape(shape);
}

function gradientsTogether(
  node: GraphNode,
  gradient: Tensor,
  isWanted: (input: number) => boolean,
): readonly (Tensor | null)[] | null {
  const { together } = node.op;
  return together === undefined ? null : runScope(() => together(gradient, node, isWanted), isTensor);
}

/** @param made the gradient, where it was made together with others */
function gradientFor(
  node: GraphNode,
  index: number,
  gradient: Tensor,
  made: Tensor | null | undefined,
): Tensor {
  const { gradients } = node.op;
  const { shape } = node.inputs[index]!;
  const result =
    made ??
    runScoped(() => {
      const raw =
        typeof gradients === "function"
          ? gradients(gradient, node, index)
          : gradients[index]!(gradient, node);
      const fitted = unbroadcast(raw, shape);
      // A rule may hand its argument on (addition does); the engine disposes both, so they must be two tensors.
      return fitted === gradient ? gradient.alias() : fitted;
    });
  if (!sameShape(result.ownShape, shape)) {
    throw new Corr2dError(
      "INTERNAL",
      `${node.op.name} returned a gradient of shape ${formatShape(result.ownShape)} for an input of shape ` +
        formatShape(shape),
    );
  }
  if (anomalies) checkNaN(node, index, result);
  return result;
}

function checkNaN(node: GraphNode, index: number, gradient: Tensor): void {
  if (gradient.dataSync().some(Number.isNaN)) {
    throw new Corr2dError(
      "ANOMALY",
      `Function '${node.op.name}' returned nan values in its ${index}th output.`,
    );
  }
}

/** A node's inputs that a gradient must be computed for. */
function wanted(node: GraphNode, index: number): Edge | null {
  const { gradients } = node.op;
  return typeof gradients === "function" || gradients[index] ? node.inputs[index]!.edge : null;
}

/** What looks at, or replaces, the gradient of a tensor on its way. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing
export type TensorHook = (gradient: Tensor) => Tensor | undefined | void;

const hooks = new WeakMap<Edge, Set<TensorHook>>();
/** Most programs have no hooks, and do not look for any. */
let hasHooks = false;

/** What takes a hook away again. */
export interface HookRemover {
  remove(): void;
}

/** Calls `hook` with every gradient that arrives at `edge`. */
export function addTensorHook(edge: Edge, hook: TensorHook): HookRemover {
  checkFunction("registerHook", hook);
  hasHooks = true;
  const own = hooks.get(edge) ?? new Set();
  hooks.set(edge, own.add(hook));
  return {
    remove: () => {
      own.delete(hook);
    },
  };
}

/** The gradient after the hooks of `edge`; takes over `gradient`. */
function hooked(edge: Edge, gradient: Tensor): Tensor {
  let result = gradient;
  for (const hook of hooks.get(edge) ?? []) {
    const before = result;
    const changed = hook(before);
    if (changed === undefined || changed === before) continue;
    checkTensors("registerHook", [before, changed]);
    if (!sameShape(changed.ownShape, before.ownShape)) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `registerHook: hook has changed the size of value: ${formatShape(before.ownShape)} to ${formatShape(changed.ownShape)}`,
      );
    }
    result = changed.alias(); // the engine disposes it, and a hook may return a tensor of its own
    before.dispose();
  }
  return result;
}

/** The nodes below `root`, the newest first: each comes after all that depend on it. */
function newestFirst(root: GraphNode): GraphNode[] {
  const found = [root];
  const seen = new Set<Edge>().add(root);
  let sorted = true; // as in a chain; sorting costs more than a small operation
  for (const node of found) {
    for (let i = 0; i < node.inputs.length; i++) {
      const edge = wanted(node, i);
      if (edge === null || !isNode(edge) || seen.has(edge)) continue;
      sorted &&= edge.number < found[found.length - 1]!.number;
      seen.add(edge);
      found.push(edge);
    }
  }
  return sorted ? found : found.sort((a, b) => b.number - a.number);
}

/** The targets, and those of `order` that lead to one of them. */
function leadingTo(targets: ReadonlySet<Edge>, order: readonly GraphNode[]): ReadonlySet<Edge> {
  const leading = new Set(targets);
  for (let n = order.length - 1; n >= 0; n--) {
    const node = order[n]!;
    for (let i = 0; i < node.inputs.length; i++) {
      const edge = wanted(node, i);
      if (edge !== null && leading.has(edge)) leading.add(node);
    }
  }
  return leading;
}

/** Adds a gradient to what an edge has received; takes over `gradient`. */
function accumulate(received: Map<Edge, Tensor>, edge: Edge, gradient: Tensor): void {
  const before = received.get(edge);
  if (before === undefined) {
    received.set(edge, gradient);
    return;
  }
  received.set(edge, before.add(gradient));
  before.dispose();
  gradient.dispose();
}

/**
 * The engine: sends `gradient` from `root` down the graph. Without `targets`, leaves accumulate into `.grad`; with
 * them, the gradients that reached each target are returned and no `.grad` is touched.
 */
function propagate(
  root: Tensor,
  gradient: Tensor,
  options: BackwardOptions,
  targets: ReadonlySet<Edge> | null,
): Map<Edge, Tensor> {
  const createGraph = options.createGraph ?? false;
  const retainGraph = options.retainGraph ?? createGraph;
  const start: Edge = root.gradNode ?? root.leaf;
  const received = new Map<Edge, Tensor>().set(start, gradient.alias());
  const run = () => {
    const order = isNode(start) ? newestFirst(start) : [];
    const useful = targets === null ? null : leadingTo(targets, order);
    const edgeOf = (node: GraphNode, i: number): Edge | null => {
      const edge = wanted(node, i);
      return edge === null || useful?.has(edge) === false ? null : edge;
    };
    for (const node of order) {
      let arrived = received.get(node);
      if (arrived === undefined) continue;
      if (hasHooks) {
        arrived = hooked(node, arrived);
        received.set(node, arrived);
      }
      node.retains?.accumulateGrad(arrived);
      const made = createGraph ? null : gradientsTogether(node, arrived, (i) => edgeOf(node, i) !== null);
      for (let i = 0; i < node.inputs.length; i++) {
        const edge = edgeOf(node, i);
        if (edge === null) made?.[i]?.dispose();
        else accumulate(received, edge, gradientFor(node, i, arrived, made?.[i]));
      }
      if (!retainGraph) node.release();
      if (targets?.has(node)) continue;
      received.delete(node);
      arrived.dispose();
    }
    for (const [edge, arrived] of received) {
      if (isNode(edge)) continue; // a target, whose hooks have run
      const gradient = hasHooks ? hooked(edge, arrived) : arrived;
      if (targets !== null) {
        received.set(edge, gradient);
        continue;
      }
      edge.accumulateGrad(gradient);
      gradient.dispose();
    }
  };
  if (createGraph) enableGrad(run);
  else noGrad(run);
  return received;
}

/** The gradient to start from: given and checked, or 1 for a scalar. */
function seed(root: Tensor, gradient: Tensor | undefined): Tensor {
  if (!root.requiresGrad) {
    throw new Corr2dError(
      "NO_GRAPH",
      "element 0 of tensors does not require grad and does not have a grad_fn: nothing that led to this tensor " +
        "requires gradients, or it was computed inside noGrad. Make a leaf with requiresGrad: true.",
    );
  }
  if (gradient === undefined) {
    if (sizeOf(root.ownShape) !== 1) {
      throw new Corr2dError(
        "NOT_SCALAR",
        `grad can be implicitly created only for scalar outputs, but this tensor has shape ${formatShape(root.ownShape)}: ` +
          "reduce it (for example .sum()) or pass backward(gradient).",
      );
    }
    return root.onesLike();
  }
  checkTensor("the gradient", gradient);
  if (!sameShape(gradient.ownShape, root.ownShape)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Mismatch in shape: the gradient has shape ${formatShape(gradient.ownShape)} and the tensor ${formatShape(root.ownShape)}`,
    );
  }
  if (gradient.dtype !== root.dtype) {
    throw new Corr2dError(
      "DTYPE_MISMATCH",
      `backward: the gradient is ${gradient.dtype} and the tensor ${root.dtype}; cast it with .type("${root.dtype}")`,
    );
  }
  checkTensors("backward", [root, gradient]);
  return gradient;
}

const BACKWARD_OPTIONS: OptionTypes = { retainGraph: "boolean", createGraph: "boolean" };
const GRAD_OPTIONS: OptionTypes = { ...BACKWARD_OPTIONS, gradOutputs: "any", allowUnused: "boolean" };

/** `tensor.backward`: gradients of `root` accumulate in the `.grad` of every leaf that requires them. */
export function backward(
  root: Tensor,
  gradient: Tensor | BackwardOptions | null | undefined,
  options: BackwardOptions = {},
): void {
  if (gradient !== undefined && gradient !== null && !isTensor(gradient)) {
    checkOptions("backward", gradient, BACKWARD_OPTIONS);
    backward(root, undefined, gradient as BackwardOptions);
    return;
  }
  checkOptions("backward", options, BACKWARD_OPTIONS, "{ retainGraph: true }");
  run(root, gradient ?? undefined, options);
}

function run(root: Tensor, gradient: Tensor | undefined, options: BackwardOptions): void {
  const start = seed(root, gradient);
  propagate(root, start, options, null);
  if (gradient === undefined) start.dispose();
}

/** Options of `grad`. */
export interface GradOptions extends BackwardOptions {
  /** What the gradient of `outputs` is (default 1, for a scalar). */
  readonly gradOutputs?: Tensor | undefined;
  /** Give null for an input that does not lead to the output (default false). */
  readonly allowUnused?: boolean | undefined;
}

/**
 * Gradients of `outputs`, one tensor, with respect to `inputs` (leaves or not), without touching any `.grad`: PyTorch's
 * `autograd.grad`.
 *
 * @param outputs a scalar, or any shape with `gradOutputs` given.
 * @param inputs one tensor or several.
 * @returns one tensor per input, of its shape.
 * @throws NOT_SCALAR, NO_GRAPH, GRAPH_RELEASED; NO_GRAPH when an input does not lead to the output, unless `allowUnused`.
 */
export function grad(
  outputs: Tensor,
  inputs: Tensor | readonly Tensor[],
  options: GradOptions & { readonly allowUnused?: false },
): Tensor[];
export function grad(
  outputs: Tensor,
  inputs: Tensor | readonly Tensor[],
  options?: GradOptions & { readonly allowUnused?: boolean },
): (Tensor | null)[];
export function grad(
  outputs: Tensor,
  inputs: Tensor | readonly Tensor[],
  options: GradOptions & { readonly allowUnused?: boolean } = {},
): (Tensor | null)[] {
  checkOptions("grad", options, GRAD_OPTIONS, "{ createGraph: true }");
  checkTensor("grad", outputs);
  const list: readonly Tensor[] = isList(inputs) ? inputs : [inputs as Tensor];
  const edges = Array.from(list, (tensor): Edge => {
    checkTensor("grad", tensor);
    if (!tensor.requiresGrad) {
      throw new Corr2dError("NO_GRAPH", "grad: one of the inputs does not require gradients");
    }
    return tensor.gradNode ?? tensor.leaf;
  });
  const start = seed(outputs, options.gradOutputs);
  const received = propagate(outputs, start, options, new Set(edges));
  if (options.gradOutputs === undefined) start.dispose();
  return edges.map((edge, i) => {
    const gradient = received.get(edge);
    if (gradient !== undefined) return edges.indexOf(edge) === i ? gradient : gradient.alias();
    if (options.allowUnused) return null;
    throw new Corr2dError(
      "NO_GRAPH",
      "One of the differentiated Tensors appears to not have been used in the graph. Set allowUnused: true if this " +
        "is the desired behavior.",
    );
  });
}
