/** From what the package carries to the kernels' module, by a WebAssembly module of its own (assembly/unpack). */

interface Unpacker {
  readonly memory: WebAssembly.Memory;
  unpack(length: number, size: number, relaxed: boolean): number;
}

const PAGE = 65536;
// As in assembly/unpack: where the text lies, and where what comes of it does.
const INPUT = 0x8000;
const STREAMS = 0x20000;

/** The module of `size` bytes that `packed` holds, for hosts with relaxed SIMD or without. Wrong input gives wrong bytes. */
export function unpack(
  unpacker: WebAssembly.Module,
  packed: string,
  size: number,
  relaxed: boolean,
): Uint8Array<ArrayBuffer> {
  const { memory, unpack } = new WebAssembly.Instance(unpacker).exports as unknown as Unpacker;
  memory.grow(Math.ceil((STREAMS + 2 * size) / PAGE));
  new TextEncoder().encodeInto(packed, new Uint8Array(memory.buffer, INPUT));
  return new Uint8Array(memory.buffer as ArrayBuffer, unpack(packed.length, size, relaxed), size);
}
