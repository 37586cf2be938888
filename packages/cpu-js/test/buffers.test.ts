import { Corr2dError, type DType } from "@corr2d/core";
import { describe, expect, it } from "vitest";
import { BufferPool, type Handle } from "../src/buffers.ts";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

function allocate(pool: BufferPool, dtype: DType, size: number): Handle {
  return pool.own(pool.take("test", dtype, size));
}

const failsWith = (code: string): unknown =>
  expect.toSatisfy((error) => Corr2dError.isInstance(error) && error.code === code);

describe("BufferPool", () => {
  it("gives a freed array to the next request of its size, in a new handle", () => {
    const pool = new BufferPool(2 ** 20);
    const first = allocate(pool, "float32", 1000);
    const { data } = first;
    pool.free(first);
    const second = allocate(pool, "float32", 1000);
    expect(second.data).toBe(data);
    expect(second).not.toBe(first);
  });

  it.each([10, 1000, 100_000])("reuses memory across dtypes and near sizes (%i)", (size) => {
    const pool = new BufferPool(2 ** 20);
    const first = allocate(pool, "float64", size);
    const { buffer, byteOffset } = first.data;
    pool.free(first);
    const second = allocate(pool, "int32", 2 * size - 1);
    expect(second.data).toBeInstanceOf(Int32Array);
    expect(second.data).toHaveLength(2 * size - 1);
    expect(second.data.buffer).toBe(buffer);
    expect(second.data.byteOffset).toBe(byteOffset);
  });

  it("keeps an eighth more than was asked for at most, whatever the size", () => {
    for (let bits = 0; bits < 22; bits++) {
      for (const size of [
        2 ** bits,
        2 ** bits + 1,
        Math.round(1.3 * 2 ** bits),
        Math.round(1.9 * 2 ** bits),
      ]) {
        const pool = new BufferPool(2 ** 30);
        const handle = allocate(pool, "float32", size);
        expect(handle.data).toHaveLength(size);
        const { buffer, byteOffset } = handle.data;
        pool.free(handle);
        expect(pool.pooledBytes).toBeGreaterThanOrEqual(4 * size);
        expect(pool.pooledBytes).toBeLessThanOrEqual(Math.max(4 * size * 1.125, 4 * size + 15));
        const again = allocate(pool, "float32", size);
        expect(again.data.buffer).toBe(buffer);
        expect(again.data.byteOffset).toBe(byteOffset);
        expect(pool.pooledBytes).toBe(0);
      }
    }
  });

  it("never gives the same memory twice", () => {
    const pool = new BufferPool(2 ** 20);
    const live = new Map<Handle, number>();
    for (let step = 1; step <= 5000; step++) {
      const handle = allocate(pool, step % 2 === 0 ? "float64" : "int32", 1 + ((step * 37) % 700));
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
    const old = Array.from({ length: 8 }, () => allocate(pool, "float32", 256));
    for (const handle of old) pool.free(handle);
    expect(pool.pooledBytes).toBe(8192);
    for (let step = 0; step < 4; step++) {
      const a = allocate(pool, "float32", 1024);
      const b = allocate(pool, "float32", 1024);
      pool.free(a);
      pool.free(b);
      expect(pool.pooledBytes).toBeLessThanOrEqual(10_000);
    }
    expect(pool.pooledBytes).toBe(8192);
    const reused = allocate(pool, "float32", 1024);
    expect(pool.pooledBytes).toBe(4096);
    pool.free(reused);
  });

  it("keeps nothing when told so", () => {
    const pool = new BufferPool(0);
    pool.free(allocate(pool, "float32", 5000));
    pool.free(allocate(pool, "float32", 5));
    expect(pool.pooledBytes).toBe(0);
  });

  it("counts live handles and their bytes", () => {
    const pool = new BufferPool(2 ** 20);
    const handles = [allocate(pool, "float32", 3), allocate(pool, "float64", 5), allocate(pool, "int32", 0)];
    expect([pool.liveHandles, pool.liveBytes]).toEqual([3, 52]);
    for (const handle of handles) pool.free(handle);
    expect([pool.liveHandles, pool.liveBytes]).toEqual([0, 0]);
  });

  it("notices a handle freed twice, or read after it was freed", () => {
    const pool = new BufferPool(2 ** 20);
    const handle = allocate(pool, "float32", 3);
    pool.free(handle);
    expect(() => pool.free(handle)).toThrow("free: a handle of cpu-js was freed twice");
    expect(() => pool.read(handle)).toThrow("read after it was freed");
  });

  it.each([-1, 0.5, nan, inf, 1e300])("refuses %d elements, and is none the worse for it", (size) => {
    const pool = new BufferPool(2 ** 20);
    expect(() => pool.take("matmul", "float32", size)).toThrow(
      `matmul: cpu-js was asked for ${size} elements`,
    );
    expect(() => pool.borrow(size)).toThrow(failsWith("INTERNAL"));
    expect(() => pool.borrowTable(size)).toThrow(failsWith("INTERNAL"));
    const handle = allocate(pool, "float32", 1000);
    pool.free(handle);
    expect([pool.pooledBytes, pool.liveHandles, pool.liveBytes]).toEqual([4096, 0, 0]);
    pool.giveBack(pool.borrow(500));
    expect(pool.pooledBytes).toBe(4096);
  });

  it("counts nothing that an operation took and could not use", () => {
    const pool = new BufferPool(2 ** 20);
    pool.take("corr2d", "float32", 1000);
    expect(() => pool.borrow(2 ** 50)).toThrow("corr2d: cpu-js has no room for 1125899906842624 elements");
    expect([pool.pooledBytes, pool.liveHandles, pool.liveBytes]).toEqual([0, 0, 0]);
  });
});
