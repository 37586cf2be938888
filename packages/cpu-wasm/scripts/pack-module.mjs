// Packs the kernels' module for src/unpack.ts: its streams (assembly/unpack/streams.ts), compressed by LZMA, as text.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { compile } from "./compile.mjs";
import { codeRange } from "./module-sections.mjs";

const FLAGS = ["--optimizeLevel", "2", "--shrinkLevel", "2", "--memoryBase", "65536"];

/** Memory for what unpacking has at fixed addresses, for the module, and for each of its streams. */
const ROOM = 1 << 18;

let splitter;

/** What the package carries to unpack. */
export async function compileUnpacker() {
  return (await compile("assembly/unpack/index.ts", [...FLAGS, "--use", "SPLITS=0"])).bytes;
}

/** The streams of a module, behind what assembly/unpack/streams.ts wants to know. */
async function split(bytes, { codeStart, codeEnd }) {
  splitter ??= compile("assembly/unpack/streams.ts", [...FLAGS, "--use", "SPLITS=1"]);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module((await splitter).bytes));
  const { memory, STREAMS, HEADER, CURSORS, moveModule } = exports;
  const count = (STREAMS.value + HEADER.value - CURSORS.value) / 4;
  memory.grow(((count + 2) * ROOM) / 65536);
  const starts = Array.from({ length: count }, (_, i) => (i + 2) * ROOM);
  new Uint32Array(memory.buffer, STREAMS.value, 2).set([codeStart, codeEnd]);
  const cursors = new Uint32Array(memory.buffer, CURSORS.value, count);
  cursors.set(starts);
  new Uint8Array(memory.buffer).set(bytes, ROOM);
  moveModule(ROOM, bytes.length);
  const streams = starts.map((start, i) => new Uint8Array(memory.buffer, start, cursors[i] - start));
  let next = STREAMS.value + HEADER.value;
  streams.forEach(({ length }, i) => {
    cursors[i] = next;
    next += length;
  });
  return Buffer.concat([new Uint8Array(memory.buffer, STREAMS.value, HEADER.value), ...streams]);
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
function compress(bytes) {
  const out = new OutputBuffer(bytes.length);
  new ShortEncoder().compress(new InputBuffer(bytes), out, MODE);
  const stream = out.toArray();
  if (stream[0] !== 1) throw new Error(`LZMA with unexpected properties: ${stream[0]}`);
  return stream.subarray(LZMA_HEADER_BYTES);
}

/** What stands for 0 to 63 in the text of assembly/unpack/text.ts. A template literal holds all of it as it is. */
const CHARACTERS = " !\"#$%&'()*+,-./0123456789:;<=>?@abcdefghijklmnopqrstuvwxyz[|}~_";

function toText(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16);
    for (let shift = 0; shift < 24; shift += 6) text += CHARACTERS[(bits >> shift) & 63];
  }
  return text;
}

/** The module as the package carries it; its functions lie in `range`. */
export async function pack(bytes, range = codeRange(bytes)) {
  return toText(compress(await split(bytes, range)));
}
