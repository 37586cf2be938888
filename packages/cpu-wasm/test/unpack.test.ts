/** Decompression, against an encoder of other authors, and joining streams, against splitting. */
import { main as asc } from "assemblyscript/asc";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compress } from "../scripts/pack-module.mjs";
import { layout, packed, unpacker } from "../src/generated/kernels-module.ts";
import { type Unpacker, unpack as unpackModule } from "../src/unpack.ts";

const unpackerModule = new WebAssembly.Module(Uint8Array.from(unpacker));

function unpack(data: Uint8Array, size: number): Uint8Array {
  const { memory, INPUT, decompress } = new WebAssembly.Instance(unpackerModule)
    .exports as unknown as Unpacker;
  const out = INPUT.value + data.length + 1;
  memory.grow(Math.ceil((out + size) / 65536));
  new Uint8Array(memory.buffer).set(data, INPUT.value);
  decompress(INPUT.value, out, size);
  return new Uint8Array(memory.buffer, out, size);
}

const bytes = Uint8Array.from({ length: 60_000 }, (_, i) => (i * i) >> (i % 11));

describe("gives back what was compressed", () => {
  test("near and far repetitions", () => {
    expect(unpack(compress(bytes), bytes.length)).toEqual(bytes);
  });

  test("one byte over and over", () => {
    const zeros = new Uint8Array(20_000);
    expect(unpack(compress(zeros), zeros.length)).toEqual(zeros);
  });

  test("words of a small alphabet, and noise", () => {
    const word = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const text = fc
      .tuple(
        fc.array(word, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 300 }),
      )
      .map(([words, order]) => Uint8Array.from(order.flatMap((i) => [...words[i % words.length]!, i % 256])));
    fc.assert(
      fc.property(text, (data) => {
        expect(unpack(compress(data), data.length)).toEqual(data);
      }),
    );
  });
});

interface Splitter {
  readonly memory: WebAssembly.Memory;
  readonly CURSORS: WebAssembly.Global<"i32">;
  readonly STREAMS: WebAssembly.Global<"i32">;
  moveModule(module: number, size: number, codeStart: number, codeEnd: number): void;
}

async function compileSplitter(): Promise<Splitter> {
  let binary = new Uint8Array();
  const flags = [
    "--noAssert",
    "--runtime",
    "stub",
    "--use",
    "abort=",
    "--use",
    "SPLITS=1",
    "--outFile",
    "out.wasm",
  ];
  const { error, stderr } = await asc(["assembly/unpack/streams.ts", "--memoryBase", "65536", ...flags], {
    writeFile: (file, contents) => {
      if (file === "out.wasm") binary = Uint8Array.from(contents as Uint8Array);
    },
  });
  if (error) throw new Error(stderr.toString());
  return new WebAssembly.Instance(new WebAssembly.Module(binary)).exports as unknown as Splitter;
}

const ROOM = 1 << 18;

/** The streams of what is taken for a module, their lengths before them. */
function split(splitter: Splitter, module: Uint8Array, codeStart: number, codeEnd: number): Uint8Array {
  const { memory, CURSORS, STREAMS, moveModule } = splitter;
  const starts = Array.from({ length: STREAMS.value }, (_, i) => (i + 2) * ROOM);
  const missing = (STREAMS.value + 2) * ROOM - memory.buffer.byteLength;
  if (missing > 0) memory.grow(missing / 65536);
  const cursors = new Uint32Array(memory.buffer, CURSORS.value, STREAMS.value);
  cursors.set(starts);
  new Uint8Array(memory.buffer).set(module, ROOM);
  moveModule(ROOM, module.length, codeStart, codeEnd);
  const lengths = Uint32Array.from(starts, (start, i) => cursors[i]! - start);
  const streams = starts.map((start, i) => Buffer.from(memory.buffer, start, lengths[i]));
  return Uint8Array.from(Buffer.concat([Buffer.from(lengths.buffer), ...streams]));
}

describe("joins the streams that were split", async () => {
  const splitter = await compileSplitter();
  const roundTrip = (module: Uint8Array, codeStart: number, codeEnd: number): Uint8Array => {
    const data = compress(split(splitter, module, codeStart, codeEnd));
    return unpackModule(unpackerModule, data, { size: module.length, codeStart, codeEnd });
  };

  test("of the kernels' module, as the build does", () => {
    const module = unpackModule(unpackerModule, Buffer.from(packed, "base64"), layout);
    expect(WebAssembly.validate(module)).toBe(true);
    const streams = split(splitter, module, layout.codeStart, layout.codeEnd);
    expect(Buffer.from(compress(streams)).toString("base64")).toBe(packed);
  });

  test("of bytes that are no code", () => {
    const code = fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0xfd, 0x20, 0x41, 0x28, 0x44, 12, 90)), {
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(code, fc.nat(40), (bytes, before) => {
        // A LEB128 number or an instruction may reach beyond the end of the code, though not of the module.
        const module = Uint8Array.from([...Array(before).fill(7), ...bytes, ...Array(600).fill(0)]);
        expect(roundTrip(module, before, before + bytes.length)).toEqual(module);
      }),
    );
  });
});
