// Packs the kernels' module for src/unpack.ts: its streams (assembly/unpack/streams.ts), compressed by LZMA.
import LZMA from "@blu3r4y/lzma";
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

/** As an LZMA stream, without its header: assembly/unpack expects one setting, and is told the size. */
function compress(bytes) {
  const [properties, ...rest] = LZMA.compress(bytes, 9);
  if (properties !== 93) throw new Error(`LZMA with unexpected properties: ${properties}`);
  return Uint8Array.from(rest.slice(12));
}

/** The module as the package carries it, and what src/unpack.ts has to know of it. */
export async function pack(bytes) {
  const layout = { size: bytes.length, ...codeRange(bytes) };
  return { packed: compress(await split(bytes, layout)), layout };
}
