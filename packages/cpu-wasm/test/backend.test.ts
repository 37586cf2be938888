/** What the backend adds to its kernels: operands that had moved out of the heap, and failures that say what failed. */
import { type CompleteBackend, Corr2dError, corr2dWindow } from "@corr2d/core";
import { describe, expect, test, vi } from "vitest";
import type { TensorHandle } from "../src/cell.ts";
import { cpuWasm } from "../src/index.ts";

/** The error that `run` throws. */
function failureOf(run: () => unknown): Corr2dError {
  try {
    run();
  } catch (error) {
    if (Corr2dError.isInstance(error)) return error;
    throw error;
  }
  return expect.fail("it did not fail");
}

const small = (): Promise<CompleteBackend> => cpuWasm({ simd: "plain", heapMiB: 4 });

describe("concat", () => {
  test("has all of its parts in the heap at once, hundreds that had moved out of it", async () => {
    const backend = await small();
    const size = 1000;
    const parts = Array.from({ length: 400 }, (_, i) => backend.fill(i, size, "float32"));
    for (let step = 0; step < 40; step++) backend.fill(0, 200_000, "float32");
    const joined = backend.concat(parts, new Array(400).fill(1), 1, size, "float32");
    const values = backend.readSync!(joined, 400 * size, "float32");
    for (let i = 0; i < values.length; i++) {
      if (values[i] !== Math.floor(i / size)) expect.fail(`element ${i} is ${values[i]}`);
    }
  });
});

describe("reading", () => {
  test("into an array that the caller has, at once or later", async () => {
    const backend = await small();
    const x = backend.upload(Float32Array.of(1, -0, 3));
    const into = new Float32Array(3);
    expect(backend.readSync!(x, 3, "float32", into)).toBe(into);
    expect(into).toEqual(Float32Array.of(1, -0, 3));
    into.fill(0);
    expect(await backend.read(x, 3, "float32", into)).toBe(into);
    expect(into).toEqual(Float32Array.of(1, -0, 3));
  });
});

