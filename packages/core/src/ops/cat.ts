/** Tensors side by side: along an axis they have, or along a new one. */
import { apply, checkTensors, makeTensor, type Op } from "../autograd.ts";
import { type TensorDType, widerDtype } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { describeValue, isList } from "../options.ts";
import { formatShape, normalizeAxis, type Shape, sameShape, sizeOf } from "../shape.ts";
import { runScoped, Storage } from "../storage.ts";
import type { Tensor } from "../tensor.ts";
import { cast } from "./cast.ts";
import { embed, reshape, unsqueeze } from "./movement.ts";
import { narrow } from "./slice.ts";
import { where } from "./where.ts";

interface CatAttributes {
  readonly axis: number;
  readonly shape: Shape;
}

const CAT: Op<CatAttributes> = {
  name: "CatBackward0",
  forward(tensors, { axis, shape }) {
    const parts = tensors.filter((tensor) => tensor.numel() > 0);
    const { backend, dtype, stored } = tensors[0]!.storage;
    if (parts.length === 0) return reshape(tensors[0]!, shape);
    const outer = sizeOf(shape.slice(0, axis));
    const inner = sizeOf(shape.slice(axis + 1));
    if (backend.concat === undefined) {
      return runScoped(() =>
        reshape(
          composedConcat(parts.map((part) => reshape(part, [outer, part.ownShape[axis]!, inner]))),
          shape,
        ),
      );
    }
    const handles = parts.map((part) => part.storage.handle);
    const lengths = parts.map((part) => part.ownShape[axis]!);
    const joined = backend.concat(handles, lengths, outer, inner, stored);
    return makeTensor(new Storage(backend, joined, sizeOf(shape), dtype), shape);
  },
  gradients(g, c, input) {
    const { axis } = c.attributes;
    let start = 0;
    for (let i = 0; i < input; i++) start += c.shape(i)[axis]!;
    return narrow(g, axis, start, c.shape(input)[axis]!);
  },
};

/**
 * The fallback for parts [outer, length, inner]: halves are joined, so that each element is moved as often as the number of
 * parts has binary digits. Each half is put into its place among zeros and then chosen, not added: copies keep −0.
 */
function composedConcat(parts: readonly Tensor[]): Tensor {
  if (parts.length === 1) return parts[0]!;
  const middle = parts.length >> 1;
  const [left, right] = [composedConcat(parts.slice(0, middle)), composedConcat(parts.slice(middle))];
  const [outer, before, inner] = left.ownShape as [number, number, number];
  const length = before + right.ownShape[1]!;
  const place = (part: Tensor, start: number): Tensor =>
    embed(part, [outer, length, inner], {
      shape: part.ownShape,
      strides: [length * inner, inner, 1],
      offset: start * inner,
    });
  const isLeft = left.fromArray(
    Int32Array.from({ length }, (_, i) => Number(i < before)),
    [1, length, 1],
  );
  return where(isLeft, place(left, 0), place(right, before));
}

function checkList(op: string, tensors: readonly Tensor[]): void {
  if (isList(tensors) && tensors.length > 0) return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `${op}(): expected a non-empty list of Tensors, but got ${describeValue(tensors)}`,
  );
}

/**
 * Tensors joined along an existing axis, in the widest of their dtypes.
 * @throws SHAPE_MISMATCH, BACKEND_MISMATCH, INVALID_ARGUMENT for an empty list.
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  checkList("cat", tensors);
  const first = tensors[0]!;
  checkTensors("cat", tensors);
  const axis = normalizeAxis("cat", dim, first.ownShape.length);
  const shape = [...first.ownShape];
  shape[axis] = 0;
  tensors.forEach((tensor, i) => {
    const fits =
      tensor.ownShape.length === shape.length &&
      tensor.ownShape.every((n, a) => a === axis || n === shape[a]);
    if (!fits) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `Sizes of tensors must match except in dimension ${axis}. Expected ${formatShape(first.ownShape)} but got ` +
          `${formatShape(tensor.ownShape)} for tensor number ${i} in the list.`,
      );
    }
    shape[axis]! += tensor.ownShape[axis]!;
  });
  const attributes = { axis, shape };
  if (tensors.every(({ ownDtype }) => ownDtype === first.ownDtype)) return apply(CAT, tensors, attributes);
  const dtype = tensors.map((tensor) => tensor.ownDtype).reduce<TensorDType>(widerDtype, "bool");
  return runScoped(() =>
    apply(
      CAT,
      tensors.map((tensor) => cast(tensor, dtype)),
      attributes,
    ),
  );
}

/** Tensors of one shape put side by side along a new axis. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  checkList("stack", tensors);
  checkTensors("stack", tensors);
  const first = tensors[0]!;
  tensors.forEach((tensor, i) => {
    if (!sameShape(tensor.ownShape, first.ownShape)) {
      throw new Corr2dError(
        "SHAPE_MISMATCH",
        `stack expects each tensor to be equal size, but got ${formatShape(first.ownShape)} at entry 0 and ` +
          `${formatShape(tensor.ownShape)} at entry ${i}`,
      );
    }
  });
  return cat(
    tensors.map((tensor) => unsqueeze(tensor, dim)),
    dim,
  );
}
