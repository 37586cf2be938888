/** The heap as a bounded cache: eviction, pinning, scratch space, failure. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Corr2dError } from "@corr2d/core";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { TensorHandle } from "../src/cell.ts";
import { Heap } from "../src/heap.ts";
import { HEAP_START, PAGE } from "../src/layout.ts";
import { anyBits, seeded } from "./kernel-runtime.ts";

const MIB = 2 ** 20;

/** Runs the garbage collector and gives its reports a turn. */
setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;
async function collect(): Promise<void> {
  gc();
  await new Promise((resolve) => setTimeout(resolve, 10));
}

function createHeap(mebibytes: number): Heap {
  const memory = new WebAssembly.Memory({ initial: 8, maximum: (mebibytes * MIB) / PAGE });
  return new Heap(memory, mebibytes * MIB);
}

/** A handle with `value` in its first and last element. */
function store(heap: Heap, bytes: number, value: number): TensorHandle {
  heap.begin();
  const handle = heap.result(bytes);
  const first = heap.pointer(handle) >> 2;
  heap.i32[first] = value;
  heap.i32[first + bytes / 4 - 1] = value;
  heap.end();
  return handle;
}

function valuesOf(heap: Heap, handle: TensorHandle, bytes: number): [number, number] {
  const values = heap.read(handle, bytes / 4, "int32");
  return [values[0]!, values[values.length - 1]!];
}

