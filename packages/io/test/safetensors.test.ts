// Files that PyTorch wrote, and files for it.
import { arange, full, setBackend, tensor, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { LazyLinear } from "@corr2d/nn";
import { beforeAll, describe, expect, it } from "vitest";
import { openSafetensors, readSafetensors, type Source, writeSafetensors } from "../src/index.ts";
import { BACKENDS, bitsOf, build, expectRejection, fileOf, fixture, inParts, streamOf } from "./support.ts";

interface Golden {
  readonly output: readonly number[];
  readonly tensors: Readonly<Record<string, { shape: number[]; data: (number | string | boolean)[] }>>;
}
// Parsed here: as a module it would lose the name '__proto__'.
const golden = JSON.parse(new TextDecoder().decode(fixture("safetensors.json"))) as Golden;
const { tensors } = golden;

describe.each(BACKENDS)("a file of PyTorch's, on %s", (_name, open) => {
  beforeAll(async () => setBackend(await open()));

  it("is a state dict, with which the network gives what PyTorch's gives", async () => {
    const net = build();
    const state = await readSafetensors(fixture("net.safetensors"));
    expect(Object.keys(state).sort()).toEqual(Object.keys(net.stateDict()).sort());
    expect(net.loadStateDict(state)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    const output = await net
      .eval()(arange(36).reshape([1, 1, 6, 6]).div(36))
      .data();
    for (const [i, value] of output.entries()) expect(value).toBeCloseTo(golden.output[i]!, 6);
  });

  it("is written byte for byte: names, shapes, dtypes and their order", async () => {
    const net = build();
    net.loadStateDict(await readSafetensors(fixture("net.safetensors")));
    const bytes = await writeSafetensors(net.stateDict(), { metadata: { format: "pt" }, int64: true });
    expect(Buffer.from(bytes).equals(fixture("net.safetensors"))).toBe(true);
  });

  it("keeps int32 as it is, unless told otherwise", async () => {
    const file = await openSafetensors(await writeSafetensors(build().stateDict()));
    expect(file.info("1.num_batches_tracked")).toEqual({ dtype: "I32", shape: [], bytes: 4 });
    expect(file.metadata).toEqual({});
  });

  it("has its floats and integers, to the last bit", async () => {
    const file = await openSafetensors(fixture("dtypes.safetensors"));
    for (const name of file.names.filter((name) => name !== "float64")) {
      const read = await file.get(name);
      const { shape, data } = tensors[name]!;
      const { dtype } = file.info(name);
      expect(read.dtype, name).toBe(dtype === "BOOL" ? "bool" : dtype.includes("F") ? "float32" : "int32");
      expect(read.shape, name).toEqual(shape);
      const values = [...(await read.data())];
      expect(values, name).toEqual(data.map(Number));
    }
    expect(Object.keys(tensors).sort()).toEqual([...file.names].sort());
  });
});

describe("dtypes", () => {
  beforeAll(() => setBackend(cpuJs()));

  it("float64 is read where the backend has it, else refused, with the way out", async () => {
    const file = await openSafetensors(fixture("dtypes.safetensors"));
    const read = await file.get("float64");
    expect([read.dtype, [...(await read.data())]]).toEqual(["float64", tensors.float64!.data.map(Number)]);
    const backend = await BACKENDS[1]![1]();
    await expectRejection(
      file.get("float64", { backend }),
      "DTYPE_UNSUPPORTED",
      "tensor 'float64' is float64, which cpu-wasm",
    );
  });

  it.each([
    ["F64", Float64Array.of(Number.NaN, -0, 5e-324)],
    ["F32", Float32Array.of(Number.NaN, -0, 1e-45)],
    ["I32", Int32Array.of(-(2 ** 31), 5, 2 ** 31 - 1)],
  ])("%s goes there and back", async (dtype, values) => {
    const bytes = await writeSafetensors({ x: tensor(values, { shape: [1, 3] }) });
    expect((await openSafetensors(bytes)).info("x")).toMatchObject({ dtype, shape: [1, 3] });
    const { x } = await readSafetensors(bytes);
    expect(x!.shape).toEqual([1, 3]);
    expect(Buffer.from(await bitsOf(x!)).equals(new Uint8Array(values.buffer))).toBe(true);
  });

  it("truth values are a byte each", async () => {
    const x = tensor([true, false, true]);
    const file = await openSafetensors(await writeSafetensors({ x }, { int64: true }));
    expect(file.info("x")).toEqual({ dtype: "BOOL", shape: [3], bytes: 3 });
    const read = await file.get("x");
    expect([read.dtype, await read.toArray<boolean>()]).toEqual(["bool", [true, false, true]]);
  });

  it.each([
    ["I64", BigInt64Array.of(2n ** 31n)],
    ["I64", BigInt64Array.of(-(2n ** 31n) - 1n)],
    ["I64", BigInt64Array.of(2n ** 32n)],
    ["U64", BigUint64Array.of(2n ** 31n)],
    ["U64", BigUint64Array.of(2n ** 64n - 1n)],
    ["U32", Uint32Array.of(2 ** 31)],
  ])("%s is refused where a value does not fit: %s", async (dtype, values) => {
    const file = fileOf(
      { big: { dtype, shape: [1], data_offsets: [0, values.byteLength] } },
      new Uint8Array(values.buffer),
    );
    await expectRejection(
      readSafetensors(file),
      "DTYPE_UNSUPPORTED",
      `tensor 'big' is ${dtype}, and holds numbers that do not fit`,
    );
  });

  it.each([
    ["I64", BigInt64Array.of(-1n, 2n ** 31n - 1n), [-1, 2 ** 31 - 1]],
    ["U64", BigUint64Array.of(0n, 2n ** 31n - 1n), [0, 2 ** 31 - 1]],
    ["U32", Uint32Array.of(7, 2 ** 31 - 1), [7, 2 ** 31 - 1]],
    ["U16", Uint16Array.of(7, 65535), [7, 65535]],
  ])("%s is int32 where its values fit", async (dtype, values, expected) => {
    const header = { x: { dtype, shape: [2], data_offsets: [0, values.byteLength] } };
    const { x } = await readSafetensors(fileOf(header, new Uint8Array(values.buffer)));
    expect([x!.dtype, await x!.toArray()]).toEqual(["int32", expected]);
  });

  it("others leave the rest of the file readable", async () => {
    const file = await openSafetensors(
      fileOf(
        {
          small: { dtype: "F8_E4M3", shape: [4], data_offsets: [0, 4] },
          x: { dtype: "F32", shape: [], data_offsets: [4, 8] },
        },
        8,
      ),
    );
    expect(await (await file.get("x")).item()).toBe(0);
    await expectRejection(
      file.get("small"),
      "DTYPE_UNSUPPORTED",
      "tensor 'small' is F8_E4M3, which no dtype here can hold",
    );
  });
});

describe("sources", () => {
  beforeAll(() => setBackend(cpuJs()));
  const bytes = fixture("dtypes.safetensors");
  const odd = new Uint8Array(bytes.length + 1).subarray(1);
  odd.set(bytes);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const sources: readonly (readonly [string, () => Source])[] = [
    ["bytes at an odd place", () => odd],
    ["an ArrayBuffer", () => bytes.slice().buffer],
    ["shared memory", () => shared],
    ["a DataView", () => new DataView(odd.buffer, 1)],
    ["a Blob", () => new Blob([bytes.slice()])],
    ["a File", () => new File([bytes.slice()], "dtypes.safetensors")],
    ["a Response", () => new Response(bytes.slice())],
    ["a stream of single bytes", () => streamOf(inParts(bytes, 1))],
    ["a stream of parts", () => streamOf(inParts(bytes, 100))],
    ["a stream of one part", () => streamOf(inParts(bytes, 10_000))],
    ["an iterable", () => inParts(bytes, 7)],
  ];

  it.each(sources)("%s", async (_name, source) => {
    const read = await readSafetensors(source());
    expect(Object.keys(read).length).toBe(Object.keys(tensors).length);
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      expect([read[name]!.shape, [...(await read[name]!.data())]], name).toEqual([shape, data.map(Number)]);
    }
    const some = await readSafetensors(source(), { names: ["scalar", "__proto__"] });
    expect(Object.keys(some).sort()).toEqual(["__proto__", "scalar"]);
  });

  it("a name like '__proto__' is a name", async () => {
    const { x, ...rest } = await readSafetensors(
      await writeSafetensors(
        JSON.parse('{"__proto__":1,"constructor":2}', (_, v) => (typeof v === "number" ? full([v], v) : v)),
      ),
    );
    expect([x, Object.keys(rest).sort()]).toEqual([undefined, ["__proto__", "constructor"]]);
  });

  const locked = streamOf([]);
  locked.getReader();
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const given = new Uint8Array(8);
  structuredClone(given.buffer, { transfer: [given.buffer] });
  it.each<[string, unknown, string]>([
    ["a path", "net.safetensors", "'net.safetensors'; a path is read by @corr2d/io/node"],
    ["a URL", new URL("https://example.org/x"), "a URL as await fetch(url)"],
    ["a promise", Promise.resolve(), "a promise: await it"],
    ["a number", 7, "but got 7"],
    ["null", null, "but got null"],
    ["an object", {}, "but got an object"],
    ["a proxy that was revoked", revoked, "but got an object"],
    ["bytes that were transferred", given, "the memory of the bytes was transferred"],
    ["memory that was transferred", given.buffer, "the memory of the bytes was transferred"],
    [
      "an iterable of nothing",
      { [Symbol.asyncIterator]: () => ({ next: async () => null }) },
      "gave undefined",
    ],
    ["a stream that somebody else reads", locked, "the stream: it cannot be read"],
    ["a stream of texts", streamOf(["text"]), "gives Uint8Arrays, but this one gave 'text'"],
  ])("%s is refused", (_name, source, text) =>
    expectRejection(readSafetensors(source as Source), "INVALID_ARGUMENT", text),
  );

  it("a response without success is refused", async () => {
    await expectRejection(
      readSafetensors(new Response("gone", { status: 404 })),
      "FILE_INVALID",
      "the server answered 404",
    );
    await expectRejection(readSafetensors(new Response(null)), "FILE_INVALID", "has no body");
  });

  it("a stream is given up where the file is damaged, and must not go on behind it", async () => {
    let given = "";
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1000).fill(0x20)),
      cancel: () => {
        given = "up";
      },
    });
    await expectRejection(readSafetensors(endless), "FILE_INVALID", "longer than the format allows");
    expect(given).toBe("up");
    const more = Buffer.concat([bytes, bytes]);
    for (const size of [1, 100_000]) {
      await expectRejection(
        readSafetensors(streamOf(inParts(more, size))),
        "FILE_INVALID",
        "it goes on behind the last tensor",
      );
    }
    await expectRejection(
      readSafetensors(streamOf(inParts(bytes.subarray(0, -1), 9))),
      "FILE_INVALID",
      "1 too soon",
    );
  });

  it("a stream has no positions", () =>
    expectRejection(
      openSafetensors(streamOf(inParts(bytes, 9))),
      "INVALID_ARGUMENT",
      "readSafetensors(stream, { names })",
    ));
});

