import { Corr2dError } from "@corr2d/core";
import { describe, expect, it } from "vitest";
import { BufferPool } from "../src/buffers.ts";
import cpuJsDefault, { cpuJs } from "../src/index.ts";

describe("BufferPool", () => {
  it("gives a freed array to the next request of its size, in a new handle", () => {
    const pool = new BufferPool(2 ** 20);
    const first = pool.allocate("float32", 1000);
    const { data } = first;
    pool.free(first);
    const second = pool.allocate("float32", 1000);
    expect(second.data).toBe(data);
    expect(second).not.toBe(first);
  });

  it.each([10, 1000, 100_000])("reuses memory across dtypes and near sizes (%i)", (size) => {
    const pool = new BufferPool(2 ** 20);
    const first = pool.allocate("float64", size);
    const { buffer, byteOffset } = first.data;
    pool.free(first);
    const second = pool.allocate("int32", 2 * size - 1);
    expect(second.data).toBeInstanceOf(Int32Array);
    expect(second.data).toHaveLength(2 * size - 1);
    expect(second.data.buffer).toBe(buffer);
    expect(second.data.byteOffset).toBe(byteOffset);
  });

  it("never gives the same memory twice", () => {
    const pool = new BufferPool(2 ** 20);
    const live = new Map<ReturnType<typeof pool.allocate>, number>();
    for (let step = 1; step <= 5000; step++) {
      const handle = pool.allocate(step % 2 === 0 ? "float64" : "int32", 1 + ((step * 37) % 700));
      handle.data.fill(step);
      live.set(handle, step);
      if (step % 3 === 0) {
        const [oldest, value] = live.entries().next().value!;
        expect(oldest.data.every((v) => v === value)).toBe(true);
        live.delete(oldest);
        pool.free(oldest);
      }
    }
    for (const [handle, value] of live) expect(handle.data.every((v) => v === value)).toBe(true);
  });

  it("keeps at most its limit, and what is in use rather than what is not", () => {
    const pool = new BufferPool(10_000);
    const old = Array.from({ length: 8 }, () => pool.allocate("float32", 256));
    for (const handle of old) pool.free(handle);
    expect(pool.pooledBytes).toBe(8192);
    for (let step = 0; step < 4; step++) {
      const a = pool.allocate("float32", 1024);
      const b = pool.allocate("float32", 1024);
      pool.free(a);
      pool.free(b);
      expect(pool.pooledBytes).toBeLessThanOrEqual(10_000);
    }
    expect(pool.pooledBytes).toBe(8192);
    const reused = pool.allocate("float32", 1024);
    expect(pool.pooledBytes).toBe(4096);
    pool.free(reused);
  });

  it("keeps nothing when told so", () => {
    const pool = new BufferPool(0);
    pool.free(pool.allocate("float32", 5000));
    pool.free(pool.allocate("float32", 5));
    expect(pool.pooledBytes).toBe(0);
  });

  it("counts live handles and their bytes", () => {
    const pool = new BufferPool(2 ** 20);
    const handles = [pool.allocate("float32", 3), pool.allocate("float64", 5), pool.allocate("int32", 0)];
    expect([pool.liveHandles, pool.liveBytes]).toEqual([3, 52]);
    for (const handle of handles) pool.free(handle);
    expect([pool.liveHandles, pool.liveBytes]).toEqual([0, 0]);
  });

  it("notices a handle freed twice, or read after it was freed", () => {
    const pool = new BufferPool(2 ** 20);
    const handle = pool.allocate("float32", 3);
    pool.free(handle);
    expect(() => pool.free(handle)).toThrow("a handle was freed twice");
    expect(() => pool.elementsOf(handle)).toThrow("read after it was freed");
  });
});

describe("storage", () => {
  it("is made by either export, awaited or not", async () => {
    expect(cpuJsDefault).toBe(cpuJs);
    expect((await cpuJs()).name).toBe("cpu-js");
    expect(cpuJs().nativeComposites).toHaveLength(12);
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
    const closed = (error: unknown): boolean =>
      Corr2dError.isInstance(error) && error.code === "BACKEND_CLOSED";
    expect(() => backend.unary("neg", handle, 1, "float32")).toThrow(expect.toSatisfy(closed));
    expect(() => backend.readSync!(handle, 1, "float32")).toThrow(expect.toSatisfy(closed));
    await expect(backend.read(handle, 1, "float32")).rejects.toSatisfy(closed);
    expect(() => backend.upload(Float32Array.of(1))).toThrow(expect.toSatisfy(closed));
    backend.free(handle);
    expect(backend.stats!().liveHandles).toBe(0);
  });
});