describe("eviction", () => {
  test("of a page of small tensors for whose copy the host has no room: they stay where they are", () => {
    const heap = createHeap(4);
    const handles: TensorHandle[] = [];
    const storeMany = (): void => {
      for (let i = 0; i < 2000; i++) handles.push(store(heap, 512, handles.length));
    };
    const slice = vi.spyOn(Int32Array.prototype, "slice").mockImplementation(() => {
      throw new RangeError("Array buffer allocation failed");
    });
    try {
      for (let attempt = 0; attempt < 3; attempt++) {
        expect(storeMany).toThrow(expect.objectContaining({ code: "OUT_OF_MEMORY" }));
      }
    } finally {
      slice.mockRestore();
    }
    expect(handles.length).toBeGreaterThan(400);
    storeMany();
    handles.forEach((handle, i) => {
      expect(valuesOf(heap, handle, 512)).toEqual([i, i]);
    });
  });

  test("live data three times the heap keeps its values, read in place or used again", () => {
    const heap = createHeap(4);
    const bytes = MIB / 4;
    const handles = Array.from({ length: 48 }, (_, i) => store(heap, bytes, i));
    expect(heap.stats().evictedBytes).toBeGreaterThan(8 * MIB);
    expect(heap.stats().heapBytes).toBe(4 * MIB);
    handles.forEach((handle, i) => {
      expect(valuesOf(heap, handle, bytes)).toEqual([i, i]);
    });
    expect(heap.stats().restoredBytes).toBe(0);
    handles.forEach((handle, i) => {
      heap.begin();
      const pointer = heap.pointer(handle);
      expect(pointer).toBeGreaterThanOrEqual(HEAP_START);
      expect(heap.i32[pointer >> 2]).toBe(i);
      heap.end();
    });
    expect(heap.stats().restoredBytes).toBeGreaterThan(8 * MIB);
  });

  test("the least recently used goes first", () => {
    const heap = createHeap(4);
    const bytes = MIB;
    const [a, b, c] = [store(heap, bytes, 1), store(heap, bytes, 2), store(heap, bytes, 3)];
    heap.begin();
    const kept = heap.pointer(a);
    heap.end();
    store(heap, bytes, 4);
    heap.begin();
    expect(heap.pointer(a)).toBe(kept);
    expect(heap.stats().evictedBytes).toBe(bytes);
    heap.end();
    expect(valuesOf(heap, b, bytes)).toEqual([2, 2]);
    expect(valuesOf(heap, c, bytes)).toEqual([3, 3]);
  });

  test("operands, results and scratch of the operation that runs stay where they are", () => {
    const heap = createHeap(4);
    const bytes = MIB / 2;
    const handles = Array.from({ length: 20 }, (_, i) => store(heap, bytes, i));
    heap.begin();
    const pinned = handles.slice(0, 4).map((handle) => [handle, heap.pointer(handle)] as const);
    const scratch = heap.scratch(bytes);
    const result = heap.result(bytes);
    const resultPointer = heap.pointer(result);
    for (const [handle, pointer] of pinned) expect(heap.pointer(handle)).toBe(pointer);
    expect(new Set([...pinned.map(([, pointer]) => pointer), scratch, resultPointer]).size).toBe(6);
    pinned.forEach(([, pointer], i) => {
      expect(heap.i32[pointer >> 2]).toBe(i);
    });
    heap.end();
  });

  test("random use agrees with a model that never evicts", () => {
    const step = fc.record({
      pick: fc.nat(),
      kind: fc.constantFrom("store", "use", "free"),
      size: fc.nat(40),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (sequence) => {
        const heap = createHeap(4);
        const live: { handle: TensorHandle; bytes: number; value: number }[] = [];
        sequence.forEach(({ kind, pick, size }, value) => {
          const bytes = size % 4 === 0 ? 64 * (size + 1) : 20_000 * (size + 1);
          const at = live.length > 0 ? pick % live.length : -1;
          if (kind === "store" || at < 0) live.push({ handle: store(heap, bytes, value), bytes, value });
          else if (kind === "free") heap.free(live.splice(at, 1)[0]!.handle);
          else {
            heap.begin();
            const pointer = heap.pointer(live[at]!.handle);
            expect(heap.i32[pointer >> 2]).toBe(live[at]!.value);
            heap.end();
          }
        });
        for (const { handle, bytes, value } of live)
          expect(valuesOf(heap, handle, bytes)).toEqual([value, value]);
        for (const { handle } of live) heap.free(handle);
        expect(heap.stats()).toMatchObject({ liveHandles: 0, liveBytes: 0 });
        expect(heap.stats().heapBytes).toBeLessThanOrEqual(4 * MIB);
      }),
      { numRuns: 60 },
    );
  });

  test("small tensors leave the nursery with their values, and come back for good when they are used", () => {
    const heap = createHeap(4);
    const kept = Array.from({ length: 200 }, (_, i) => store(heap, 64 + (i % 8) * 64, i));
    for (let step = 0; step < 20_000; step++) store(heap, 256, -1);
    expect(heap.stats().liveBytes).toBeLessThan(2 ** 18); // the 200 are ordinary memory now
    kept.forEach((handle, i) => {
      expect(valuesOf(heap, handle, 64 + (i % 8) * 64)).toEqual([i, i]);
    });
    const pointers = kept.map((handle) => {
      heap.begin();
      const pointer = heap.pointer(handle);
      heap.end();
      return pointer;
    });
    for (let step = 0; step < 20_000; step++) store(heap, 256, -1);
    kept.forEach((handle, i) => {
      expect(handle.cell.pointer).toBe(pointers[i]);
      expect(valuesOf(heap, handle, 64 + (i % 8) * 64)).toEqual([i, i]);
    });
  });

  test("an operation on more small tensors than a nursery page holds keeps them all in place", () => {
    const heap = createHeap(4);
    const handles = Array.from({ length: 10_000 }, (_, i) => store(heap, 256, i));
    heap.begin();
    const pointers = handles.slice(-100).map((handle) => heap.pointer(handle));
    const results = Array.from({ length: 100 }, () => heap.pointer(heap.result(256)));
    expect(new Set([...pointers, ...results]).size).toBe(200);
    pointers.forEach((pointer, i) => {
      expect(heap.i32[pointer >> 2]).toBe(9900 + i);
    });
    heap.end();
  });

  test("a synchronous loop of 100,000 steps that frees nothing stays bounded", () => {
    const heap = createHeap(8);
    const kept = store(heap, 4096, 42);
    // Ordinary memory is bounded too: only the collector frees what was moved out.
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    for (let step = 0; step < 100_000; step++) {
      store(heap, 4096, step);
      if (step % 10_000 === 0) peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }
    expect(heap.stats().evictedBytes).toBeGreaterThan(350 * MIB);
    expect(heap.stats().heapBytes).toBe(8 * MIB);
    expect(heap.stats().liveBytes).toBeLessThanOrEqual(8 * MIB);
    expect(peak).toBeLessThan(200 * MIB);
    expect(valuesOf(heap, kept, 4096)).toEqual([42, 42]);
  });

  test("large garbage in a synchronous loop stays bounded although it is registered for finalisation", () => {
    const heap = createHeap(16);
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    for (let step = 0; step < 500; step++) {
      store(heap, MIB, step);
      if (step % 100 === 0) peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
    }
    expect(heap.stats().evictedBytes).toBeGreaterThan(400 * MIB);
    expect(peak).toBeLessThan(250 * MIB);
  });
});

