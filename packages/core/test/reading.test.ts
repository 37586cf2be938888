/** Reading into an array of the caller's, waiting for a backend, and what core knows of indices. */
import { describe, expect, it } from "vitest";
import { deferring } from "../../conformance/test/deferring.ts";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  type Backend,
  gather,
  indexSelect,
  oneHot,
  scatterAdd,
  setBackend,
  synchronize,
  tensor,
  zeros,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

const backend = cpuJs() as Backend;
const late = deferring(cpuJs() as Backend);

describe("data({ into })", () => {
  it("fills the array and gives it", async () => {
    for (const on of [backend, late]) {
      const into = new Float32Array(3);
      expect(await tensor([1, -0, NaN], { backend: on }).data({ into })).toBe(into);
      expect(Array.from(into)).toEqual([1, -0, NaN]);
    }
    const part = new Float32Array(5).subarray(1, 4);
    expect(tensor([1, 2, 3], { backend }).dataSync({ into: part })).toBe(part);
    expect(Array.from(new Float32Array(part.buffer))).toEqual([0, 1, 2, 3, 0]);
  });

  it.each([
    [new Float32Array(2), "Float32Array of 3 elements, but got float32 array of 2"],
    [new Int32Array(3), "but got int32 array of 3"],
    [new Uint8Array(3), "but got another kind of array of 3"],
    [[0, 0, 0], "but got object"],
  ])("refuses %o", async (into, message) => {
    const x = tensor([1, 2, 3], { backend });
    expectError(() => x.dataSync({ into: into as Float32Array }), "INVALID_ARGUMENT", message);
    await expect(x.data({ into: into as Float32Array })).rejects.toThrow(message);
  });

  it.each([
    [
      { inot: new Float32Array(3) },
      "data: unknown option 'inot' (did you mean 'into'?); the options are into",
    ],
    [
      new Float32Array(3),
      "data: options are an object of into, but got a Float32Array; write { into: array }",
    ],
  ])("refuses the options %o", async (options, message) => {
    const x = tensor([1, 2, 3], { backend });
    expectError(() => x.dataSync(options as object), "INVALID_ARGUMENT", message);
    await expect(x.data(options as object)).rejects.toThrow(message);
  });
});

describe("synchronize", () => {
  it("waits for the backend, or for the current one", async () => {
    const x = tensor([1, 2], { backend: late });
    await synchronize(late);
    expect(await x.data()).toEqual(Float32Array.of(1, 2));
    setBackend(backend);
    await synchronize();
  });

  it("lets a program that reads nothing run on; without it the queue ends with a clear error", async () => {
    const big = zeros([2 ** 20], { backend: late });
    const run = (): void => {
      for (let i = 0; i < 40; i++) big.add(1).dispose();
    };
    expect(run).toThrow(/queued.*Await synchronize\(\)/s);
    await synchronize(late);
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 10; j++) big.add(1).dispose();
      await synchronize(late);
    }
    expect((await big.add(1).data())[7]).toBe(1);
  });
});

describe("an index that the caller gave", () => {
  const cases: readonly [name: string, run: (on: Backend) => unknown][] = [
    [
      "gather",
      (on) => gather(zeros([2, 3], { backend: on }), 1, tensor([[0], [3]], { backend: on, dtype: "int32" })),
    ],
    [
      "scatterAdd",
      (on) => {
        const x = zeros([2, 3], { backend: on });
        return scatterAdd(
          x,
          1,
          tensor([[0], [-1]], { backend: on, dtype: "int32" }),
          zeros([2, 1], { backend: on }),
        );
      },
    ],
    [
      "indexSelect",
      (on) => indexSelect(zeros([3], { backend: on }), 0, tensor([-4], { backend: on, dtype: "int32" })),
    ],
    ["oneHot", (on) => oneHot(tensor([5], { backend: on, dtype: "int32" }), 5)],
  ];
  it.each(cases)("is refused at the call: %s", (name, run) => {
    for (const on of [backend, late]) expectError(() => run(on), "INDEX_OUT_OF_RANGE", `${name}(): index`);
  });

  it("is known through views and reshapes as far as it can be", () => {
    const index = tensor([0, 1, 9], { backend, dtype: "int32" });
    const x = zeros([3], { backend });
    expect(indexSelect(x, 0, index.slice([0, 2])).shape).toEqual([2]);
    expectError(() => indexSelect(x, 0, index.reshape([3])), "INDEX_OUT_OF_RANGE", "index 9");
  });
});
