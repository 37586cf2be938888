/** Picking and adding by indices, within range and beyond it. */
import { gather as gatherOf, scatterAdd as scatterAddOf } from "@corr2d/conformance/oracle";
import { gather, indexSelect, oneHot, scatterAdd, tensor } from "@corr2d/core";
import * as fc from "fast-check";
import {
  due,
  expectTensor,
  huge,
  isTriable,
  make,
  numbers,
  type Operation,
  outcome,
  shape,
  size,
  sizeOf,
  type Values,
  values,
} from "./operation.ts";

interface Indexing {
  readonly shape: readonly number[];
  readonly dim: number;
  readonly count: number;
  /** Added to one index: beyond the axis for most numbers. */
  readonly off: number;
  readonly values: Values;
}

export const indexing = (wide: boolean): Operation<Indexing> => ({
  name: "indexing",
  cases: fc.record({
    shape: fc.array(size(5), { minLength: 1, maxLength: 4 }),
    dim: fc.integer({ min: 0, max: 3 }),
    count: size(6),
    off: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: wide ? fc.integer() : fc.integer({ min: -7, max: 7 }) },
    ),
    values,
  }),
  run({ shape, dim, count, off, values: given }, backend) {
    const axis = dim % shape.length;
    const length = shape[axis]!;
    const sizes = shape.map((n, i) => (i === axis ? count : n));
    const index = numbers({ seed: given.seed, kind: "integers" }, 1, sizeOf(sizes), "int32").map((n) =>
      length === 0 ? 0 : Math.abs(n) % length,
    ) as Int32Array;
    if (index.length > 0) index[index.length - 1]! += off;
    const inRange = index.every((i) => i >= 0 && i < length);
    const verdict = inRange ? "result" : "refusal";
    const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
    const size = { outer, length, inner, count };
    const data = numbers(given, 2, sizeOf(shape));
    const source = numbers(given, 3, sizeOf(sizes));
    const x = make(backend, data, shape);
    // Through an addition, so that core knows no bounds and the backend has to look.
    const at = make(backend, index, sizes).add(make(backend, new Int32Array(1), [1]));
    const picked = outcome(verdict, () => {
      const result = gather(x, axis, at.reshape(sizes));
      result.dataSync();
      return result;
    });
    if (picked !== null) expectTensor("gather", picked, sizes, gatherOf(data, index, size));
    const known = outcome(verdict, () => gather(x, axis, make(backend, index, sizes)));
    if (known !== null) expectTensor("gather by known indices", known, sizes, gatherOf(data, index, size));
    const zeros = make(backend, new Float32Array(data.length), shape);
    const added = outcome(verdict, () =>
      scatterAdd(zeros, axis, make(backend, index, sizes), make(backend, source, sizes)),
    );
    if (added !== null) {
      expectTensor("scatterAdd", added, shape, due(given, scatterAddOf(source, index, size, "float32")));
    }
    if (inner === 1 && outer === 1 && inRange) {
      expectTensor(
        "indexSelect",
        indexSelect(x, axis, make(backend, index, [count])),
        sizes,
        gatherOf(data, index, size),
      );
    }
  },
});

interface OneHot {
  readonly shape: readonly number[];
  readonly classes: number;
  readonly off: number;
  readonly values: Values;
}

export const oneHots = (wide: boolean): Operation<OneHot> => ({
  name: "oneHot",
  cases: fc.record({
    shape: shape(3, 4),
    classes: wide ? fc.oneof(size(6), huge) : size(6),
    off: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: -7, max: 7 }) },
    ),
    values,
  }),
  run({ shape, classes, off, values: given }, backend) {
    const count = sizeOf(shape);
    if (!isTriable(count * classes) || (count === 0 && classes > 2 ** 31)) return;
    const index = numbers({ seed: given.seed, kind: "integers" }, 1, count, "int32").map((n) =>
      classes === 0 ? 0 : Math.abs(n) % classes,
    ) as Int32Array;
    if (count > 0) index[0]! += off;
    const inRange = index.every((i) => i >= 0 && i < classes);
    const verdict = !inRange ? "refusal" : classes > 2 ** 20 ? "either" : "result";
    const y = outcome(verdict, () => oneHot(tensor(index, { backend, shape }), classes));
    if (y === null) return;
    const values = new Float64Array(count * classes);
    index.forEach((at, i) => {
      values[i * classes + at] = 1;
    });
    expectTensor("oneHot", y, [...shape, classes], { values });
  },
});
