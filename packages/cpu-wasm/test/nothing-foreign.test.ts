/** No result depends on memory that is not its operands', and nothing is written beside results: every case of the suite. */
import type { Backend } from "@corr2d/core";
import { describe, expect, test, vi } from "vitest";
import {
  nothingForeign,
  onFreshMemory,
  PATTERNS,
  type PatternedBackend,
} from "../../conformance/test/fresh-memory.ts";
import type { TensorHandle } from "../src/cell.ts";
import { type CpuWasmOptions, cpuWasm } from "../src/index.ts";
import { heaps, type PatternedHeap } from "./patterned-heap.ts";
import { enableRelaxedSimd } from "./relaxed-simd.ts";

vi.mock(import("../src/heap.ts"), async (original) => {
  const { patterned } = await import("./patterned-heap.ts");
  const actual = await original();
  return { ...actual, Heap: patterned(actual.Heap) };
});
enableRelaxedSimd();

interface Arena extends PatternedBackend {
  readonly backend: Backend<TensorHandle>;
  readonly heap: PatternedHeap;
}

async function open(pattern: number, options: CpuWasmOptions): Promise<Arena> {
  heaps.pattern = pattern;
  const backend = (await cpuWasm(options)) as Backend as Backend<TensorHandle>;
  const heap = heaps.latest!;
  return { backend, heap, renew: () => heap.renew() };
}

const openTwo = async (options: CpuWasmOptions): Promise<readonly [Arena, Arena]> => [
  await open(PATTERNS[0], options),
  await open(PATTERNS[1], options),
];

/** The correlations of real numbers: the large transforms are not exact for integers either. */
const REAL = ["corr2d/real", "corr2dInput/real", "corr2dKernel/real", "corr2dBias/real"];

describe.each<[string, CpuWasmOptions, filter: string | readonly string[]]>([
  ["plain, one thread", { simd: "plain" }, ""],
  ["relaxed, two threads", { simd: "relaxed", threads: 2 }, ""],
  ["large Winograd transforms", { winograd: "large" }, REAL],
  ["no Winograd transforms", { winograd: "off" }, REAL],
])("%s", async (_, options, filter) => {
  const arenas = await openTwo(options);
  nothingForeign(...arenas, { filter });

  test("nothing was written where nothing was handed out", () => {
    for (const { heap } of arenas) heap.checkAll();
    expect(arenas[0].backend.features).toMatchObject(options);
  });
});

describe("a fault", () => {
  type Unary = Backend<TensorHandle>["unary"];
  /** The word of the memory where a handle's values begin. */
  const wordOf = ({ cell }: TensorHandle): number => cell.pointer >> 2;

  const faults: Readonly<Record<string, (arena: Arena) => Unary>> = {
    "leaves an element of its result unwritten":
      ({ heap }) =>
      (_op, x, size) => {
        heap.begin();
        heap.pointer(x);
        const out = heap.result(size * 4);
        heap.i32.fill(0, wordOf(out), wordOf(out) + size - 1);
        heap.end();
        return out;
      },
    "uses scratch space that it has not filled":
      ({ heap }) =>
      (_op, x, size) => {
        heap.begin();
        heap.pointer(x);
        const out = heap.result(size * 4);
        heap.i32.fill(heap.i32[heap.scratch(64) >> 2]!, wordOf(out), wordOf(out) + size);
        heap.end();
        return out;
      },
    "reads the word behind its operand":
      ({ backend, heap }) =>
      (op, x, size, dtype) => {
        const out = backend.unary(op, x, size, dtype);
        heap.f32[wordOf(out)]! += 1e-3 * heap.f32[wordOf(x) + size]!;
        return out;
      },
    "reads somewhere else":
      ({ backend, heap }) =>
      (...args) => {
        const out = backend.unary(...args);
        heap.f32[wordOf(out)] = Math.max(heap.f32[wordOf(out)]!, heap.f32[2 ** 19]!);
        return out;
      },
    "goes by an argument that an operation before left":
      ({ backend, heap }) =>
      (...args) => {
        const out = backend.unary(...args);
        heap.f32[wordOf(out)] = heap.i32[2040 >> 2]!;
        return out;
      },
    "writes behind its result":
      ({ backend, heap }) =>
      (...args) => {
        const out = backend.unary(...args);
        heap.f32[wordOf(out) + args[2]] = 0;
        return out;
      },
    "writes before its operand":
      ({ backend, heap }) =>
      (...args) => {
        heap.f32[wordOf(args[1]) - 1] = 0;
        return backend.unary(...args);
      },
    "writes somewhere else":
      ({ backend, heap }) =>
      (...args) => {
        heap.f32[2 ** 19] = 0;
        return backend.unary(...args);
      },
  };

  const runOn = async (change: (arena: Arena) => Unary | undefined): Promise<unknown> => {
    const arenas = await openTwo({});
    const changed = arenas.map((arena) => {
      const unary = change(arena) ?? arena.backend.unary;
      return { ...arena, backend: { ...arena.backend, unary } };
    });
    const backend = onFreshMemory(changed[0]!, changed[1]!);
    const x = backend.upload(Float32Array.of(1, 2, 3));
    const read = backend.readSync!(backend.unary("neg", x, 3, "float32"), 3, "float32");
    for (const { heap } of arenas) heap.checkAll();
    return read;
  };

  test.each(Object.entries(faults))("is seen: an operation that %s", async (_, fault) => {
    await expect(runOn(fault)).rejects.toThrow(/memory that is not its operands'|something was written/);
  });

  test("is not seen where there is none", async () => {
    expect(await runOn(() => undefined)).toEqual(Float32Array.of(-1, -2, -3));
  });
});
