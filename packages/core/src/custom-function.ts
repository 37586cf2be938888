/**
 * Differentiable functions of one's own: PyTorch's `autograd.Function`.
 *
 * The forward runs without being recorded, whatever it calls; the whole is one node of the graph, whose gradients are what the class
 * says. A backward that is written in tensor operations can be differentiated again.
 */
import {
  apply,
  checkTensors,
  isTensor,
  makeTensor,
  type Op,
  releasedError,
  type SavedContext,
} from "./autograd.ts";
import { Corr2dError } from "./errors.ts";
import { fill } from "./ops/fill.ts";
import { describeValue, isList } from "./options.ts";
import { broadcastShapes, formatShape, type Shape, sameShape, sizeOf } from "./shape.ts";
import { keep, runScoped } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** What forward and backward of one call share. Other fields are free for whatever else backward needs. */
export interface FunctionContext {
  /** Keeps tensors for backward: arguments, the output, or others. */
  saveForBackward(...tensors: readonly Tensor[]): void;
  /** What was saved, in its order. @throws GRAPH_RELEASED after a backward that did not retain the graph. */
  readonly savedTensors: readonly Tensor[];
  /** For each argument of forward whether its gradient is asked for; those of the others may be null. */
  readonly needsInputGrad: readonly boolean[];
  [field: string]: unknown;
}

/** A gradient for each argument of forward, null where there is none; without an array where there is one argument. */
export type FunctionGradients = Tensor | null | readonly (Tensor | null)[];

/** The arguments of a forward behind its context. */
type Arguments<F> = F extends (context: FunctionContext, ...args: infer A) => Tensor ? A : never;

/** One call. */
class Call implements FunctionContext {
  [field: string]: unknown;
  readonly needsInputGrad: readonly boolean[];
  /** Null once the graph has been released. */
  saved: Tensor[] | null = [];
  /** Which of `saved` is the output: it gets its place in the graph after forward. */
  savedOutput: readonly boolean[] = [];
  /** The tensors that `saved` are other names of, until forward returns. */
  originals: readonly Tensor[] = [];
  /** In backward: what knows the output in its place. */
  node: SavedContext<Call> | null = null;
  /** The gradients of one backward pass, until the engine has asked for each. */
  pending: { readonly gradient: Tensor; readonly results: (Tensor | null)[] } | null = null;

  constructor(args: readonly unknown[]) {
    this.needsInputGrad = args.map((arg) => isTensor(arg) && arg.requiresGrad);
  }

  saveForBackward(...tensors: readonly Tensor[]): void {
    for (const tensor of tensors) {
      if (isTensor(tensor)) continue;
      throw new Corr2dError(
        "INVALID_ARGUMENT",
        `saveForBackward can only save tensors, but got ${describeValue(tensor)}: make it a field of the context`,
      );
    }
    this.release();
    this.originals = tensors;
    this.saved = tensors.map((tensor) => keep(tensor.alias()));
  }

  get savedTensors(): readonly Tensor[] {
    if (this.saved === null) throw releasedError();
    const { node } = this;
    return this.saved.map((tensor, i) => (this.savedOutput[i] && node !== null ? node.output() : tensor));
  }

  release(): void {
    for (const tensor of this.saved ?? []) tensor.dispose();
    for (const tensor of this.pending?.results ?? []) tensor?.dispose();
    this.saved = null;
    this.pending = null;
  }
}

