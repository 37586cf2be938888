/** Decompression of what the package carries, by a WebAssembly module of its own (assembly/lzma). */

interface Decoder {
  readonly memory: WebAssembly.Memory;
  /** Where the data are expected. */
  readonly INPUT: WebAssembly.Global<"i32">;
  decompress(out: number, size: number): void;
}

const PAGE = 65536;

/**
 * The `size` bytes that `data` holds: an LZMA stream of the usual properties (lc = 3, lp = 0, pb = 2) without a header.
 * Data are trusted: damaged ones give other bytes.
 */
export function decompress(
  decoder: WebAssembly.Module,
  data: Uint8Array,
  size: number,
): Uint8Array<ArrayBuffer> {
  const { memory, INPUT, decompress } = new WebAssembly.Instance(decoder).exports as unknown as Decoder;
  const input = INPUT.value;
  const out = input + data.length;
  memory.grow(Math.max(0, Math.ceil((out + size - memory.buffer.byteLength) / PAGE)));
  new Uint8Array(memory.buffer).set(data, input);
  decompress(out, size);
  return new Uint8Array(memory.buffer as ArrayBuffer, out, size);
}
