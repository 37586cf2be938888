/** DistributedDataParallel: gradients of many ranks as of one, the same bits twice, and what it refuses. */
import { type Backend, manualSeed, ones, setBackend, type Tensor, tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { cpuWasm } from "@corr2d/cpu-wasm";
import { Buffer, LazyLinear, Linear, Module, type Sequential, SGD } from "@corr2d/nn";
import { beforeAll, describe, expect, it } from "vitest";
import { type Collective, compareRanks, DistributedDataParallel, soleRank } from "../src/index.ts";
import { failures, group, onAll } from "./group.ts";
import {
  backward,
  type Data,
  descend,
  distance,
  gradientsOf,
  makeData,
  makeNet,
  shareOf,
  valuesOf,
} from "./nets.ts";

const BACKENDS: Record<string, () => Backend | Promise<Backend>> = {
  "cpu-js": cpuJs,
  "cpu-wasm": () => cpuWasm(),
};

describe.each(Object.keys(BACKENDS))("on %s", (name) => {
  let backend: Backend;
  let data: Data;
  beforeAll(async () => {
    backend = await BACKENDS[name]!();
    setBackend(backend);
    data = makeData(backend, 24, 3);
  });

  /** A network whose values differ from rank to rank, wrapped. */
  async function wrapped(one: Collective, options = {}): Promise<DistributedDataParallel<Sequential>> {
    manualSeed(one.rank);
    const net = makeNet(backend, options);
    return DistributedDataParallel.create(net, one);
  }

  it.each([1, 2, 3, 4])("%i ranks have the gradients of one with the whole batch", async (size) => {
    manualSeed(0);
    const whole = makeNet(backend);
    backward(whole, data);
    const expected = await gradientsOf(whole);
    const all = await onAll(group(size), async (one) => {
      const ddp = await wrapped(one);
      backward(ddp, shareOf(data, one.rank, size));
      await ddp.reduce();
      return gradientsOf(ddp.module);
    });
    for (const gradients of all) {
      expect(gradients).toEqual(all[0]); // the same bits on every rank
      for (const [i, one] of gradients.entries()) expect(distance(one, expected[i]!)).toBeLessThan(1e-6);
    }
  });

  it("and of uneven shares, where each weighs what it is", async () => {
    const odd: Data = { images: data.images.slice(":23"), classes: data.classes.slice(":23") };
    manualSeed(0);
    const whole = makeNet(backend);
    backward(whole, odd);
    const expected = await gradientsOf(whole);
    const [gradients] = await onAll(group(3), async (one) => {
      const ddp = await wrapped(one);
      const share = shareOf(odd, one.rank, 3);
      backward(ddp, share, (share.images.size(0) * 3) / 23);
      await ddp.reduce();
      return gradientsOf(ddp);
    });
    for (const [i, one] of gradients!.entries()) expect(distance(one, expected[i]!)).toBeLessThan(1e-6);
  });

  it("twenty steps end at the same bits on every rank, twice", async () => {
    const train = (): Promise<Float32Array[][]> =>
      onAll(group(3), async (one) => {
        const ddp = await wrapped(one, { norm: true });
        for (let step = 0; step < 20; step++) {
          backward(ddp, shareOf(data, one.rank, 3));
          await ddp.reduce();
          descend(ddp, 0.1);
        }
        return valuesOf(ddp);
      });
    const first = await train();
    expect(first[1]).toEqual(first[0]);
    expect(first[2]).toEqual(first[0]);
    expect(await train()).toEqual(first);
  });

  it("buckets of any size give the same bits", async () => {
    const gradients = async (bucketCapMb: number): Promise<Float32Array[]> => {
      const [first] = await onAll(group(2), async (one) => {
        manualSeed(0);
        const ddp = await DistributedDataParallel.create(makeNet(backend), one, { bucketCapMb });
        backward(ddp, shareOf(data, one.rank, 2));
        await ddp.reduce();
        return gradientsOf(ddp);
      });
      return first!;
    };
    expect(await gradients(1e-6)).toEqual(await gradients(25));
    expect(await gradients(300 / 2 ** 20)).toEqual(await gradients(25));
  });

  it("noSync adds up what one reduce averages", async () => {
    manualSeed(0);
    const whole = makeNet(backend);
    backward(whole, data);
    backward(whole, data);
    const expected = await gradientsOf(whole);
    const [gradients] = await onAll(group(2), async (one) => {
      const ddp = await wrapped(one);
      const share = shareOf(data, one.rank, 2);
      const given = await ddp.noSync(async () => {
        backward(ddp, share);
        await ddp.reduce();
        return "given";
      });
      expect(given).toBe("given");
      await expect(ddp.noSync(() => Promise.reject(new Error("within")))).rejects.toThrow("within");
      backward(ddp, share);
      await ddp.reduce();
      return gradientsOf(ddp);
    });
    for (const [i, one] of gradients!.entries()) expect(distance(one, expected[i]!)).toBeLessThan(1e-6);
  });

  it("buffers become those of rank 0, at the start and with each reduce", async () => {
    class Counting extends Module {
      readonly fc = new Linear(2, 1, { backend });
      readonly seen: Buffer;
      readonly flag: Buffer;
      constructor(rank: number) {
        super();
        this.seen = new Buffer(tensor([rank, rank], { dtype: "int32", backend }));
        this.flag = new Buffer(tensor([rank === 0], { backend }));
      }
      override forward(x: Tensor): Tensor {
        return this.fc(x).sum();
      }
    }
    const read = async (net: Counting): Promise<unknown> => [
      await net.seen.toArray(),
      await net.flag.toArray(),
    ];
    await onAll(group(2), async (one) => {
      const ddp = await DistributedDataParallel.create(new Counting(one.rank), one);
      expect(await read(ddp.module)).toEqual([[0, 0], [true]]);
      ddp.module.seen.assign(tensor([one.rank + 5, 1], { dtype: "int32", backend }));
      (ddp(ones([3, 2], { backend })) as Tensor).backward();
      await ddp.reduce();
      expect(await read(ddp.module)).toEqual([[5, 1], [true]]);
      const own = await DistributedDataParallel.create(new Counting(one.rank), one, {
        broadcastBuffers: false,
      });
      own.module.seen.assign(tensor([one.rank, 1], { dtype: "int32", backend }));
      (own(ones([3, 2], { backend })) as Tensor).backward();
      await own.reduce();
      expect(await read(own.module)).toEqual([[one.rank, 1], [true]]);
    });
  });
});

describe("what is not the same on all ranks", () => {
  const backend = cpuJs();

  /** Two layers, of which each rank uses what it likes. */
  class Branches extends Module {
    readonly left = new Linear(2, 1, { backend });
    readonly right = new Linear(2, 1, { backend });
    readonly never = new Linear(2, 1, { backend });
    override forward(x: Tensor, both: boolean): Tensor {
      return both ? this.left(x).add(this.right(x)).sum() : this.left(x).sum();
    }
  }

  it("a gradient on one rank only is refused on all, and nothing has changed", async () => {
    const errors = await failures(group(2), async (one) => {
      const ddp = await DistributedDataParallel.create(new Branches(), one);
      ddp(ones([3, 2], { backend }), one.rank === 0).backward();
      const before = await ddp.module.left.weight.grad!.data();
      try {
        await ddp.reduce();
      } finally {
        expect(await ddp.module.left.weight.grad!.data()).toEqual(before);
      }
    });
    for (const [rank, error] of errors.entries()) {
      expect(error).toMatchObject({ code: "INVALID_ARGUMENT" });
      const own = rank === 0 ? "one" : "none";
      expect(String(error)).toContain(`'right.weight' (on 1 of 2; rank ${rank} has ${own})`);
      expect(String(error)).not.toContain("never");
      expect(String(error)).toContain("{ findUnusedParameters: true }");
    }
  });

  it("or counts as 0, where that is wanted", async () => {
    await onAll(group(2), async (one) => {
      const ddp = await DistributedDataParallel.create(new Branches(), one, { findUnusedParameters: true });
      ddp(ones([3, 2], { backend }), one.rank === 0).backward();
      await ddp.reduce();
      const { left, right, never } = ddp.module;
      expect(await left.weight.grad!.toArray()).toEqual([[3, 3]]);
      expect(await right.weight.grad!.toArray()).toEqual([[1.5, 1.5]]);
      expect(never.weight.grad).toBe(null);
    });
  });

  it("networks and builds are compared before anything moves", async () => {
    const differing = await failures(group(2), (one) =>
      DistributedDataParallel.create(new Linear(2, 2 + one.rank, { backend }), one),
    );
    for (const error of differing) {
      expect(error).toMatchObject({
        code: "RANKS_DIFFER",
        details: { ranks: [1], names: ["'weight'", "'bias'"] },
      });
      expect(String(error)).toContain("'weight': float32 [2, 2] on rank 0, float32 [3, 2] on rank 1");
    }
    const wasm = await cpuWasm();
    const builds = await failures(group(3), (one) =>
      DistributedDataParallel.create(new Linear(2, 2, { backend: one.rank === 2 ? wasm : backend }), one),
    );
    for (const error of builds) {
      expect(error).toMatchObject({ code: "RANKS_DIFFER", details: { ranks: [2] } });
      expect(String(error)).toContain("backend: cpu-js on rank 0, cpu-wasm on rank 2");
    }
    await onAll(group(3), (one) => compareRanks(one, { version: "1 ✓" }));
    const wrong: [facts: unknown, message: string][] = [
      [undefined, "facts are an object of texts, but got undefined"],
      [["a"], "facts are an object of texts, but got an array of 1"],
      [{ lr: 0.1 }, "a fact is a text, but 'lr' is 0.1"],
    ];
    for (const [facts, message] of wrong) {
      await expect(compareRanks(soleRank(), facts as never)).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
        message: `compareRanks: ${message}`,
      });
    }
    await expect(compareRanks(undefined as never, {})).rejects.toThrow("expected a collective");
  });

  it("what cannot be wrapped", async () => {
    const one = soleRank();
    const create = DistributedDataParallel.create.bind(DistributedDataParallel) as (
      ...args: unknown[]
    ) => Promise<unknown>;
    const net = new Linear(2, 2, { backend });
    await expect(create(3, one)).rejects.toThrow("expected a module, but got 3");
    await expect(create(net, {})).rejects.toThrow("expected a collective, but got an object");
    await expect(create(net, one, { bucketCapMb: 0 })).rejects.toThrow("'bucketCapMb' is above 0");
    await expect(create(net, one, { bucketCap: 1 })).rejects.toThrow("did you mean 'bucketCapMb'?");
    await expect(create(new Linear(2, 2, { backend }).requiresGrad(false), one)).rejects.toThrow(
      "is not needed when a module doesn't have any parameter that requires a gradient",
    );
    await expect(create(new LazyLinear(2), one)).rejects.toThrow("'weight' has no value yet");
    expect(
      () => new (DistributedDataParallel as never as new (net: Module, one: Collective) => Module)(net, one),
    ).toThrow("await DistributedDataParallel.create(net, collective)");
    const ddp = await DistributedDataParallel.create(net, one);
    expect(() => ddp.clone()).toThrow("clone its 'module'");
    await expect(ddp.noSync(3 as never)).rejects.toThrow("noSync takes a function, but got 3");
  });

  it("is a module as any other", async () => {
    const ddp = await DistributedDataParallel.create(new Linear(2, 1, { backend }), soleRank());
    expect(Object.keys(ddp.stateDict())).toEqual(["module.weight", "module.bias"]);
    expect(String(ddp)).toBe(
      "DistributedDataParallel(\n  (module): Linear(in_features=2, out_features=1, bias=True)\n)",
    );
    const optimizer = new SGD(ddp.parameters(), { lr: 1 });
    ddp(ones([1, 2], { backend }))
      .sum()
      .backward();
    await ddp.reduce();
    optimizer.step();
    ddp.eval();
    expect(ddp.module.training).toBe(false);
  });
});
