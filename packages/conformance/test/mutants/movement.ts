/** Bugs in matmul, views and indexing. */
import { sizeOf, type TypedArray } from "@corr2d/core";
import { elements, type Mutant, memory } from "./mutant.ts";

export const MOVEMENT_MUTANTS: readonly Mutant[] = [
  {
    name: "a transposed right operand of matmul taken as it lies",
    killedBy: "matmul/float32/3x4x5x6,nt",
    mutate: (right) => ({
      matmul: (a, b, size, dtype) => right.matmul(a, b, { ...size, transposeB: false }, dtype),
    }),
  },
  {
    name: "negative strides taken as positive",
    killedBy: "strided/float32/flip",
    mutate: (right) => ({
      strided(x, view, dtype) {
        if (view.shape.length !== 1 || view.strides[0]! >= 0) return right.strided(x, view, dtype);
        return right.strided(x, { ...view, strides: [1], offset: 0 }, dtype);
      },
    }),
  },
  {
    name: "the last of overlapping additions wins",
    killedBy: "stridedAdd/float32/overlapping-windows",
    mutate: (right) => ({
      stridedAdd(x, view, dtype) {
        const out = right.stridedAdd(x, view, dtype);
        if (view.shape.length !== 2) return out;
        const data = elements(right, x, sizeOf(view.shape), dtype);
        const [rows, columns] = view.shape as [number, number];
        for (let i = 0; i < rows * columns; i++) {
          const at = Math.floor(i / columns) * view.strides[0]! + (i % columns) * view.strides[1]!;
          memory(out)[view.offset + at] = data[i]!;
        }
        return out;
      },
    }),
  },
  {
    name: "scatterAdd drops what meets an index twice",
    killedBy: "scatterAdd/float32/one-axis",
    mutate: (right) => ({
      scatterAdd(x, index, size, dtype) {
        const out = right.scatterAdd(x, index, size, dtype);
        if (size.outer !== 1 || size.inner !== 1) return out;
        const data = elements(right, x, size.count, dtype);
        elements(right, index, size.count, "int32").forEach((at, i) => {
          memory(out)[at] = data[i]!;
        });
        return out;
      },
    }),
  },
  {
    name: "an index out of range clamped",
    killedBy: "gather/index=3-of-3",
    mutate: (right) => ({
      gather(x, index, size, dtype) {
        const picks = elements(right, index, size.outer * size.count * size.inner, "int32");
        const clamped = right.upload(
          picks.map((i) => Math.max(0, Math.min(size.length - 1, i))) as TypedArray,
        );
        const out = right.gather(x, clamped, size, dtype);
        right.free(clamped);
        return out;
      },
    }),
  },
  {
    name: "the third of several rows of one index is not added",
    killedBy: "autograd/embedding/float32",
    mutate: (right) => ({
      scatterAdd(x, index, size, dtype) {
        const seen = new Map<number, number>();
        const data = memory(x).map((value, i) => {
          const target = memory(index)[i]! * size.inner + (i % size.inner);
          seen.set(target, (seen.get(target) ?? 0) + 1);
          return seen.get(target) === 3 ? 0 : value;
        });
        const handle = right.upload(data as TypedArray);
        const out = right.scatterAdd(handle, index, size, dtype);
        right.free(handle);
        return out;
      },
    }),
  },
];
