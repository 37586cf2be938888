/**
 * Parameters and buffers: the tensors that a module owns.
 *
 * Operations make plain Tensors, so what is a parameter cannot be told by class: it is remembered here, per tensor.
 * A *parameter* is a leaf that is trained; a *buffer* is state that is not (running statistics). A layer whose sizes
 * are not known yet holds an *uninitialized* parameter, which says so when its value is asked for.
 */
import {
  describeValue,
  initializeTensor,
  isUninitialized,
  keep,
  type Shape,
  scope,
  type Tensor,
  type TensorOptions,
  uninitializedTensor,
  zeros,
} from "@corr2d/core";
import { checkGiven, checkTensor, invalid, type Signature } from "./arguments.ts";

// Only for the compiler, which then refuses a plain tensor where one of these belongs.
declare const kind: unique symbol;

/** A leaf tensor that `Module.parameters()` finds and optimisers train. */
export type Parameter = Tensor & { readonly [kind]: "parameter" };
/** A tensor that `Module.buffers()` finds: saved with the module, moved with it, not trained. */
export type Buffer = Tensor & { readonly [kind]: "buffer" };

/** Options of `Buffer`. */
export interface BufferOptions {
  /** The name in state dicts (default: the property's own). */
  readonly name?: string | undefined;
  /** Whether state dicts hold it (default true). */
  readonly persistent?: boolean | undefined;
}

// Asked about any value; they have objects only.
const parameters = new WeakSet<object>();
const buffers = new WeakMap<object, BufferOptions>();

const PARAMETER: Signature = {
  options: { requiresGrad: "boolean" },
  positional: { boolean: ["requiresGrad"] },
};
const BUFFER: Signature = {
  options: { name: "any", persistent: "boolean" },
  positional: { boolean: ["persistent"], string: ["name"] },
};

function makeParameter(
  data: Tensor,
  options: { readonly requiresGrad?: boolean } = {},
  ...surplus: never[]
): Parameter {
  checkTensor("Parameter", data);
  checkGiven("Parameter", PARAMETER, options, surplus);
  const parameter = keep(data.detach()) as Parameter;
  parameter.requiresGrad = options.requiresGrad ?? true;
  parameters.add(parameter);
  return parameter;
}

function makeBuffer(data: Tensor, options: BufferOptions = {}, ...surplus: never[]): Buffer {
  checkTensor("Buffer", data);
  checkGiven("Buffer", BUFFER, options, surplus);
  const { name, persistent } = options;
  if (name !== undefined && typeof name !== "string") {
    throw invalid(`Buffer: 'name' is a string, but got ${describeValue(name)}`);
  }
  const buffer = keep(data.detach()) as Buffer;
  buffers.set(buffer, { name, persistent });
  return buffer;
}

/**
 * `new Parameter(data)`: a parameter with the value of `data`, which outlives every scope.
 *
 * @param data any floating tensor; its graph is left behind.
 * @param options `requiresGrad`, default true.
 * @throws DTYPE_UNSUPPORTED for int32 (unless `requiresGrad` is false).
 */
export const Parameter: new (data: Tensor, options?: { readonly requiresGrad?: boolean }) => Parameter =
  makeParameter as never;

/** `new Buffer(data, { name, persistent })`: a buffer with the value of `data`, which outlives every scope. */
export const Buffer: new (data: Tensor, options?: BufferOptions) => Buffer = makeBuffer as never;

/**
 * A tensor of its own with the value of `tensor`, of the same kind, which outlives every scope; a parameter's gradient stays behind,
 * as in PyTorch.
 *
 * @param layer the name of the layer that holds it.
 */
export function copyOfTensor(tensor: Tensor, layer: string): Tensor {
  const options = bufferOptions(tensor);
  if (options !== undefined) {
    return isUninitialized(tensor) ? uninitializedBuffer(layer, options) : new Buffer(tensor, options);
  }
  const { requiresGrad } = tensor;
  if (isParameter(tensor)) {
    if (!isUninitialized(tensor)) return new Parameter(tensor, { requiresGrad });
    const copy = uninitializedParameter(layer);
    copy.requiresGrad = requiresGrad;
    return copy;
  }
  const copy = keep(tensor.detach());
  copy.requiresGrad = requiresGrad;
  if (tensor.grad !== null) copy.grad = keep(tensor.grad.detach());
  return copy;
}

/** Whether `value` was made by `new Parameter`. */
export function isParameter(value: unknown): value is Parameter {
  return parameters.has(value as object);
}

/** What a buffer was made with; undefined for anything else. */
export function bufferOptions(value: unknown): BufferOptions | undefined {
  return buffers.get(value as object);
}

function withoutValue(kind: "parameter" | "buffer", layer: string): Tensor {
  const text =
    `Attempted to use an uninitialized ${kind} of ${layer}: its first input tells its shape. Call the network with a batch ` +
    "(or a dummy one) before reading or saving parameters";
  return uninitializedTensor(() => invalid(text));
}

/**
 * A parameter whose shape is not known yet: it can be given to an optimiser, and whatever needs its value throws.
 *
 * @param layer the name of the layer that will initialise it.
 */
export function uninitializedParameter(layer: string): Parameter {
  const parameter = withoutValue("parameter", layer) as Parameter;
  parameter.requiresGrad = true;
  parameters.add(parameter);
  return parameter;
}

/** Gives an uninitialized parameter zeros of a shape; one that has a value keeps it. */
export function initializeParameter(
  parameter: Parameter,
  shape: Shape,
  { dtype, backend }: Pick<TensorOptions, "dtype" | "backend">,
): void {
  if (!isUninitialized(parameter)) return;
  scope(() => initializeTensor(parameter, zeros(shape, { dtype, backend })));
}

/** A buffer whose shape is not known yet: whatever needs its value throws. */
export function uninitializedBuffer(layer: string, options: BufferOptions): Buffer {
  const buffer = withoutValue("buffer", layer) as Buffer;
  buffers.set(buffer, options);
  return buffer;
}

/** Gives an uninitialized buffer its value; one that has a value keeps it. */
export function initializeBuffer(buffer: Buffer, value: () => Tensor): void {
  if (isUninitialized(buffer)) initializeTensor(buffer, value());
}