/**
 * Extend it with a static `forward(context, …args)`, which gives one tensor, and a static `backward(context, gradient)`; then
 * `YourFunction.apply(…args)` is differentiable.
 *
 * Source: Paszke et al. 2019, "PyTorch: an imperative style, high-performance deep learning library", section 4.2.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: PyTorch's form, which ports have
export abstract class CustomFunction {
  // biome-ignore lint/suspicious/noExplicitAny: each function says what its own takes
  static forward(_context: FunctionContext, ..._args: any[]): Tensor {
    // biome-ignore lint/complexity/noThisInStatic: as below
    throw missing(this.name, "forward");
  }

  static backward(_context: FunctionContext, _gradient: Tensor): FunctionGradients {
    // biome-ignore lint/complexity/noThisInStatic: as below
    throw missing(this.name, "backward");
  }

  /**
   * Runs `forward`, recorded as one operation.
   *
   * @throws INVALID_ARGUMENT for a forward that gives no tensor; BACKEND_MISMATCH. From `backward`: INVALID_ARGUMENT for another number
   *   of gradients than arguments, SHAPE_MISMATCH for one that does not fit.
   */
  static apply<This extends typeof CustomFunction>(this: This, ...args: Arguments<This["forward"]>): Tensor {
    // biome-ignore lint/complexity/noThisInStatic: the class that extends this one
    return record(this, args);
  }
}

function record(type: typeof CustomFunction, values: readonly unknown[]): Tensor {
  const { name } = type;
  const places = values.flatMap((arg, i) => (isTensor(arg) ? [i] : []));
  const tensors = places.map((place) => values[place] as Tensor);
  checkTensors(name, tensors);
  // No graph holds what is not saved.
  const others = values.map((arg) => (isTensor(arg) ? null : arg));
  const op: Op<Call> = {
    name: `${name}Backward`,
    forward: (inputs, call) => {
      const own = [...others];
      for (const [i, place] of places.entries()) own[place] = inputs[i]!;
      return runScoped(() => {
        const output: unknown = type.forward(call, ...own);
        if (!isTensor(output)) {
          throw new Corr2dError(
            "INVALID_ARGUMENT",
            `${name}.forward: expected to return a tensor, but got ${describeValue(output)}`,
          );
        }
        call.savedOutput = call.originals.map((tensor) => tensor === output);
        call.originals = [];
        // An argument that is handed on has a place in the graph already.
        return inputs.includes(output) ? output.detach() : output;
      });
    },
    savesOutput: true,
    release: (call) => call.release(),
    gradients: (gradient, node, input) => {
      const call = node.attributes;
      if (call.pending?.gradient !== gradient) {
        call.node = node;
        const results = listOf(name, type.backward(call, gradient), values.length);
        // The engine asks for one after the other, each in a scope of its own.
        const owned = places.map((place, i) =>
          call.needsInputGrad[place] ? fitted(name, place, results[place], node.shape(i)) : null,
        );
        call.pending = { gradient, results: owned };
      }
      const { results } = call.pending;
      const result = results[input];
      results[input] = null;
      return (
        result ??
        makeTensor(fill(gradient.backend, 0, sizeOf(node.shape(input)), gradient.dtype), node.shape(input))
      );
    },
  };
  const call = new Call(values);
  const output = apply(op, tensors, call);
  if (output.gradNode === null) call.release();
  return output;
}

const missing = (name: string, method: string): Corr2dError =>
  new Corr2dError(
    "INVALID_ARGUMENT",
    `${name} has no static ${method}: write one to use it as a differentiable function`,
  );

function listOf(name: string, given: FunctionGradients, count: number): readonly unknown[] {
  const list: readonly unknown[] = isList(given) ? given : [given];
  if (list.length === count) return list;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `function ${name}Backward returned an incorrect number of gradients (expected ${count}, got ${list.length})`,
  );
}

function fitted(name: string, place: number, result: unknown, shape: Shape): Tensor | null {
  if (result === null || result === undefined) return null;
  if (!isTensor(result)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `function ${name}Backward: expected a tensor or null as gradient ${place}, but got ${describeValue(result)}`,
    );
  }
  if (!expandsTo(shape, result.ownShape)) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Function ${name}Backward returned an invalid gradient at index ${place} - got ${formatShape(result.ownShape)} but ` +
        `expected shape compatible with ${formatShape(shape)}`,
    );
  }
  return keep(result.alias());
}

function expandsTo(shape: Shape, larger: Shape): boolean {
  try {
    return sameShape(broadcastShapes(shape, larger), larger);
  } catch {
    return false;
  }
}