describe("the soft limit", () => {
  test("garbage that nobody frees fills 64 MiB of a large heap, while what is used stays in place", () => {
    const heap = createHeap(512);
    const kept = Array.from({ length: 10 }, (_, i) => store(heap, MIB, i));
    const pointers = kept.map((handle) => handle.cell.pointer);
    for (let step = 0; step < 1000; step++) {
      store(heap, 2 * MIB, step);
      heap.begin();
      for (const handle of kept) heap.pointer(handle);
      heap.end();
    }
    expect(heap.stats()).toMatchObject({ heapBytes: 64 * MIB, heapLimitBytes: 512 * MIB, restoredBytes: 0 });
    expect(kept.map((handle) => handle.cell.pointer)).toEqual(pointers);
  });

  test("doubles until what is used again and again stays in place", () => {
    const heap = createHeap(512);
    const live = Array.from({ length: 150 }, (_, i) => store(heap, MIB, i));
    const round = (): number => {
      const before = heap.stats().restoredBytes;
      for (const [i, handle] of live.entries()) {
        heap.begin();
        const pointer = heap.pointer(handle);
        expect(heap.i32[pointer >> 2]).toBe(i);
        heap.end();
      }
      return heap.stats().restoredBytes - before;
    };
    expect(round()).toBeGreaterThan(0);
    round();
    expect(round()).toBe(0);
    expect(heap.stats().heapBytes).toBeLessThanOrEqual(256 * MIB);
  });

  test("gives way to large blocks, and to an operation whose operands are all in use, before anything moves out", () => {
    const heap = createHeap(512);
    for (let i = 0; i < 5; i++) store(heap, 50 * MIB, i);
    expect(heap.stats().evictedBytes).toBe(0);
    const small = createHeap(512);
    small.begin();
    for (let i = 0; i < 100; i++) small.result(MIB);
    small.end();
    expect(small.stats()).toMatchObject({ evictedBytes: 0, liveHandles: 100 });
  });
});

describe("reading", () => {
  test("into an array that is given, or a new one, bit for bit, in the heap or out of it", () => {
    const heap = createHeap(4);
    const bits = anyBits(300_000, seeded(13));
    heap.begin();
    const handle = heap.result(bits.length * 4);
    heap.i32.set(bits, heap.pointer(handle) >> 2);
    heap.end();
    for (const moved of [false, true]) {
      if (moved) for (let step = 0; step < 10; step++) store(heap, MIB, 0);
      expect(handle.cell.pointer === 0).toBe(moved);
      const ints = new Int32Array(5);
      const floats = new Float32Array(new ArrayBuffer(40), 8, 5);
      expect(heap.read(handle, 5, "int32", ints)).toBe(ints);
      expect(heap.read(handle, 5, "float32", floats)).toBe(floats);
      const fresh = heap.read(handle, 5, "float32");
      expect(fresh).toBeInstanceOf(Float32Array);
      for (const { buffer, byteOffset } of [ints, floats, fresh])
        expect(new Int32Array(buffer, byteOffset, 5)).toEqual(bits.slice(0, 5));
      expect(heap.read(handle, bits.length, "int32")).toEqual(bits);
    }
  });

  test("small values that left the nursery together are read into an array one by one", () => {
    const heap = createHeap(4);
    const handles = Array.from({ length: 20 }, (_, i) => store(heap, 64, i));
    for (let step = 0; step < 20_000; step++) store(heap, 256, -1);
    const into = new Int32Array(16);
    for (const [i, handle] of handles.entries()) {
      expect(handle.cell.pointer).toBe(0);
      heap.read(handle, 16, "int32", into);
      expect([into[0], into[15]]).toEqual([i, i]);
    }
  });
});

