/** From what the package carries to the kernels' module, by a WebAssembly module of its own (assembly/unpack). */

export interface Unpacker {
  readonly memory: WebAssembly.Memory;
  /** Where the data are expected. */
  readonly INPUT: WebAssembly.Global<"i32">;
  decompress(input: number, out: number, size: number): void;
  join(streams: number, module: number, size: number, codeStart: number, codeEnd: number): void;
}

const PAGE = 65536;
/** The lengths of the streams, before them. */
const LENGTHS_BYTES = 24;

/** What the module was: its size, and where its functions lie. */
export interface ModuleLayout {
  readonly size: number;
  readonly codeStart: number;
  readonly codeEnd: number;
}

/**
 * The module that `data` hold: its streams, as an LZMA stream without its header. Data are trusted: damaged ones give other bytes.
 */
export function unpack(
  unpacker: WebAssembly.Module,
  data: Uint8Array,
  { size, codeStart, codeEnd }: ModuleLayout,
): Uint8Array<ArrayBuffer> {
  const { memory, INPUT, decompress, join } = new WebAssembly.Instance(unpacker)
    .exports as unknown as Unpacker;
  const streams = INPUT.value + data.length + 1; // behind a 0
  const module = streams + LENGTHS_BYTES + size;
  memory.grow(Math.ceil((module + size) / PAGE));
  new Uint8Array(memory.buffer).set(data, INPUT.value);
  decompress(INPUT.value, streams, LENGTHS_BYTES + size);
  join(streams, module, size, codeStart, codeEnd);
  return new Uint8Array(memory.buffer as ArrayBuffer, module, size);
}
