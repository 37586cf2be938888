import { Generator, getBackend, keep, scope, type Tensor, tensor, zeros } from "@corr2d/core";
import {
  ArrayDataset,
  DataLoader,
  defaultCollate,
  imageDataset,
  imageToTensor,
  MapDataset,
  RandomSampler,
  SequentialSampler,
  TensorDataset,
  transforms,
  writeIdx,
} from "@corr2d/data";
import { describe, expect, expectTypeOf, it } from "vitest";
import { onEachBackend } from "./backends.ts";
import { expectError, expectRejected, plain } from "./support.ts";

onEachBackend((backend) => {
  const images = (n: number) =>
    new ArrayDataset(
      { data: new Uint8Array(n * 16).map((_, i) => i), shape: [n, 1, 4, 4], divisor: 255 },
      { data: new Int32Array(n).map((_, i) => i), shape: [n] },
    );

  it("gives batches of tensors, with types", async () => {
    const loader = new DataLoader(images(5), { batchSize: 2 });
    expect(loader.length).toBe(3);
    const shapes: unknown[] = [];
    for (const [x, y] of loader) {
      expectTypeOf(x).toEqualTypeOf<Tensor>();
      shapes.push([x.shape, plain(y)]);
    }
    for await (const [x, y] of loader) shapes.push([x.shape, plain(y)]);
    const once = [
      [
        [2, 1, 4, 4],
        [0, 1],
      ],
      [
        [2, 1, 4, 4],
        [2, 3],
      ],
      [[1, 1, 4, 4], [4]],
    ];
    expect(shapes).toEqual([...once, ...once]);
  });

  it("takes an array of samples, and records", () => {
    const samples = [
      { x: tensor([1, 2]), y: 0 },
      { x: tensor([3, 4]), y: 1 },
    ];
    const batches = [];
    for (const { x, y } of new DataLoader(samples, { batchSize: 2 })) batches.push(plain([x, y]));
    expect(batches).toEqual([
      [
        [
          [1, 2],
          [3, 4],
        ],
        [0, 1],
      ],
    ]);
    // The samples are the caller's.
    expect(samples[0]!.x.isDisposed).toBe(false);
  });

  it("lends a batch until the next is asked for", () => {
    const seen: Tensor[] = [];
    const kept: Tensor[] = [];
    for (const [x, y] of new DataLoader(images(6), { batchSize: 2 })) {
      seen.push(x);
      kept.push(keep(y));
    }
    expect(seen.map((x) => x.isDisposed)).toEqual([true, true, true]);
    expect(plain(kept)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
  });

  it("leaves the batch that a loop was left with", async () => {
    const loader = new DataLoader(images(6), { batchSize: 2 });
    const [[x] = []] = loader;
    expect(x!.isDisposed).toBe(false);
    let last: Tensor | undefined;
    for await (const [, y] of loader) {
      last = y;
      break;
    }
    expect(plain(last)).toEqual([0, 1]);
  });

  it("does not dispose what a collateFn or the caller made", () => {
    const samples = [tensor([1]), tensor([2])];
    const loader = new DataLoader(samples, { collateFn: ([sample]) => sample! });
    for (let epoch = 0; epoch < 2; epoch++) expect([...loader].map(plain)).toEqual([[1], [2]]);
  });

  it("keeps memory level, with scope and without", async () => {
    const dataset = images(64);
    const x = zeros([64, 3]);
    for (const loader of [
      new DataLoader(dataset, { batchSize: 8, shuffle: true }),
      new DataLoader(new TensorDataset(x), { batchSize: 8, shuffle: true }),
    ]) {
      const used: number[] = [];
      for (let epoch = 0; epoch < 4; epoch++) {
        for (const [batch] of loader) scope(() => void batch.mul(2).sum());
        used.push(backend.stats!().bytes!);
      }
      expect(new Set(used).size).toBe(1);
      const later: number[] = [];
      for (let epoch = 0; epoch < 4; epoch++) {
        for await (const [batch] of loader) batch.mul(2).dispose();
        later.push(backend.stats!().bytes!);
      }
      expect(new Set(later).size).toBe(1);
    }
  });

  it("is read by for await where samples are promises, one after the other", async () => {
    const order: string[] = [];
    const dataset = {
      length: 3,
      async at(i: number) {
        order.push(`begin ${i}`);
        await Promise.resolve();
        order.push(`end ${i}`);
        return i;
      },
    };
    const loader = new DataLoader(dataset, { batchSize: 2 });
    const batches = [];
    for await (const batch of loader) batches.push(plain(batch));
    expect(batches).toEqual([[0, 1], [2]]);
    expect(order).toEqual([0, 1, 2].flatMap((i) => [`begin ${i}`, `end ${i}`]));
    expectError(() => [...loader], "ASYNC_CALLBACK", "for await (const batch of loader)");
    const mapped = new DataLoader(new MapDataset(dataset, (i) => 2 * i));
    for await (const batch of mapped) batches.push(plain(batch));
    expect(batches.slice(2)).toEqual([[0], [2], [4]]);
    const collated = new DataLoader([1, 2], { collateFn: async (samples) => samples.length });
    for await (const batch of collated) expect(batch).toBe(1);
  });

  it("asks a data set for a whole batch, where it makes batches", async () => {
    const dataset = {
      length: 4,
      at: (i: number) => i,
      batch: async (indices: readonly number[]) => tensor(indices.map((i) => i * 10)),
    };
    const batches = [];
    for await (const batch of new DataLoader(dataset, { batchSize: 3 })) batches.push(plain(batch));
    expect(batches).toEqual([[0, 10, 20], [30]]);
  });

  it("puts batches on the backend it was given", () => {
    const [batch] = new DataLoader([1, 2], { backend });
    expect(batch!.backend).toBe(backend);
    expect(getBackend()).toBe(backend);
  });
});

describe("what is wrong", () => {
  const loader = (options: object) => () => new DataLoader([1, 2, 3], options);
  it.each([
    [loader({ batchSize: 0 }), "batchSize should be a positive integer value, but got 0"],
    [loader({ batchSize: "2" }), "batchSize should be a positive integer value, but got '2'"],
    [loader({ batch_size: 2 }), "unknown option 'batch_size'"],
    [loader({ sampler: [0], shuffle: true }), "sampler option is mutually exclusive with shuffle"],
    [loader({ batchSampler: [[0]], batchSize: 2 }), "batchSampler option is mutually exclusive with"],
    [loader({ sampler: 3 }), "'sampler' is a sampler, which is iterable, but got 3"],
    [loader({ generator: 3 }), "'generator' must be a Generator"],
    [loader({ collateFn: 3 }), "'collateFn' is a function"],
    [loader({ backend: {} }), "'backend' is a backend"],
    [() => new DataLoader([1], 64 as never), "write { batchSize: 64 }"],
    [
      () => new DataLoader(5 as never),
      "a data set has a 'length' and a method 'at(index)', as arrays have, but got 5",
    ],
    [() => new DataLoader({ length: Number.NaN, at: () => 1 }), "a data set has a 'length'"],
    [() => new RandomSampler([1], { numSamples: 0 }), "numSamples should be a positive integer value"],
    [() => new SequentialSampler(3 as never), "expected a data set"],
    [() => new DataLoader([1], { batchSampler: new Set([[0]]) }).length, "the batchSampler has no length"],
    [() => [...new DataLoader([1, undefined as never], { sampler: [1] })], "gave undefined for sample 1"],
  ])("%#", (make, text) => {
    expectError(make, "INVALID_ARGUMENT", text);
  });

  it("an index that the data set does not have", async () => {
    for (const index of [3, -1, 0.5, "0", Number.NaN]) {
      const wrong = new DataLoader([1, 2, 3], {
        sampler: [index as number],
        collateFn: (samples) => samples,
      });
      expectError(() => [...wrong], "INDEX_OUT_OF_RANGE", "what the sampler gave: index");
      await expectRejected(
        Promise.resolve(wrong[Symbol.asyncIterator]().next()),
        "INDEX_OUT_OF_RANGE",
        "index",
      );
    }
  });

  it("what the data set throws comes through, and the loader goes on", () => {
    let broken = true;
    const dataset = {
      length: 2,
      at(i: number) {
        if (i === 1 && broken) throw new RangeError("my own");
        return i;
      },
    };
    const own = new DataLoader(dataset, { generator: new Generator(1), collateFn: (samples) => samples });
    expect(() => [...own]).toThrow(new RangeError("my own"));
    broken = false;
    expect([...own]).toEqual([[0], [1]]);
  });

  it("an empty data set has no batches", () => {
    expect([...new DataLoader([], { shuffle: true })]).toEqual([]);
    expect(new DataLoader([]).length).toBe(0);
  });
});

describe("proxies that were revoked", () => {
  const revoked = (target: object): never => {
    const { proxy, revoke } = Proxy.revocable(target, {});
    revoke();
    return proxy as never;
  };
  it.each([
    ["DataLoader", () => new DataLoader(revoked([])), "INVALID_ARGUMENT"],
    ["loadStateDict", () => new DataLoader([1]).loadStateDict(revoked({})), "STATE_DICT"],
    ["SequentialSampler", () => new SequentialSampler(revoked([])), "INVALID_ARGUMENT"],
    ["sampler", () => new DataLoader([1], { sampler: revoked([]) }), "INVALID_ARGUMENT"],
    ["ArrayDataset", () => new ArrayDataset(revoked({})), "INVALID_ARGUMENT"],
    ["imageDataset", () => imageDataset(revoked({}), revoked({})), "SHAPE_MISMATCH"],
    ["imageToTensor", () => imageToTensor(revoked({})), "INVALID_ARGUMENT"],
    ["writeIdx", () => writeIdx(revoked({})), "INVALID_ARGUMENT"],
    ["defaultCollate", () => defaultCollate([revoked({})]), "INVALID_ARGUMENT"],
    ["compose", () => transforms.compose(revoked([])), "INVALID_ARGUMENT"],
  ] as const)("%s", (_, run, code) => {
    expectError(run, code, "");
  });
});
