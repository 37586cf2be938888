/**
 * Layers 0 and 1: what a backend says of itself, that instances are isolated, and that data comes back as it
 * went in (§1, §2).
 */
import { CONTRACT, type DType, OPERATION_NAMES } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { check, expectBits } from "../compare.ts";
import { arrayFrom, DTYPES } from "./support.ts";

const identityCases: readonly Case[] = [
  {
    id: "identity/declarations",
    clause: "§1.2",
    run({ backend }) {
      check(/^\S+$/.test(backend.name), `name ${JSON.stringify(backend.name)} is not one short word`);
      check(backend.contract === CONTRACT, `contract is ${backend.contract}, expected ${CONTRACT}`);
      for (const dtype of ["float32", "int32"] as const) {
        check(backend.dtypes.includes(dtype), `dtypes lacks the required ${dtype}`);
      }
    },
  },
  {
    id: "identity/members",
    clause: "§1.6",
    run({ backend }) {
      for (const member of ["upload", "read", "free", ...OPERATION_NAMES]) {
        check(
          typeof backend[member as keyof typeof backend] === "function",
          `${member} is missing: was the backend made by defineBackend?`,
        );
      }
      check(
        backend.features.syncRead === (backend.readSync !== undefined),
        "features.syncRead and readSync disagree",
      );
    },
  },
  {
    id: "identity/features",
    clause: "§1.4",
    run({ backend }) {
      for (const [name, value] of Object.entries(backend.features)) {
        check(
          ["string", "number", "boolean"].includes(typeof value),
          `features.${name} is neither a string, a number nor a boolean but ${String(value)}`,
        );
      }
      const { queueBytes } = backend.features;
      check(
        queueBytes === undefined || (typeof queueBytes === "number" && queueBytes > 0),
        `features.queueBytes is ${String(queueBytes)}, no number of bytes`,
      );
    },
  },
  {
    id: "identity/same-declarations",
    clause: "§1.7",
    async run({ backend, sibling }) {
      const other = await sibling();
      const declared = ({ name, contract, dtypes, optionalOps, features }: typeof backend): string =>
        JSON.stringify([name, contract, dtypes, optionalOps, Object.keys(features).sort()]);
      check(
        declared(other) === declared(backend),
        `another instance declares ${declared(other)}, not ${declared(backend)}`,
      );
    },
  },
  {
    id: "identity/isolated-instances",
    clause: "§1.7",
    async run({ create }) {
      const first = await create();
      const second = await create();
      check(first !== second, "the factory gave the same instance twice");
      const a = first.upload(Float32Array.of(1, 2, 3));
      const b = second.upload(Float32Array.of(4, 5, 6));
      first.free(a);
      await first.close?.();
      expectBits("second instance", await second.read(b, 3, "float32"), [4, 5, 6]);
      const sum = second.unary("neg", b, 3, "float32");
      expectBits("second instance", await second.read(sum, 3, "float32"), [-4, -5, -6]);
    },
  },
];

const EDGES: Record<DType, readonly number[]> = {
  float32: [0, -0, 1, -1, NaN, Infinity, -Infinity, 2 ** -149, 2 ** -126, 3.4028234663852886e38, 1 / 3],
  float64: [0, -0, 1, -1, NaN, Infinity, -Infinity, Number.MIN_VALUE, 2 ** -1022, Number.MAX_VALUE, 1 / 3],
  int32: [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 24 + 1, 123456789],
};