describe("an open file", () => {
  it("reads what it is asked for, and nothing else", async () => {
    const asked: [number, number][] = [];
    const blob = new Blob([fixture("net.safetensors").slice()]);
    const watched = {
      size: blob.size,
      arrayBuffer: () => blob.arrayBuffer(),
      slice(start: number, end: number) {
        asked.push([start, end - start]);
        return blob.slice(start, end);
      },
    };
    const file = await openSafetensors(watched);
    expect(asked.map(([, length]) => length)).toEqual([
      8,
      blob.size - 8 - (8 * 1 + 4 * (18 + 2 + 2 * 4 + 96 + 3)),
    ]);
    asked.length = 0;
    expect((await file.get("4.weight")).shape).toEqual([3, 32]);
    expect(asked.map(([, length]) => length)).toEqual([4 * 96]);
    await file.close();
    await file.close();
    await expectRejection(file.get("4.weight"), "INVALID_ARGUMENT", "was closed");
  });

  it("says what there is", async () => {
    const file = await openSafetensors(fixture("net.safetensors"));
    expect(file.metadata).toEqual({ format: "pt" });
    expect(file.names[0]).toBe("1.num_batches_tracked");
    await expectRejection(
      file.get("weight"),
      "INVALID_ARGUMENT",
      "has no tensor 'weight'; it has 1.num_batches_tracked, 0.bias",
    );
    await expectRejection(
      readSafetensors(fixture("net.safetensors"), { names: ["4.bias", "x"] }),
      "INVALID_ARGUMENT",
      "has no tensor 'x'",
    );
  });
});

