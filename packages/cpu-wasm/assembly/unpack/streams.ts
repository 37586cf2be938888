/**
 * A module's code as several streams: opcodes with most of their numbers, numbers of locals, of globals, of functions with
 * their sizes, vectors' bytes, and the rest. Like beside like compresses better, by a tenth. `moveModule` walks through the
 * instructions and moves their bytes, in either direction: with SPLITS, a constant of the compiler's command line, from the
 * module to the streams, otherwise back.
 *
 * Both directions take the same steps whatever the bytes are, so that an instruction which is not known here costs
 * compression, never correctness: those that are rare, or have few different numbers, are left out. Source: WebAssembly Core
 * Specification, chapter 5 (binary format).
 */

const enum Stream { BYTES, GLOBALS, LOCALS, SIZES, OUTSIDE, OPCODES, COUNT }

/** Where the streams lie; the input and the tables of decompression are before. */
export const STREAMS: usize = 0x20000;
/** Before the first one: where functions begin and end in the module, and where the next byte of each stream is. */
const CODE_START: usize = STREAMS;
const CODE_END: usize = STREAMS + 4;
export const CURSORS: usize = STREAMS + 8;
export const HEADER: usize = 8 + 4 * Stream.COUNT;

/** Where the next byte of the module is. */
let at: usize = 0;

/** One byte. */
function moveByte(stream: i32): u32 {
  const cursor = CURSORS + (<usize>stream << 2);
  const here = load<usize>(cursor);
  store<usize>(cursor, here + 1);
  if (SPLITS) store<u8>(here, load<u8>(at));
  else store<u8>(at, load<u8>(here));
  return load<u8>(at++);
}

/** Bytes up to one in the module. */
function moveBytes(stream: i32, end: usize): void {
  while (at < end) moveByte(stream);
}

/** A LEB128 number. */
function move(stream: i32): u32 {
  let value: u32 = 0;
  let shift = 0;
  let byte: u32 = 0;
  do {
    byte = moveByte(stream);
    value |= (byte & 127) << shift;
    shift += 7;
  } while (byte > 127);
  return value;
}

function moveInstruction(): void {
  let opcode = moveByte(Stream.OPCODES);
  let numbers = 0;
  // Differences of u32: opcode − first < count says that it is one of `count` from `first` on.
  if (opcode - 0x20 < 3) move(Stream.LOCALS);
  else if (opcode - 0x23 < 2) move(Stream.GLOBALS);
  else if (opcode == 0x10) move(Stream.SIZES); // a call
  else if (opcode == 0x41) numbers = 1; // i32.const
  else if (opcode - 0x28 < 0x17) numbers = 2; // a load or a store: alignment and offset
  else if (opcode == 0xfd) {
    opcode = move(Stream.OPCODES);
    if (opcode - 12 < 2) moveBytes(Stream.BYTES, at + 16); // v128.const, i8x16.shuffle
    else if (opcode < 12 || opcode - 84 < 10) numbers = 2;
  }
  for (; numbers > 0; numbers--) move(Stream.OPCODES);
}

/** The module of `size` bytes from or to the streams. */
export function moveModule(module: usize, size: usize): void {
  at = module;
  moveBytes(Stream.OUTSIDE, module + load<u32>(CODE_START));
  const stop = module + load<u32>(CODE_END);
  while (at < stop) {
    const bytes = move(Stream.SIZES);
    const end = min(at + bytes, stop);
    const types = move(Stream.OUTSIDE); // of locals: how many there are, and which type
    moveBytes(Stream.OUTSIDE, min(at + 2 * types, end));
    while (at < end) moveInstruction();
  }
  moveBytes(Stream.OUTSIDE, module + size);
}
