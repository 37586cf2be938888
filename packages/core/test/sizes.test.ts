/** `size` and `sizes`: what programs ask of a shape. */

import { beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import { setBackend, type Tensor, zeros } from "../src/index.ts";
import { expectError } from "./expect-error.ts";

beforeAll(() => {
  setBackend(cpuJs());
});

describe("x.size", () => {
  it("gives all sizes, or one, counted from either end", () => {
    const x = zeros([2, 3, 4]);
    expect(x.size()).toEqual([2, 3, 4]);
    expect([x.size(0), x.size(2), x.size(-1), x.size(-3)]).toEqual([2, 4, 4, 2]);
    expectTypeOf(x.size(0)).toEqualTypeOf<number>();
  });

  it("refuses axes that the tensor does not have", () => {
    for (const dim of [3, -4, 0.5, Number.NaN, "0" as never, null as never]) {
      expectError(() => zeros([2, 3, 4]).size(dim), "INVALID_ARGUMENT", "size: ");
    }
    expectError(() => zeros([]).size(0), "INVALID_ARGUMENT", "size: ");
  });
});

describe("x.sizes", () => {
  it("gives a tuple of as many", () => {
    const [n, c, h, w] = zeros([2, 3, 4, 5]).sizes(4);
    expect([n, c, h, w]).toEqual([2, 3, 4, 5]);
    expect(zeros([]).sizes(0)).toEqual([]);
    expectTypeOf(zeros([1, 1]).sizes(2)).toEqualTypeOf<readonly [number, number]>();
    expectTypeOf(zeros([1, 1]).sizes(2 as number)).toEqualTypeOf<readonly number[]>();
  });

  it("refuses a tensor of another rank", () => {
    expectError(
      () => zeros([2, 3]).sizes(4),
      "SHAPE_MISMATCH",
      "sizes: expected 4 axes, but the tensor has 2: [2, 3]",
    );
    expectError(() => zeros([2, 3]).sizes("2" as unknown as number), "SHAPE_MISMATCH", "sizes: expected '2'");
  });
});

it("split by a list of sizes is known to give a tensor for each", () => {
  const [a, b] = zeros([2, 5]).split([2, 3], 1);
  expect([a.shape, b.shape]).toEqual([
    [2, 2],
    [2, 3],
  ]);
  expectTypeOf(zeros([4]).split(2)).toEqualTypeOf<Tensor[]>();
  expectTypeOf(zeros([4]).split([2, 2] as number[])).toEqualTypeOf<Tensor[]>();
});
