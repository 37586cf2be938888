import { Buffer } from "node:buffer";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createGzip, gzipSync } from "node:zlib";
import { type NumberArray, type ReadProgress, readIdx, writeIdx } from "@corr2d/data";
import { mnist, readIdxFile } from "@corr2d/data/node";
import { afterAll, describe, expect, it } from "vitest";
import { expectError, expectRejected } from "./support.ts";

/** By hand, as the format is described: type, axes, sizes, numbers. */
const uint8 = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 250, 251, 255);
const expected: NumberArray = { data: Uint8Array.of(1, 2, 3, 250, 251, 255), shape: [2, 3] };

const streamOf = (...chunks: Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

describe("readIdx", () => {
  it.each([
    ["bytes", () => uint8],
    ["a Buffer", () => Buffer.from(uint8)],
    ["an ArrayBuffer", () => uint8.slice().buffer],
    ["gzipped bytes", () => gzipSync(uint8)],
    ["a Blob", () => new Blob([uint8])],
    ["a gzipped Blob", () => new Blob([gzipSync(uint8)])],
    ["a Response", () => new Response(uint8)],
    ["a gzipped Response", () => new Response(gzipSync(uint8))],
    ["a stream of single bytes", () => streamOf(...Array.from(uint8, (byte) => Uint8Array.of(byte)))],
    [
      "a gzipped stream of single bytes",
      () => streamOf(...Array.from(gzipSync(uint8), (b) => Uint8Array.of(b))),
    ],
    ["a stream with empty chunks", () => streamOf(new Uint8Array(), uint8, new Uint8Array())],
  ])("reads %s", async (_, source) => {
    expect(await readIdx(source())).toEqual(expected);
  });

  it.each([
    [Uint8Array.of(0, 0, 9, 1, 0, 0, 0, 2, 255, 127), Int8Array.of(-1, 127)],
    [Uint8Array.of(0, 0, 11, 1, 0, 0, 0, 2, 1, 2, 255, 254), Int16Array.of(258, -2)],
    [Uint8Array.of(0, 0, 12, 1, 0, 0, 0, 1, 1, 2, 3, 4), Int32Array.of(16909060)],
    [Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0), Float32Array.of(1)],
    [Uint8Array.of(0, 0, 14, 1, 0, 0, 0, 1, 0xbf, 0xf8, 0, 0, 0, 0, 0, 0), Float64Array.of(-1.5)],
    [Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 0), new Uint8Array()],
    [Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 5, 0, 0, 0, 0), new Uint8Array()],
    [Uint8Array.of(0, 0, 8, 0, 7), Uint8Array.of(7)],
  ])("reads every type: %#", async (bytes, data) => {
    const read = await readIdx(bytes);
    expect(read.data).toEqual(data);
    expect(writeIdx(read)).toEqual(bytes);
  });

  it("copies, and leaves the bytes as they are", async () => {
    const bytes = Uint8Array.of(0, 0, 11, 1, 0, 0, 0, 1, 1, 2);
    const { data } = await readIdx(bytes);
    bytes.fill(0);
    expect([...data]).toEqual([258]);
  });

  it("says how far it is", async () => {
    const large = writeIdx({ data: new Uint8Array(300_000).map((_, i) => i * 7), shape: [300, 1000] });
    const seen: ReadProgress[] = [];
    const zipped = gzipSync(large);
    await readIdx(new Response(zipped, { headers: { "content-length": String(zipped.length) } }), {
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.at(-1)).toEqual({ loaded: zipped.length, total: zipped.length });
    expect(seen.map(({ loaded }) => loaded)).toEqual(seen.map(({ loaded }) => loaded).sort((a, b) => a - b));
    seen.length = 0;
    await readIdx(streamOf(large.subarray(0, 5), large.subarray(5)), {
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen).toEqual([
      { loaded: 5, total: null },
      { loaded: large.length, total: null },
    ]);
  });

  it.each([
    ["nothing", new Uint8Array(), "the file ends after 0 bytes, within the header"],
    ["another file", Buffer.from("\x89PNG\r\n", "latin1"), "no IDX file begins with the bytes 89 50 4e 47"],
    ["a web page", Buffer.from("<!doctype html>"), "they look like a web page"],
    ["an unknown type", Uint8Array.of(0, 0, 10, 1, 0, 0, 0, 0), "00 00 0a 01"],
    ["too many axes", Uint8Array.of(0, 0, 8, 9, ...new Uint8Array(36)), "the header has 9 axes"],
    ["half a header", uint8.subarray(0, 9), "ends within the header"],
    [
      "half the numbers",
      uint8.subarray(0, 15),
      "the header says [2, 3], 6 bytes, but the file ends after 3 of them",
    ],
    ["more numbers", Buffer.concat([uint8, uint8]), "goes on behind them"],
    [
      "a claim beyond all memory",
      Uint8Array.of(0, 0, 14, 3, ...new Uint8Array(12).fill(255), 1),
      "ends after 1 of them",
    ],
    ["half a gzip file", gzipSync(uint8).subarray(0, 20), "cannot be inflated"],
    ["a damaged gzip file", gzipSync(uint8).fill(255, 10, 14), "cannot be inflated"],
    ["gzip and more", Buffer.concat([gzipSync(uint8), Buffer.from("more")]), ""],
  ])("refuses %s", async (_, bytes, text) => {
    await expectRejected(readIdx(bytes), "FILE_INVALID", text);
    await expectRejected(readIdx(new Blob([bytes])), "FILE_INVALID", text);
  });

  it("inflates no more of a gzip bomb than its header says", async () => {
    const zip = createGzip({ level: 9 });
    const zipped = zip.toArray();
    zip.write(uint8);
    const mebibyte = Buffer.alloc(2 ** 20);
    for (let i = 0; i < 192; i++) if (!zip.write(mebibyte)) await once(zip, "drain");
    zip.end();
    const bomb = Buffer.concat((await zipped) as Buffer[]);
    const before = process.memoryUsage().arrayBuffers;
    await expectRejected(readIdx(bomb), "FILE_INVALID", "goes on behind them");
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 2 ** 20);
  });

  const given = new Uint8Array(8);
  structuredClone(given.buffer, { transfer: [given.buffer] });
  it.each([
    ["bytes that were transferred", given, "the memory of the bytes was transferred"],
    ["memory that was transferred", given.buffer, "the memory of the bytes was transferred"],
    ["a path", "train-images", "@corr2d/data/node reads from a path"],
    ["a number", 3, "but got 3"],
    ["a promise", Promise.resolve(), "a file is no promise: await it"],
    ["null", null, "but got null"],
  ])("refuses %s", async (_, source, text) => {
    await expectRejected(readIdx(source as never), "INVALID_ARGUMENT", text);
  });

  it("says what the server answered, and that a body was read", async () => {
    await expectRejected(
      readIdx(new Response("no", { status: 404 })),
      "FILE_INVALID",
      "the server answered 404",
    );
    const used = new Response(uint8);
    await used.arrayBuffer();
    await expectRejected(readIdx(used), "INVALID_ARGUMENT", "was read already");
    const locked = streamOf(uint8);
    locked.getReader();
    await expectRejected(readIdx(locked), "INVALID_ARGUMENT", "read by somebody else");
    await expectRejected(readIdx(streamOf("text" as never)), "INVALID_ARGUMENT", "gives Uint8Arrays");
  });

  it("fails with what the source fails with, or the caller's own function", async () => {
    const lost = new Error("connection lost");
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(lost);
      },
    });
    await expect(readIdx(source)).rejects.toBe(lost);
    const own = new Error("mine");
    const options = {
      onProgress() {
        throw own;
      },
    };
    await expect(readIdx(uint8, options)).rejects.toBe(own);
    await expectRejected(
      readIdx(uint8, { progress: 1 } as never),
      "INVALID_ARGUMENT",
      "unknown option 'progress'",
    );
  });
});

