/**
 * From what the package carries to the kernels' module: decompression, and joining the streams that were compressed. A
 * module of its own, since WebAssembly is fast from its first run and JavaScript is not: a tenth of the time, at the start
 * of every program.
 */
export { decompress } from "./lzma";
export { join } from "./streams";

/** Where the data are expected; the tables of decompression lie before. */
export const INPUT: usize = 0x8000;