function storageCases(dtype: DType): Case[] {
  const common = { ...requiring(dtype), covers: { member: "upload", dtype } } as const;
  const reading = { ...requiring(dtype), covers: { member: "read", dtype } } as const;
  return [
    {
      id: `upload/${dtype}/round-trip`,
      clause: "§2.3",
      ...common,
      async run({ backend, random }) {
        for (const size of [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 1000, 70_001, 262_145]) {
          const data = random.reals(dtype, size, -1000, 1000);
          const handle = backend.upload(data);
          const back = await backend.read(handle, size, dtype);
          check(back.constructor === data.constructor, `read gave a ${back.constructor.name} for ${dtype}`);
          expectBits(`${size} elements`, back, data);
          backend.free(handle);
        }
      },
    },
    {
      id: `upload/${dtype}/edge-values`,
      clause: "§2.3",
      ...common,
      async run({ backend }) {
        const data = arrayFrom(dtype, EDGES[dtype]);
        expectBits("value", await backend.read(backend.upload(data), data.length, dtype), data);
      },
    },
    {
      id: `upload/${dtype}/zero-length`,
      clause: "§2.4",
      ...common,
      async run({ backend }) {
        const handle = backend.upload(arrayFrom(dtype, []));
        const data = await backend.read(handle, 0, dtype);
        check(data.length === 0, `read gave ${data.length} elements for size 0`);
        check(data.constructor === arrayFrom(dtype, []).constructor, `read gave a ${data.constructor.name}`);
        backend.free(handle);
      },
    },
    {
      id: `upload/${dtype}/copies`,
      clause: "§2.2",
      ...common,
      async run({ backend }) {
        const data = arrayFrom(dtype, [1, 2, 3]);
        const handle = backend.upload(data);
        data.fill(9);
        expectBits("after the caller wrote into its array", await backend.read(handle, 3, dtype), [1, 2, 3]);
      },
    },
    {
      id: `upload/${dtype}/part-of-a-buffer`,
      clause: "§2.2",
      ...common,
      async run({ backend }) {
        const whole = arrayFrom(dtype, [0, 1, 2, 3, 4, 5, 6]);
        const handle = backend.upload(whole.subarray(2, 5));
        expectBits("subarray", await backend.read(handle, 3, dtype), [2, 3, 4]);
      },
    },
    {
      id: `read/${dtype}/copies`,
      clause: "§2.3",
      ...reading,
      async run({ backend }) {
        const handle = backend.upload(arrayFrom(dtype, [1, 2, 3]));
        (await backend.read(handle, 3, dtype)).fill(9);
        expectBits("after the reader wrote into its copy", await backend.read(handle, 3, dtype), [1, 2, 3]);
        const kept = await backend.read(handle, 3, dtype);
        backend.free(handle);
        const other = backend.upload(arrayFrom(dtype, [7, 8, 9]));
        expectBits("a copy read before free", kept, [1, 2, 3]);
        backend.free(other);
      },
    },
    {
      id: `readSync/${dtype}/round-trip`,
      clause: "§2.8",
      requires: ["syncRead", ...(requiring(dtype).requires ?? [])],
      run({ backend, random }) {
        const data = random.reals(dtype, 37, -50, 50);
        const handle = backend.upload(data);
        const copy = backend.readSync!(handle, 37, dtype);
        check(copy.constructor === data.constructor, `readSync gave a ${copy.constructor.name} for ${dtype}`);
        expectBits("readSync", copy, data);
        copy.fill(9);
        expectBits("readSync, again", backend.readSync!(handle, 37, dtype), data);
        const negative = backend.unary("neg", handle, 37, dtype);
        expectBits(
          "readSync after an operation",
          backend.readSync!(negative, 37, dtype),
          data.map((x) => -x),
        );
        const empty = backend.readSync!(backend.upload(arrayFrom(dtype, [])), 0, dtype);
        check(empty.length === 0, `readSync gave ${empty.length} elements for size 0`);
      },
    },
  ];
}