describe("a closed heap", () => {
  const closed = expect.objectContaining({ code: "BACKEND_CLOSED" });

  test("frees nothing, counts nothing, reads nothing, closes again; also after an operation that failed", () => {
    const heap = createHeap(4);
    const handles = [64, 4096, MIB].map((bytes) => store(heap, bytes, 1));
    for (let step = 0; step < 10; step++) store(heap, MIB, 0);
    handles.push(store(heap, 64, 2));
    heap.begin();
    heap.result(64);
    heap.scratch(64);
    for (let time = 0; time < 2; time++) {
      heap.close(() => new Corr2dError("BACKEND_CLOSED", "closed"));
      for (const handle of handles) heap.free(handle);
      expect(heap.stats()).toMatchObject({ liveHandles: 0, liveBytes: 0 });
      expect(() => heap.begin()).toThrow(closed);
      for (const handle of handles) {
        expect(() => heap.read(handle, 1, "int32")).toThrow(closed);
        expect(() => heap.read(handle, 1, "int32", new Int32Array(1))).toThrow(closed);
      }
    }
  });

  test("a report of a handle that was collected meanwhile changes nothing", async () => {
    const heap = createHeap(64);
    for (let i = 0; i < 20; i++) store(heap, MIB, i);
    heap.close(() => new Corr2dError("BACKEND_CLOSED", "closed"));
    for (let turn = 0; turn < 5; turn++) await collect();
    expect(heap.stats()).toMatchObject({ liveHandles: 0, liveBytes: 0 });
  });
});

describe("collected handles", () => {
  test("what a large handle held is free once the collector has reported it", async () => {
    const heap = createHeap(64);
    for (let i = 0; i < 20; i++) store(heap, MIB, i);
    expect(heap.stats().liveHandles).toBe(20);
    for (let turn = 0; turn < 50 && heap.stats().liveHandles > 0; turn++) await collect();
    expect(heap.stats()).toMatchObject({ liveHandles: 0, liveBytes: 0, evictedBytes: 0 });
  });

  test("a report that comes after the slot was used again frees nothing", async () => {
    const heap = createHeap(64);
    for (let i = 0; i < 20; i++) heap.free(store(heap, MIB, i));
    const live = Array.from({ length: 20 }, (_, i) => store(heap, 64, i));
    for (let turn = 0; turn < 5; turn++) await collect();
    expect(heap.stats().liveHandles).toBe(20);
    live.forEach((handle, i) => {
      expect(valuesOf(heap, handle, 64)).toEqual([i, i]);
    });
  });
});

describe("operations", () => {
  test("a vector can be loaded at the end of whatever is handed out, when the memory is full too", () => {
    const heap = createHeap(1);
    heap.begin();
    const ends: number[] = [];
    for (const bytes of [65536, 4096, 64]) {
      try {
        for (;;) ends.push(heap.scratch(bytes) + bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: "OUT_OF_MEMORY" });
      }
    }
    heap.end();
    const last = Math.max(...ends);
    expect(heap.memory.buffer.byteLength).toBe(MIB);
    expect(last).toBeLessThanOrEqual(MIB - 16);
    expect(last).toBeGreaterThanOrEqual(MIB - 128);
  });

  test("scratch space is free after the operation, and its peak is counted", () => {
    const heap = createHeap(4);
    for (let i = 0; i < 100; i++) {
      heap.begin();
      expect(heap.scratch(MIB) % 64).toBe(0);
      heap.scratch(MIB);
      heap.end();
    }
    expect(heap.stats()).toMatchObject({ scratchPeakBytes: 2 * MIB, evictedBytes: 0, liveBytes: 0 });
  });

  test("an operation larger than the heap says so, and leaves the heap usable", () => {
    const heap = createHeap(4);
    const kept = store(heap, 64, 7);
    heap.begin();
    heap.result(MIB);
    expect(() => heap.result(5 * MIB)).toThrow(
      /one operation needs 5.0 MiB .* heap of 4.0 MiB .* larger heapMiB/,
    );
    expect(() => heap.scratch(3.5 * MIB)).toThrow(expect.objectContaining({ code: "OUT_OF_MEMORY" }));
    expect(heap.stats()).toMatchObject({ liveHandles: 1, liveBytes: 64 }); // what failed left nothing
    expect(valuesOf(heap, store(heap, 2 * MIB, 9), 2 * MIB)).toEqual([9, 9]);
    expect(valuesOf(heap, kept, 64)).toEqual([7, 7]);
  });

  test("a host that refuses to grow the memory is an error that says so", () => {
    const memory = new WebAssembly.Memory({ initial: 8, maximum: 16 });
    const heap = new Heap(memory, 64 * MIB); // the host's limit is lower than ours
    expect(() => store(heap, 2 * MIB, 1)).toThrow(/the host gave no more than that/);
    expect(valuesOf(heap, store(heap, MIB / 2, 5), MIB / 2)).toEqual([5, 5]);
  });
});