describe("failures name the operation and what it was called with", () => {
  test("results and scratch memory that do not fit", async () => {
    const backend = await small();
    const x = backend.fill(1, 2000, "float32");
    const failure = failureOf(() =>
      backend.binary("add", x, [2000, 1], x, [1, 2000], [2000, 2000], "float32"),
    );
    expect(failure.code).toBe("OUT_OF_MEMORY");
    expect(failure.details).toMatchObject({ bytes: 16_000_000 });
    expect(failure.message).toMatch(
      /^binary \(op add, shapeA \[2000, 1\], shapeB \[1, 2000\], shape \[2000, 2000\], dtype float32\): one operation needs 15.3 MiB/,
    );
    const window = corr2dWindow([1, 1, 40, 50], [600, 1, 3, 3], { padding: 1 });
    expect(failureOf(() => backend.corr2d(x, x, window, "float32")).message).toMatch(
      /^corr2d \(window \{batch 1, .*, axes \[\{input 40, kernel 3, .*before 1.*\}, \{.*\}\]\}, dtype float32\): one operation/,
    );
    expect(failureOf(() => backend.upload(new Float32Array(2_000_000))).message).toMatch(
      /^upload \(size 2000000\): one operation needs/,
    );
    const parts = new Array(600).fill(x);
    expect(
      failureOf(() =>
        backend.concat(
          parts,
          parts.map(() => 1),
          1,
          2000,
          "float32",
        ),
      ).message,
    ).toMatch(
      /^concat \(lengths \[1, 1, 1, 1, 1, 1, 1, 1, … 600 in all\], outer 1, inner 2000, dtype float32\): /,
    );
    expect(backend.readSync!(backend.unary("neg", x, 2000, "float32"), 2000, "float32")[1999]).toBe(-1);
  });

  test("a trap in the module: a bug to be reported, after which the backend goes on", async () => {
    const backend = await small();
    const x = backend.fill(1, 4, "float32");
    const before = backend.stats!();
    const failure = failureOf(() => backend.softmax(x, 1, 0, 1, "float32")); // core asks for no such thing
    expect(failure.code).toBe("INTERNAL");
    expect(failure.message).toMatch(
      /^softmax \(outer 1, length 0, inner 1, dtype float32\): divide by zero\. This is a bug in corr2d: please report it, /,
    );
    expect(failure.message).toContain("https://github.com/corr2d/corr2d/issues");
    expect(failure.cause).toBeInstanceOf(WebAssembly.RuntimeError);
    expect(backend.stats!()).toEqual(before);
    expect(backend.readSync!(backend.unary("neg", x, 4, "float32"), 4, "float32")[3]).toBe(-1);
  });

  test.each([1, 2])("a trap in kernels on %i threads, however often", async (threads) => {
    const backend = await cpuWasm({ threads });
    expect(backend.features.threads).toBe(threads);
    const size = 2 ** 20;
    const x = backend.fill(2, size, "float32");
    const outside = backend.fill(2, 4, "float32") as TensorHandle;
    const before = backend.stats!();
    const { pointer } = outside.cell;
    for (let attempt = 0; attempt < 20; attempt++) {
      outside.cell.pointer = 2 ** 31 - 64;
      const failure = failureOf(() => backend.unary("exp", outside, size, "float32"));
      expect(failure.code).toBe("INTERNAL");
      expect(failure.message).toMatch(/^unary \(op exp, .*This is a bug in corr2d/);
      outside.cell.pointer = pointer;
      const squares = backend.unary("square", x, size, "float32");
      expect(backend.readSync!(squares, size, "float32").every((value) => value === 4)).toBe(true);
      backend.free(squares);
    }
    expect(backend.stats!()).toEqual({ ...before, heapBytes: expect.any(Number) });
    await backend.close!();
  });

  test("memory that the host has not, for what is read or moved out of the heap", async () => {
    const backend = await small();
    const x = backend.fill(3, 2000, "float32");
    const refuse = (): never => {
      throw new RangeError("Array buffer allocation failed");
    };
    const slice = vi.spyOn(Float32Array.prototype, "slice").mockImplementation(refuse);
    const moved = vi.spyOn(Int32Array.prototype, "slice").mockImplementation(refuse);
    try {
      const reading = failureOf(() => backend.readSync!(x, 2000, "float32"));
      expect(reading.code).toBe("OUT_OF_MEMORY");
      expect(reading.message).toBe("the host has no room for a copy of 2000 elements out of the heap");
      await expect(backend.read(x, 2000, "float32")).rejects.toMatchObject({ code: "OUT_OF_MEMORY" });
      const moving = failureOf(() => {
        for (let step = 0; step < 10; step++) backend.fill(step, 200_000, "float32");
      });
      expect(moving.code).toBe("OUT_OF_MEMORY");
    } finally {
      slice.mockRestore();
      moved.mockRestore();
    }
    for (let step = 0; step < 10; step++) backend.fill(step, 200_000, "float32");
    expect(backend.readSync!(x, 2000, "float32").every((value) => value === 3)).toBe(true);
  });

  test("an index out of range, once", async () => {
    const backend = await small();
    const x = backend.fill(1, 24, "float32");
    const index = backend.upload(new Int32Array(40).fill(7));
    const size = { outer: 2, length: 3, inner: 4, count: 5 };
    expect(failureOf(() => backend.gather(x, index, size, "float32")).message).toBe(
      "gather: index 7 is out of range for an axis of 3 (x [2, 3, 4], index [2, 5, 4])",
    );
  });

  test("a backend that was closed", async () => {
    const backend = await small();
    await backend.close!();
    expect(failureOf(() => backend.fill(1, 3, "float32")).message).toBe(
      "fill (value 1, size 3, dtype float32): this cpu-wasm backend was closed",
    );
  });
});