const memoryCases: readonly Case[] = [
  {
    id: "upload/handles-are-objects",
    clause: "§2.1",
    run({ backend }) {
      const handles = [1, 2, 3].map(() => backend.upload(Float32Array.of(1)));
      check(new Set(handles).size === 3, "two uploads gave one handle");
      for (const handle of handles) {
        check(
          typeof handle === "object" && handle !== null,
          `a handle is of type ${typeof handle}, not an object`,
        );
      }
    },
  },
  {
    id: "free/results-outlive-operands",
    clause: "§2.7",
    covers: { member: "free", dtype: "float32" },
    async run({ backend }) {
      const x = backend.upload(Float32Array.of(1, 2, 3, 4));
      const view = { shape: [4], strides: [1], offset: 0, sourceSize: 4 };
      const results = [
        backend.cast(x, 4, "float32", "float32"),
        backend.unary("abs", x, 4, "float32"),
        backend.strided(x, view, "float32"),
        backend.stridedAdd(x, view, "float32"),
        backend.reduce("sum", x, [4, 1], [1], "float32"),
      ];
      for (const result of results)
        check(result !== x, "an operation gave back its operand instead of a fresh handle");
      backend.free(x);
      const other = [1, 2, 3, 4].map(() => backend.upload(Float32Array.of(9, 9, 9, 9)));
      for (const result of results) {
        expectBits(
          "result after its operand was freed",
          await backend.read(result, 4, "float32"),
          [1, 2, 3, 4],
        );
        backend.free(result);
      }
      for (const handle of other)
        expectBits("bystander", await backend.read(handle, 4, "float32"), [9, 9, 9, 9]);
    },
  },
  {
    id: "free/memory-is-reused-safely",
    clause: "§2.5",
    covers: { member: "free", dtype: "float32" },
    async run({ backend }) {
      const kept = backend.upload(Float32Array.of(1, 2, 3));
      for (let round = 0; round < 20; round++) {
        const passing = backend.upload(new Float32Array(3).fill(round));
        const shifted = backend.binary("add", passing, [3], kept, [3], [3], "float32");
        backend.free(passing);
        const next = backend.upload(Float32Array.of(-1, -1, -1));
        const expected = [round + 1, round + 2, round + 3];
        expectBits(`round ${round}`, await backend.read(shifted, 3, "float32"), expected);
        backend.free(shifted);
        backend.free(next);
      }
      expectBits("the operand that lived on", await backend.read(kept, 3, "float32"), [1, 2, 3]);
    },
  },
  {
    id: "read/into",
    clause: "§2.3",
    covers: { member: "read", dtype: "float32" },
    async run({ backend }) {
      const x = backend.upload(Float32Array.of(1, -0, NaN));
      const into = new Float32Array(5).fill(7).subarray(1, 4);
      check(
        (await backend.read(x, 3, "float32", into)) === into,
        "read gave another array than the one to read into",
      );
      expectBits("read into", new Float32Array(into.buffer), [7, 1, -0, NaN, 7]);
      const i = backend.upload(Int32Array.of(5, -(2 ** 31)));
      const whole = new Int32Array(2);
      await backend.read(i, 2, "int32", whole);
      expectBits("read into", whole, [5, -(2 ** 31)]);
      backend.free(x);
      const other = backend.upload(Float32Array.of(9, 9, 9));
      await backend.read(other, 3, "float32");
      expectBits("the array afterwards", into, [1, -0, NaN]);
    },
  },
  {
    id: "readSync/into",
    clause: "§2.8",
    requires: ["syncRead"],
    run({ backend }) {
      const into = new Float32Array(2);
      const x = backend.upload(Float32Array.of(3, -0));
      check(backend.readSync!(x, 2, "float32", into) === into, "readSync gave another array");
      expectBits("readSync into", into, [3, -0]);
    },
  },
  {
    id: "stats/counts-handles-and-bytes",
    clause: "§2.9",
    requires: ["stats"],
    async run({ backend }) {
      const settled = async (handle: unknown) => {
        await backend.read(handle, 100, "float32");
        return backend.stats!();
      };
      const probe = backend.upload(new Float32Array(100));
      const before = await settled(probe);
      const x = backend.upload(new Float32Array(100));
      const y = backend.unary("neg", x, 100, "float32");
      const during = await settled(y);
      check(
        during.liveHandles - before.liveHandles === 2,
        `2 handles more are ${during.liveHandles - before.liveHandles}`,
      );
      const bytes = during.liveBytes - before.liveBytes;
      check(bytes >= 800, `two values of 400 bytes are counted as ${bytes} bytes`);
      backend.free(x);
      backend.free(y);
      const after = await settled(probe);
      check(
        after.liveHandles === before.liveHandles,
        `${after.liveHandles - before.liveHandles} handles stayed after free`,
      );
      check(
        after.liveBytes === before.liveBytes,
        `${after.liveBytes - before.liveBytes} bytes stayed after free`,
      );
    },
  },
];

export const cases: readonly Case[] = [...identityCases, ...DTYPES.flatMap(storageCases), ...memoryCases];