describe("writeIdx", () => {
  it.each([
    [{ data: Uint32Array.of(1), shape: [1] }, "DTYPE_UNSUPPORTED", "no type for a Uint32Array"],
    [{ data: Uint8Array.of(1), shape: [2] }, "SHAPE_MISMATCH", "shape '[2]' is invalid for data of 1"],
    [{ data: [1], shape: [1] }, "INVALID_ARGUMENT", "'data' is a typed array"],
    [{ data: Uint8Array.of(1), shape: [1.5] }, "INVALID_ARGUMENT", "'shape' is an array"],
    [null, "INVALID_ARGUMENT", "write { data, shape }"],
  ] as const)("refuses %o", (array, code, text) => {
    expectError(() => writeIdx(array as never), code, text);
  });
});

describe("in Node", () => {
  const folder = mkdtempSync(join(tmpdir(), "corr2d-data-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const images = writeIdx({ data: new Uint8Array(2 * 784).fill(51), shape: [2, 28, 28] });
  const labels = writeIdx({ data: Uint8Array.of(3, 9), shape: [2] });

  it("reads from a path", async () => {
    const path = join(folder, "some.idx.gz");
    writeFileSync(path, gzipSync(uint8));
    expect(await readIdxFile(path)).toEqual(expected);
    expect(await readIdxFile(pathToFileURL(path))).toEqual(expected);
    await expectRejected(readIdxFile(join(folder, "absent")), "FILE_INVALID", "ENOENT");
    writeFileSync(path, uint8.subarray(0, 10));
    await expectRejected(readIdxFile(path), "FILE_INVALID", "some.idx.gz");
    await expectRejected(readIdxFile(3 as never), "INVALID_ARGUMENT", "takes a path, but got 3");
  });

  it("finds MNIST's files by their names, gzipped or not", async () => {
    await expectRejected(mnist(folder), "FILE_INVALID", "there is no train-images-idx3-ubyte (or");
    writeFileSync(join(folder, "train-images-idx3-ubyte.gz"), gzipSync(images));
    writeFileSync(join(folder, "train-labels-idx1-ubyte"), labels);
    writeFileSync(join(folder, "t10k-images.idx3-ubyte"), images);
    writeFileSync(join(folder, "t10k-labels.idx1-ubyte"), labels);
    const train = await mnist(folder);
    expect(train.length).toBe(2);
    expect(train.fields[0].shape).toEqual([2, 1, 28, 28]);
    const test = await mnist(folder, { train: false, mean: 0.1307, std: 0.3081 });
    expect(test.fields[0].mean).toBe(0.1307);
    await expectRejected(mnist(join(folder, "absent")), "FILE_INVALID", "ENOENT");
    await expectRejected(
      mnist(folder, { split: "train" } as never),
      "INVALID_ARGUMENT",
      "unknown option 'split'",
    );
  });

  // Debian's package dataset-fashion-mnist.
  const debian = "/usr/share/datasets/fashion-mnist";
  it.runIf(existsSync(debian))("reads Fashion-MNIST", async () => {
    const test = await mnist(debian, { train: false });
    expect(test.length).toBe(10_000);
    expect([...test.fields[1].data.slice(0, 5)]).toEqual([9, 2, 1, 1, 6]);
  });
});
