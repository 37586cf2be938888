import { type Generator, type Tensor, tensor } from "@corr2d/core";
import {
  ArrayDataset,
  ConcatDataset,
  DataLoader,
  defaultCollate,
  imageDataset,
  MapDataset,
  randomSplit,
  Subset,
  TensorDataset,
} from "@corr2d/data";
import { describe, expect, it } from "vitest";
import { onEachBackend } from "./backends.ts";
import { expectError, plain } from "./support.ts";

onEachBackend((backend) => {
  const bytes = Uint8Array.from({ length: 24 }, (_, i) => i * 10);

  it("TensorDataset", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const y = tensor([0, 1, 2], { dtype: "int32" });
    const dataset = new TensorDataset(x, y);
    expect(dataset.length).toBe(3);
    expect(plain(dataset.at(1))).toEqual([[3, 4], 1]);
    expect(plain(dataset.at(-1))).toEqual([[5, 6], 2]);
    const [rows, classes] = dataset.batch([2, 0]);
    expect(plain([rows, classes])).toEqual([
      [
        [5, 6],
        [1, 2],
      ],
      [2, 0],
    ]);
    expect(classes.dtype).toBe("int32");
    expectError(() => dataset.at(3), "INDEX_OUT_OF_RANGE", "index 3 is out of range for a data set of 3");
    expectError(() => new TensorDataset(x, tensor([1, 2])), "SHAPE_MISMATCH", "[3, 2], [2]");
    expectError(() => new TensorDataset(tensor(1)), "SHAPE_MISMATCH", "the shapes are []");
    expectError(() => new TensorDataset(), "INVALID_ARGUMENT", "at least one tensor");
    const noIndices = undefined as unknown as number[];
    expectError(
      () => new TensorDataset(tensor([1])).batch(noIndices),
      "INVALID_ARGUMENT",
      "indices are an array",
    );
    const bytesAlone = new ArrayDataset({ data: bytes, shape: [3, 8] });
    expectError(() => bytesAlone.batch(noIndices), "INVALID_ARGUMENT", "indices are an array");
  });

  it("ArrayDataset keeps bytes, and converts what it gathers", () => {
    const dataset = new ArrayDataset(
      { data: bytes, shape: [3, 2, 2, 2], divisor: 255, mean: [0.1, 0.2], std: [0.5, 0.25] },
      { data: Uint8Array.of(7, 8, 9), shape: [3], dtype: "int32" },
    );
    expect(dataset.fields[0].data).toBe(bytes);
    const [x, y] = dataset.batch([2, 0]);
    expect([x.shape, x.dtype, y.shape, y.dtype]).toEqual([[2, 2, 2, 2], "float32", [2], "int32"]);
    const f = Math.fround;
    const expected = [16, 17, 18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 6, 7].map((i) => {
      const channel = i % 8 < 4 ? 0 : 1;
      return f(f(f(f(i * 10) / 255) - f([0.1, 0.2][channel]!)) / [0.5, 0.25][channel]!);
    });
    expect([...x.dataSync()]).toEqual(expected);
    expect(plain(y)).toEqual([9, 7]);
    expect(plain(dataset.at(-1)[1])).toBe(9);
    expect(dataset.at(0)[0].shape).toEqual([2, 2, 2]);
    // The scratch array of a batch is no other batch's memory.
    dataset.batch([1, 1]);
    expect([...x.dataSync()]).toEqual(expected);
  });

  it.each([
    [Int8Array.of(-128, -1, 0, 127), undefined, [-128, -1, 0, 127]],
    [Int8Array.of(-128, -1, 0, 127), { divisor: 2 }, [-64, -0.5, 0, 63.5]],
    [Uint8ClampedArray.of(0, 255), { divisor: 255 }, [0, 1]],
    [Int16Array.of(-3, 5), { mean: 1 }, [-4, 4]],
    [Float32Array.of(0.5, 2.5), { std: 0.5 }, [1, 5]],
    [Float32Array.of(0.5, 2.5), undefined, [0.5, 2.5]],
    [Float64Array.of(1, 2), { dtype: "int32" as const }, [1, 2]],
    [Int32Array.of(1, 2), undefined, [1, 2]],
  ])("ArrayDataset over %o with %o", (data, options, expected) => {
    const dataset = new ArrayDataset({ data, shape: [data.length], ...options });
    const [x] = dataset.batch([...data.keys()]) as [Tensor];
    expect(plain(x)).toEqual(expected);
    expect(x.backend).toBe(backend);
  });

  it("ArrayDataset keeps float64, and normalises features by column", () => {
    const dataset = new ArrayDataset({
      data: Float64Array.of(1, 10, 3, 30),
      shape: [2, 2],
      dtype: backend.dtypes.includes("float64") ? "float64" : "float32",
      mean: [2, 20],
      std: [1, 10],
    });
    expect(plain(dataset.batch([0, 1]))).toEqual([
      [
        [-1, -1],
        [1, 1],
      ],
    ]);
  });

  it("Subset, ConcatDataset and MapDataset", () => {
    const dataset = new ArrayDataset({ data: Int32Array.of(0, 1, 2, 3, 4), shape: [5] });
    const odd = new Subset(dataset, [3, 1]);
    expect([odd.length, plain(odd.at(0)), plain(odd.batch!([1, 0], backend))]).toEqual([2, [3], [[1, 3]]]);
    const list = new Subset(["a", "b", "c"], [2, 0]);
    expect([list.at(0), list.at(1), list.batch]).toEqual(["c", "a", undefined]);
    const all = new ConcatDataset([["a", "b"], [], ["c"]]);
    expect([all.length, all.at(1), all.at(2), all.at(-3)]).toEqual([3, "b", "c", "a"]);
    expect(all.cumulativeSizes).toEqual([2, 2, 3]);
    const doubled = new MapDataset([1, 2, 3], (n) => 2 * n);
    expect([doubled.length, doubled.at(2)]).toEqual([3, 6]);
    expectError(() => new Subset(dataset, [5]), "INDEX_OUT_OF_RANGE", "index 5");
    expectError(() => new ConcatDataset([]), "INVALID_ARGUMENT", "should not be an empty iterable");
    expectError(() => all.at(3), "INDEX_OUT_OF_RANGE", "index 3");
    expectError(() => new MapDataset([1], 2 as never), "INVALID_ARGUMENT", "'transform' is a function");
  });

  it("imageDataset", () => {
    const images = { data: bytes.slice(0, 12), shape: [3, 2, 2] };
    const dataset = imageDataset(images, { data: Uint8Array.of(1, 2, 3), shape: [3] });
    const [image, label] = dataset.at(1);
    expect([image.shape, label.dtype, plain(label)]).toEqual([[1, 2, 2], "int32", 2]);
    expect([...image.dataSync()]).toEqual([40, 50, 60, 70].map((n) => Math.fround(n / 255)));
    expectError(
      () => imageDataset(images, images),
      "SHAPE_MISMATCH",
      "classes [N], but got [3, 2, 2] and [3, 2, 2]",
    );
    expectError(
      () => imageDataset(images, { data: Uint8Array.of(1), shape: [1] }),
      "SHAPE_MISMATCH",
      "different numbers of samples: 3, 1",
    );
  });

  describe("defaultCollate", () => {
    it("stacks tensors, and walks arrays and records", () => {
      const batch = defaultCollate([
        { x: tensor([1, 2]), y: 3, name: "a", more: [Float32Array.of(1), true] as [Float32Array, boolean] },
        {
          x: tensor([3, 4]),
          y: 0.5,
          name: "b",
          more: [Float32Array.of(2), false] as [Float32Array, boolean],
        },
      ]);
      expect(plain(batch)).toEqual({
        x: [
          [1, 2],
          [3, 4],
        ],
        y: [3, 0.5],
        name: ["a", "b"],
        more: [
          [[1], [2]],
          [true, false],
        ],
      });
      expect([batch.y.dtype, batch.more[1].dtype, batch.more[0].backend]).toEqual([
        "float32",
        "bool",
        backend,
      ]);
    });

    it.each([
      [[tensor([1]), tensor([1, 2])], "SHAPE_MISMATCH", "got [1] at entry 0 and [2] at entry 1"],
      [
        [{ a: [1] }, { a: [1, 2] }],
        "SHAPE_MISMATCH",
        "differ at sample.a: sample 0 is an array of 1, sample 1 an array of 2",
      ],
      [[{ a: 1 }, { b: 1 }], "SHAPE_MISMATCH", "sample 0 is { a }"],
      [[1, "a"], "SHAPE_MISMATCH", "sample 0 is a number, sample 1 'a'"],
      [[[new Date()]], "INVALID_ARGUMENT", "sample[0] is an object; give the loader a collateFn"],
      [[], "INVALID_ARGUMENT", "at least one sample"],
    ] as const)("refuses %o", (samples, code, text) => {
      expectError(() => defaultCollate(samples as readonly unknown[]), code, text);
    });
  });

  it("randomSplit says what does not add up", () => {
    const ten = [...Array(10).keys()];
    expectError(
      () => randomSplit(ten, [3, 3]),
      "INVALID_ARGUMENT",
      "does not equal the length of the input dataset: [3, 3] for 10",
    );
    expectError(() => randomSplit(ten, [0.5, 0.4]), "INVALID_ARGUMENT", "shares have to add up to 1");
    expectError(() => randomSplit(ten, "a" as never), "INVALID_ARGUMENT", "lengths are an array");
    expectError(
      () => randomSplit(ten, [10], { generator: 1 as unknown as Generator }),
      "INVALID_ARGUMENT",
      "Generator",
    );
  });

  it("batches in a loader come from one gather", () => {
    const dataset = new ArrayDataset({ data: Int32Array.of(0, 1, 2, 3, 4), shape: [5] });
    const batches = [];
    for (const [x] of new DataLoader(new Subset(dataset, [4, 3, 2]), { batchSize: 2 }))
      batches.push(plain(x));
    expect(batches).toEqual([[4, 3], [2]]);
  });
});