describe("writing", () => {
  beforeAll(() => setBackend(cpuJs()));

  it("takes the values of the call", async () => {
    const x = full([2], 1);
    const bytes = writeSafetensors({ x });
    x.assign(2);
    expect(await (await readSafetensors(await bytes)).x!.toArray()).toEqual([1, 1]);
  });

  it("has no tensors, or empty ones", async () => {
    expect(await readSafetensors(await writeSafetensors({}))).toEqual({});
    const { x } = await readSafetensors(await writeSafetensors({ x: zeros([0, 3]) }));
    expect(x!.shape).toEqual([0, 3]);
  });

  it.each<[string, () => unknown, object | undefined, string]>([
    ["a module", () => build(), undefined, "of a module write net.stateDict()"],
    ["null", () => null, undefined, "but got null"],
    ["numbers", () => ({ x: [1, 2] }), undefined, "'x' must be a tensor, but is an array of 2"],
    [
      "a reserved name",
      () => ({ __metadata__: zeros([1]) }),
      undefined,
      "no tensor can be called '__metadata__'",
    ],
    ["half a surrogate pair", () => ({ "\ud800": zeros([1]) }), undefined, "no tensor can be called"],
    [
      "a parameter without value",
      () => ({ weight: new LazyLinear(3).weight }),
      undefined,
      "'weight' has no value yet",
    ],
    [
      "metadata that are no texts",
      () => ({}),
      { metadata: { epoch: 3 } },
      "'metadata' is an object of texts",
    ],
    ["an unknown option", () => ({}), { meta: {} }, "unknown option 'meta'"],
  ])("refuses %s", (_name, given, options, text) =>
    expectRejection(writeSafetensors(given() as never, options as never), "INVALID_ARGUMENT", text),
  );

  it("refuses what was disposed", async () => {
    const x = zeros([1]);
    x.dispose();
    await expectRejection(writeSafetensors({ x }), "DISPOSED", "'x' was disposed");
  });
});
