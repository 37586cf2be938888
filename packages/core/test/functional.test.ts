/** Jacobians, Hessians and their products with vectors. */
import { describe, expect, expectTypeOf, it } from "vitest";
import { deferring } from "../../conformance/test/deferring.ts";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  type Backend,
  corr2d,
  hessian,
  jacobian,
  jvp,
  ones,
  setBackend,
  type Tensor,
  tensor,
  vjp,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

setBackend(cpuJs());
const x = tensor([1, 2], { dtype: "float64" });
const y = tensor([3], { dtype: "float64" });
/** [x₀² y, x₁³ y] */
const f = (a: Tensor, b: Tensor): Tensor => a.pow(tensor([2, 3], { dtype: "float64" })).mul(b);

describe("jacobian", () => {
  it("has the output's shape, then the input's", () => {
    expect(jacobian((a) => f(a!, y), x).toArraySync()).toEqual([
      [6, 0],
      [0, 36],
    ]);
    expect(jacobian(f as never, [x, y]).map((j) => j.toArraySync())).toEqual([
      [
        [6, 0],
        [0, 36],
      ],
      [[1], [8]],
    ]);
    const image = ones([3, 3]);
    const J = jacobian((k) => corr2d(image, k!), ones([2, 2]));
    expect([J.shape, J.requiresGrad]).toEqual([[2, 2, 2, 2], false]);
    expectTypeOf(jacobian((a) => a!, x)).toEqualTypeOf<Tensor>();
  });

  it("is zero where nothing leads, and empty where there is nothing", () => {
    expect(jacobian(() => ones([2], { dtype: "float64" }), x).toArraySync()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(jacobian((a) => a!.slice([0, 0]), x).shape).toEqual([0, 2]);
  });

  it("can be differentiated, in leaves and in results", () => {
    const w = tensor([2, 3], { dtype: "float64", requiresGrad: true });
    jacobian((a) => a!.pow(3), w.mul(1), { createGraph: true })
      .sum()
      .backward();
    expect(w.grad!.toArraySync()).toEqual([12, 18]);
  });
});

describe("hessian", () => {
  it("of one input and of several", () => {
    const g = (a: Tensor, b: Tensor): Tensor => f(a, b).sum();
    expect(hessian((a) => g(a!, y), x).toArraySync()).toEqual([
      [6, 0],
      [0, 36],
    ]);
    const rows = hessian(g as never, [x, y]);
    expect(rows.map((row) => row.map((h) => h.toArraySync()))).toEqual([
      [
        [
          [6, 0],
          [0, 36],
        ],
        [[2], [12]],
      ],
      [[[2, 12]], [[0]]],
    ]);
    expectError(() => hessian((a) => a!, x), "NOT_SCALAR", "single Tensor with a single element");
  });
});

describe("products", () => {
  it("vjp and jvp are J from the left and from the right", () => {
    const v = tensor([1, 10], { dtype: "float64" });
    const [out, left] = vjp((a) => f(a!, y), x, v);
    expect([out.toArraySync(), left.toArraySync()]).toEqual([
      [3, 24],
      [6, 360],
    ]);
    const [, lefts] = vjp(f as never, [x, y], v);
    expect(lefts.map((g) => g.toArraySync())).toEqual([[6, 360], [81]]);
    const [same, right] = jvp(f as never, [x, y], [v, y]);
    expect([same.toArraySync(), right.toArraySync()]).toEqual([
      [3, 24],
      [9, 384],
    ]);
    expect([out.requiresGrad, right.requiresGrad]).toEqual([false, false]);
    expect(vjp((a) => a!.sum(), x)[1].toArraySync()).toEqual([1, 1]);
  });

  it("refuse what does not fit", () => {
    expectError(() => vjp((a) => a!, x), "NOT_SCALAR", "The vector v can only be None");
    expectError(
      () => vjp((a) => a!, x, y),
      "SHAPE_MISMATCH",
      "v has invalid size: should be [2] but got [1]",
    );
    expectError(() => jvp((a) => a!, x, y), "SHAPE_MISMATCH", "v has invalid size");
    expectError(() => jacobian(3 as never, x), "INVALID_ARGUMENT", "jacobian");
    expectError(() => jacobian((a) => a!, [3] as never), "INVALID_ARGUMENT", "jacobian: expected a tensor");
    expectError(() => jacobian(() => 3 as never, x), "INVALID_ARGUMENT", "the function's result");
  });

  it("read nothing: a backend that cannot read at once will do", async () => {
    const backend = deferring(cpuJs() as Backend);
    const at = tensor([1, 2], { backend });
    expect(await hessian((a) => a!.pow(3).sum(), at).toArray()).toEqual([
      [6, 0],
      [0, 12],
    ]);
    expect(await jvp((a) => a!.pow(2), at, at)[1].toArray()).toEqual([2, 8]);
  });
});
