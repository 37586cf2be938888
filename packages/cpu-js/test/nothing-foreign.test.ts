/** No result depends on what its memory held before, and nothing is written beside it: every case of the suite. */
import type { Backend } from "@corr2d/core";
import { describe, expect, test, vi } from "vitest";
import {
  nothingForeign,
  onFreshMemory,
  PATTERNS,
  type PatternedBackend,
} from "../../conformance/test/fresh-memory.ts";
import type { Handle } from "../src/buffers.ts";
import { cpuJs } from "../src/index.ts";
import { type PatternedPool, pools } from "./patterned-pool.ts";

vi.mock(import("../src/buffers.ts"), async (original) => {
  const { patterned } = await import("./patterned-pool.ts");
  const actual = await original();
  return { ...actual, BufferPool: patterned(actual.BufferPool) };
});

interface Arena extends PatternedBackend {
  readonly backend: Backend<Handle>;
  readonly pool: PatternedPool;
}

function open(pattern: number): Arena {
  pools.pattern = pattern;
  const backend = cpuJs();
  const pool = pools.latest!;
  return { backend, pool, renew: () => pool.renew() };
}

const arenas = [open(PATTERNS[0]), open(PATTERNS[1])] as const;

nothingForeign(...arenas);

describe("a fault", () => {
  type Unary = Backend<Handle>["unary"];
  const faults: Readonly<Record<string, (arena: Arena) => Unary>> = {
    "leaves an element of its result unwritten":
      ({ pool }) =>
      (op, _x, size, dtype) =>
        pool.own(pool.take(op, dtype, size).fill(0, 0, size - 1)),
    "sums up in working memory that it has not cleared":
      ({ backend, pool }) =>
      (...args) => {
        const out = backend.unary(...args);
        const sum = pool.borrow(1);
        sum[0]! += out.data[0]!;
        out.data[0] = sum[0]!;
        pool.giveBack(sum);
        return out;
      },
    "looks up a place in a table that it has not filled":
      ({ backend, pool }) =>
      (...args) => {
        const out = backend.unary(...args);
        out.data[0] = pool.borrowTable(4)[3]!;
        return out;
      },
    "reads its operand from the beginning of a buffer that others share":
      ({ backend }) =>
      (...args) => {
        const out = backend.unary(...args);
        out.data.set(new Float32Array(args[1].data.buffer, 0, args[2]));
        return out;
      },
    "writes behind its result":
      ({ backend }) =>
      (...args) => {
        const out = backend.unary(...args);
        new Float32Array(out.data.buffer, out.data.byteOffset)[args[2]] = 0;
        return out;
      },
    "writes before its operand":
      ({ backend }) =>
      (...args) => {
        const { data } = args[1];
        new Float32Array(data.buffer)[data.byteOffset / 4 - 1] = 0;
        return backend.unary(...args);
      },
  };

  const runOn = (change: (arena: Arena) => Unary | undefined): unknown => {
    const changed = arenas.map((arena) => {
      const unary = change(arena) ?? arena.backend.unary;
      return { ...arena, backend: { ...arena.backend, unary } };
    });
    const backend = onFreshMemory(changed[0]!, changed[1]!);
    return backend.readSync!(
      backend.unary("neg", backend.upload(Float32Array.of(1, 2, 3)), 3, "float32"),
      3,
      "float32",
    );
  };

  test.each(Object.entries(faults))("is seen: an operation that %s", (_, fault) => {
    expect(() => runOn(fault)).toThrow(/memory that is not its operands'|something was written/);
  });

  test("is not seen where there is none", () => {
    expect(runOn(() => undefined)).toEqual(Float32Array.of(-1, -2, -3));
  });
});
