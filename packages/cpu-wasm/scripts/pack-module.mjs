// Packs the kernels' module for src/unpack.ts: its streams (assembly/unpack/streams.ts), compressed by LZMA.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { compile } from "./compile.mjs";
import { codeRange } from "./module-sections.mjs";

const FLAGS = ["--optimizeLevel", "2", "--shrinkLevel", "2", "--memoryBase", "65536"];

/** Memory for the module and for each of its streams. */
const ROOM = 1 << 18;

/** What the package carries to unpack. */
export async function compileUnpacker() {
  return (await compile("assembly/unpack/index.ts", [...FLAGS, "--use", "SPLITS=0"])).bytes;
}

/** The streams of a module, their lengths before them. */
async function split(bytes, { codeStart, codeEnd }) {
  const splitter = await compile("assembly/unpack/streams.ts", [...FLAGS, "--use", "SPLITS=1"]);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(splitter.bytes));
  const { memory, CURSORS, STREAMS, moveModule } = exports;
  memory.grow(((STREAMS.value + 2) * ROOM) / 65536);
  const starts = Array.from({ length: STREAMS.value }, (_, i) => (i + 2) * ROOM);
  const cursors = new Uint32Array(memory.buffer, CURSORS.value, STREAMS.value);
  cursors.set(starts);
  new Uint8Array(memory.buffer).set(bytes, ROOM);
  moveModule(ROOM, bytes.length, codeStart, codeEnd);
  const lengths = Uint32Array.from(starts, (start, i) => cursors[i] - start);
  return Buffer.concat([
    Buffer.from(lengths.buffer),
    ...starts.map((start, i) => new Uint8Array(memory.buffer, start, lengths[i])),
  ]);
}

// lzma1 takes no properties, but its encoder has fields for them.
const require = createRequire(import.meta.url);
const lzma1 = dirname(require.resolve("lzma1"));
const { Encoder } = await import(pathToFileURL(join(lzma1, "encoder.js")));
const { InputBuffer, OutputBuffer } = await import(pathToFileURL(join(lzma1, "streams.js")));

/** An encoder for the properties of assembly/unpack/lzma.ts: lc = 1, lp = 0, pb = 0. */
class ShortEncoder extends Encoder {
  configure(mode) {
    super.configure(mode);
    this._numLiteralContextBits = 1;
    this._posStateBits = 0;
    this._posStateMask = 0;
  }
}

const LZMA_HEADER_BYTES = 13;
/** The dictionary's size, the longest match, and the thorough match finder. */
const MODE = { searchDepth: 20, filterStrength: 273, modeIndex: 1 };

/** As an LZMA stream, without its header: assembly/unpack expects one setting, and is told the size. */
export function compress(bytes) {
  const out = new OutputBuffer(bytes.length);
  new ShortEncoder().compress(new InputBuffer(bytes), out, MODE);
  const stream = out.toArray();
  if (stream[0] !== 1) throw new Error(`LZMA with unexpected properties: ${stream[0]}`);
  return stream.subarray(LZMA_HEADER_BYTES);
}

/** The module as the package carries it, and what src/unpack.ts has to know of it. */
export async function pack(bytes) {
  const layout = { size: bytes.length, ...codeRange(bytes) };
  return { packed: compress(await split(bytes, layout)), layout };
}
