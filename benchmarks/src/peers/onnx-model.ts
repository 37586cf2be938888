/**
 * Writes the few ONNX models that the benchmark needs, in Protocol Buffers' wire format: a graph of some nodes over
 * float32 tensors. Field numbers are those of onnx.proto3 (Open Neural Network Exchange, IR version 8).
 */

export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integers and lists of integers; no other kind is needed. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

export interface OnnxGraph {
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
  /** Weights that are part of the model, so that a runtime may lay them out once. */
  readonly constants?: readonly (OnnxTensor & { readonly data: Float32Array })[];
}

const FLOAT = 1;
const IR_VERSION = 8;
const OPSET = 17;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

/** Protocol Buffers: a varint is seven bits a byte, lowest first. Ours are never negative. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

const integer = (field: number, value: number): Uint8Array =>
  Uint8Array.from([...varint(field * 8), ...varint(value)]);

/** A field with a length: text, bytes, or a message that is itself a list of fields. */
function block(field: number, content: string | Uint8Array | readonly Uint8Array[]): Uint8Array {
  const bytes =
    typeof content === "string"
      ? new TextEncoder().encode(content)
      : content instanceof Uint8Array
        ? content
        : Buffer.concat(content);
  return Buffer.concat([Uint8Array.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes]);
}

function attribute(name: string, value: number | readonly number[]): Uint8Array {
  const fields =
    typeof value === "number"
      ? [integer(3, value), integer(20, ATTRIBUTE_INT)]
      : [...value.map((item) => integer(8, item)), integer(20, ATTRIBUTE_INTS)];
  return block(5, [block(1, name), ...fields]);
}

const node = ({ op, inputs, outputs, attributes = {} }: OnnxNode): Uint8Array =>
  block(1, [
    ...inputs.map((name) => block(1, name)),
    ...outputs.map((name) => block(2, name)),
    block(4, op),
    ...Object.entries(attributes).map(([name, value]) => attribute(name, value)),
  ]);

/** ValueInfoProto: a name and the type "tensor of float32 of this shape". */
function valueInfo(field: number, { name, shape }: OnnxTensor): Uint8Array {
  const dimensions = shape.map((size) => block(1, [integer(1, size)]));
  return block(field, [block(1, name), block(2, [block(1, [integer(1, FLOAT), block(2, dimensions)])])]);
}

function constant({ name, shape, data }: OnnxTensor & { readonly data: Float32Array }): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return block(5, [
    ...shape.map((size) => integer(1, size)),
    integer(2, FLOAT),
    block(8, name),
    block(9, bytes),
  ]);
}

/** The bytes of a ModelProto. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const body = [
    ...graph.nodes.map(node),
    block(2, "benchmark"),
    ...(graph.constants ?? []).map(constant),
    ...graph.inputs.map((tensor) => valueInfo(11, tensor)),
    ...graph.outputs.map((tensor) => valueInfo(12, tensor)),
  ];
  return Buffer.concat([integer(1, IR_VERSION), block(7, body), block(8, [block(1, ""), integer(2, OPSET)])]);
}
