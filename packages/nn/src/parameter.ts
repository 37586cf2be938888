/**
 * Parameters and buffers: the tensors that a module owns.
 *
 * Operations make plain Tensors, so what is a parameter cannot be told by class: it is remembered here, per tensor.
 * A *parameter* is a leaf that is trained; a *buffer* is state that is not (running statistics). A layer whose sizes
 * are not known yet holds an *uninitialized* parameter, which says so whenever it is touched.
 */
import { type Corr2dError, describeValue, keep, type Tensor } from "@corr2d/core";
import { checkGiven, checkTensor, invalid, type Signature } from "./arguments.ts";

/** A leaf tensor that `Module.parameters()` finds and optimisers train. */
export type Parameter = Tensor;
/** A tensor that `Module.buffers()` finds: saved with the module, moved with it, not trained. */
export type Buffer = Tensor;

export interface BufferOptions {
  /** The name in state dicts (default: the property's own). */
  readonly name?: string | undefined;
  /** Whether state dicts hold it (default true). */
  readonly persistent?: boolean | undefined;
}

// Asked about any value; they have objects only.
const parameters = new WeakSet<object>();
const buffers = new WeakMap<object, BufferOptions>();
/** The layers that uninitialized parameters wait for, by name. */
const uninitialized = new WeakMap<object, string>();

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
  const parameter = keep(data.detach());
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
  const buffer = keep(data.detach());
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

/** Whether `value` was made by `new Parameter`. */
export function isParameter(value: unknown): value is Parameter {
  return parameters.has(value as object);
}

/** What a buffer was made with; undefined for anything else. */
export function bufferOptions(value: unknown): BufferOptions | undefined {
  return buffers.get(value as object);
}

/**
 * What stands for a parameter until its shape is known: any use of it throws.
 *
 * @param layer the name of the layer that will initialise it.
 */
export function uninitializedParameter(layer: string): Parameter {
  const touch = (): never => {
    throw touched(layer);
  };
  const proxy = new Proxy({}, { get: touch, set: touch, has: touch });
  uninitialized.set(proxy, layer);
  return proxy as Parameter;
}

const touched = (layer: string): Corr2dError =>
  invalid(
    `Attempted to use an uninitialized parameter of ${layer}: the first forward tells its shape. Call that with a batch ` +
      "(or a dummy one) before reading, training or saving parameters",
  );

/** @throws INVALID_ARGUMENT if `value` is an uninitialized parameter, saying what to do. */
export function checkInitialized(value: unknown): void {
  const layer = uninitialized.get(value as object);
  if (layer !== undefined) throw touched(layer);
}
