import { COMPOSITES, Corr2dError, nativeComposites, OPTIONAL_OPS } from "@corr2d/core";
import { describe, expect, it } from "vitest";
import cpuJsDefault, { cpuJs } from "../src/index.ts";

const { NaN: nan } = Number;

const failsWith = (code: string): unknown =>
  expect.toSatisfy((error) => Corr2dError.isInstance(error) && error.code === code);

describe("storage", () => {
  it.each([-1, nan, "5" as unknown as number])("refuses poolBytes: %o", (poolBytes) => {
    expect(() => cpuJs({ poolBytes })).toThrow(failsWith("INVALID_ARGUMENT"));
    expect(() => cpuJs({ poolBytes })).toThrow(String(poolBytes));
  });

  it("says what there is no room for", () => {
    const backend = cpuJs();
    const x = backend.upload(Float32Array.of(1));
    const before = backend.stats!();
    const size = {
      batch: 1,
      rows: 2 ** 26,
      inner: 1,
      columns: 2 ** 26,
      transposeA: false,
      transposeB: false,
    };
    const failures: readonly (readonly [string, number, () => unknown])[] = [
      ["fill", 2 ** 45, () => backend.fill!(1, 2 ** 45, "float64")],
      ["matmul", 2 ** 52, () => backend.matmul(x, x, size, "float32")],
      ["exp", 2 ** 46, () => backend.unary("exp", x, 2 ** 46, "float32")],
    ];
    for (const [operation, elements, run] of failures) {
      expect(run).toThrow(failsWith("OUT_OF_MEMORY"));
      expect(run).toThrow(`${operation}: cpu-js has no room for ${elements} elements`);
    }
    expect(backend.stats!()).toEqual(before);
  });

  it("is made by either export, awaited or not", async () => {
    expect(cpuJsDefault).toBe(cpuJs);
    expect((await cpuJs()).name).toBe("cpu-js");
    expect(nativeComposites(cpuJs())).toEqual(COMPOSITES);
    expect(cpuJs().optionalOps).toEqual(OPTIONAL_OPS);
  });

  it("copies in and out", async () => {
    const backend = cpuJs();
    const given = Float64Array.of(1, 2, 3);
    const handle = backend.upload(given);
    given.fill(0);
    const read = await backend.read(handle, 3, "float64");
    expect(read).toEqual(Float64Array.of(1, 2, 3));
    read.fill(0);
    expect(backend.readSync!(handle, 3, "float64")).toEqual(Float64Array.of(1, 2, 3));
  });

  it("reads into an array that is there", async () => {
    const backend = cpuJs();
    const handle = backend.upload(Float32Array.of(-0, 2 ** -140, 3));
    const into = new Float32Array(3);
    expect(await backend.read(handle, 3, "float32", into)).toBe(into);
    expect(into).toEqual(Float32Array.of(-0, 2 ** -140, 3));
    const part = new Float32Array(5).subarray(1, 4);
    expect(backend.readSync!(handle, 3, "float32", part)).toBe(part);
    expect(new Float32Array(part.buffer)).toEqual(Float32Array.of(0, -0, 2 ** -140, 3, 0));
    into.fill(7);
    expect(backend.readSync!(handle, 3, "float32")).toEqual(part);
  });

  it.each([Float32Array, Float64Array, Int32Array])("takes and gives empty arrays: %o", async (kind) => {
    const backend = cpuJs();
    const handle = backend.upload(new kind(0));
    const read = await backend.read(handle, 0, "float32");
    expect(read).toBeInstanceOf(kind);
    expect(read).toHaveLength(0);
    backend.free(handle);
    expect(backend.stats!()).toEqual({ liveHandles: 0, liveBytes: 0, pooledBytes: 0 });
  });

  it("fails after close, by name", async () => {
    const backend = cpuJs();
    const handle = backend.upload(Float32Array.of(1));
    await backend.close!();
    expect(backend.stats!()).toEqual({ liveHandles: 0, liveBytes: 0, pooledBytes: 0 });
    const closed = failsWith("BACKEND_CLOSED");
    expect(() => backend.unary("neg", handle, 1, "float32")).toThrow(closed);
    expect(() => backend.unary("neg", handle, 1, "float32")).toThrow("neg: the backend cpu-js was closed");
    expect(() => backend.cast(handle, 1, "float32", "int32")).toThrow(closed);
    expect(() => backend.concat!([handle], [1], 1, 1, "float32")).toThrow(closed);
    const size = { outer: 1, length: 1, inner: 1, count: 1 };
    expect(() => backend.gather(handle, handle, size, "float32")).toThrow(closed);
    const into = Float32Array.of(5);
    expect(() => backend.readSync!(handle, 1, "float32")).toThrow(closed);
    await expect(backend.read(handle, 1, "float32", into)).rejects.toEqual(closed);
    expect(into[0]).toBe(5);
    expect(() => backend.upload(Float32Array.of(1))).toThrow(closed);
    await backend.close!();
  });

  it("frees after close, again and again, and nothing happens", () => {
    const backend = cpuJs();
    const handle = backend.upload(Float32Array.of(1));
    backend.close!();
    backend.free(handle);
    backend.free(handle);
    expect(backend.stats!()).toEqual({ liveHandles: 0, liveBytes: 0, pooledBytes: 0 });
  });
});
