/**
 * From what the package carries to the kernels' module. A module of its own, since WebAssembly is fast from its first run
 * and JavaScript is not: a tenth of the time, at the start of every program.
 */
import { chooseBuild } from "./builds";
import { decompress } from "./lzma";
import { HEADER, moveModule, STREAMS } from "./streams";
import { decode } from "./text";

/** Where the text is expected; the tables of decompression lie before. */
const INPUT: usize = 0x8000;

/** Unpacks the module of `size` bytes that `length` characters at INPUT hold, with relaxed SIMD or without. Gives its address. */
export function unpack(length: usize, size: usize, relaxed: bool): usize {
  const module = STREAMS + HEADER + size;
  decode(INPUT, length);
  decompress(INPUT, STREAMS, HEADER + size);
  moveModule(module, size);
  chooseBuild(module, size, relaxed);
  return module;
}
