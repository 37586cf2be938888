/** The validating wrapper catches what it is there to catch, on both sides of the contract. */
import { type Backend, type Corr2dError, corr2dWindow } from "@corr2d/core";
import { expect, test } from "vitest";
import cpuJs from "../../cpu-js/src/index.ts";
import { withMembers } from "../src/handles.ts";
import { strict } from "../src/strict.ts";

const right = (): Backend => cpuJs() as Backend;
const three = Float32Array.of(1, 2, 3);

test("the caller: handles", () => {
  const { backend } = strict(right());
  const x = backend.upload(three);
  expect(() => strict(right()).backend.unary("neg", x, 3, "float32")).toThrow(
    "is not a handle of this backend",
  );
  backend.free(x);
  expect(() => backend.unary("neg", x, 3, "float32")).toThrow("operand x of unary was freed");
  expect(() => backend.free(x)).toThrow("the operand of free was freed");
});

test("the caller: arguments", async () => {
  const { backend } = strict(right());
  const x = backend.upload(three);
  const view = { shape: [3], strides: [1], offset: 1, sourceSize: 3 };
  const wrong: readonly (readonly [() => unknown, RegExp])[] = [
    [() => backend.unary("neg", x, 4, "float32"), /holds 3 × float32, but its arguments say 4 × float32/],
    [() => backend.unary("neg", x, 3, "float64"), /holds 3 × float32, but its arguments say 3 × float64/],
    [() => backend.unary("neg", x, 0, "float32"), /size is 0/],
    [() => backend.unary("exp", x, 3, "int32"), /exp was asked for int32/],
    [() => backend.binary("add", x, [3], x, [3], [2, 3], "float32"), /shapeA has 1 axes, the result 2/],
    [() => backend.binary("add", x, [3], x, [3], [4], "float32"), /\[3\] does not broadcast to \[4\]/],
    [() => backend.reduce("sum", x, [3], [], "float32"), /reduce's axes are none/],
    [() => backend.reduce("argmax", x, [3, 1], [0, 1], "float32"), /argmax was given 2 axes/],
    [() => backend.reduce("sum", x, [3, 1], [1, 0], "float32"), /reduce's axes are \[1, 0\]/],
    [() => backend.strided(x, view, "float32"), /addresses 1 to 3 of a source of 3/],
    [() => backend.matmul(x, x, { ...product, rows: 2 }, "float32"), /holds 3 × float32.*say 6/],
    [() => backend.corr2d!(x, x, { ...corr2dWindow([1, 1, 1, 3], [1, 1, 1, 3]) }, "float32"), /not frozen/],
  ];
  for (const [call, message] of wrong) expect(call).toThrow(message);
  await expect(backend.read(x, 2, "float32")).rejects.toThrow(
    "read of 2 × float32 from a value of 3 × float32",
  );
});

const product = { batch: 1, rows: 1, inner: 3, columns: 1, transposeA: false, transposeB: false };

test("the backend: a value that changes", async () => {
  const backend = right();
  const bad = withMembers(backend, {
    unary(op, x, size, dtype) {
      (x as { data: Float32Array }).data.fill(7);
      return backend.unary(op, x, size, dtype);
    },
  } satisfies Partial<Backend>);
  const alive = strict(bad);
  alive.backend.unary("neg", alive.backend.upload(three), 3, "float32");
  await expect(alive.settle()).rejects.toThrow("a float32 value of 3 elements changed while it was alive");

  const freed = strict(bad);
  const x = freed.backend.upload(three);
  freed.backend.unary("neg", x, 3, "float32");
  freed.backend.free(x);
  const error = (await freed.settle().catch((e: unknown) => e)) as Corr2dError;
  expect(error.message).toMatch("changed before it was freed");
  expect(error.code).toBe("INTERNAL");
});

test("the backend: a caller's array or record written into", () => {
  const backend = right();
  const { backend: watched } = strict(
    withMembers(backend, {
      reduce(op, x, shape, axes, dtype) {
        (shape as number[])[0] = 1;
        return backend.reduce(op, x, shape, axes, dtype);
      },
      strided(x, view, dtype) {
        (view.strides as number[]).reverse();
        return backend.strided(x, view, dtype);
      },
    } satisfies Partial<Backend>),
  );
  const x = watched.upload(three);
  expect(() => watched.reduce("sum", x, [3, 1], [0], "float32")).toThrow("read only property '0'");
  const view = { shape: [3, 1], strides: [1, 2], offset: 0, sourceSize: 3 };
  expect(() => watched.strided(x, view, "float32")).toThrow("read only property");
});

test("the backend: a handle that is not fresh, or no object", () => {
  const backend = right();
  const aliasing = strict(withMembers(backend, { unary: (_: unknown, x: unknown) => x })).backend;
  expect(() => aliasing.unary("neg", aliasing.upload(three), 3, "float32")).toThrow("instead of a fresh one");
  const numbering = strict(withMembers(backend, { upload: () => 5 })).backend;
  expect(() => numbering.upload(three)).toThrow("upload gave no object as a handle");
});

test("the backend: a read of the wrong kind", async () => {
  const { backend } = strict(withMembers(right(), { read: async () => new Float64Array(3) }));
  const x = backend.upload(three);
  await expect(backend.read(x, 3, "float32")).rejects.toThrow("read gave 3 × Float64Array for 3 × float32");
});
