/**
 * A module's code as several streams: opcodes, numbers of locals, constants and so on, each kind of bytes in its own. Like
 * beside like compresses better, by a twelfth. `moveModule` walks through the instructions and moves their bytes, in either
 * direction: with SPLITS, a constant of the compiler's command line, from the module to the streams, otherwise back.
 *
 * Both directions take the same steps whatever the bytes are, so that an instruction which is not known here costs
 * compression, never correctness. Source: WebAssembly Core Specification, chapter 5 (binary format).
 */

const enum Stream { OUTSIDE, BYTES, OFFSETS, CONSTANTS, LOCALS, OPCODES, COUNT }

export const STREAMS: i32 = Stream.COUNT;
/** Where the next byte of each stream is; decompression's tables lie before, and its input behind. */
export const CURSORS: usize = 32768 - 4 * Stream.COUNT;
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

/** Where a load or a store goes. */
function moveAddress(): void {
  move(Stream.OPCODES); // the alignment, which the opcode nearly tells
  move(Stream.OFFSETS);
}

function moveInstruction(): void {
  let opcode = moveByte(Stream.OPCODES);
  let bytes = 0;
  // Differences of u32: opcode − first < count says that it is one of `count` from `first` on.
  if (opcode - 0x20 < 3) move(Stream.LOCALS);
  else if (opcode == 0x41) move(Stream.CONSTANTS);
  else if (opcode - 0x28 < 0x17) moveAddress();
  else if (opcode - 2 < 3 || opcode - 0x0c < 2) move(Stream.OPCODES); // blocks and branches
  else if (opcode == 0x10 || opcode - 0x23 < 2) move(Stream.OPCODES); // calls and globals
  else if (opcode - 0x43 < 2) bytes = 4 << (opcode - 0x43); // f32.const, f64.const
  else if (opcode == 0xfd) {
    opcode = move(Stream.OPCODES);
    if (opcode - 12 < 2) bytes = 16; // v128.const, i8x16.shuffle
    else if (opcode < 12 || opcode - 92 < 2) moveAddress();
    else if (opcode - 21 < 14) move(Stream.OPCODES); // lanes
    else if (opcode - 84 < 8) {
      moveAddress();
      move(Stream.OPCODES);
    }
  }
  for (; bytes > 0; bytes--) moveByte(Stream.BYTES);
}

/** The module of `size` bytes, whose functions lie from `codeStart` to `codeEnd` in it, from or to the streams. */
export function moveModule(module: usize, size: i32, codeStart: i32, codeEnd: i32): void {
  at = module;
  while (at < module + codeStart) moveByte(Stream.OUTSIDE);
  const stop = module + codeEnd;
  while (at < stop) {
    const bytes = move(Stream.OUTSIDE);
    const end = min(at + bytes, stop);
    // How many locals there are, and their type, for each type.
    for (let numbers = 2 * move(Stream.OUTSIDE); numbers > 0 && at < end; numbers--) move(Stream.OUTSIDE);
    while (at < end) moveInstruction();
  }
  while (at < module + size) moveByte(Stream.OUTSIDE);
}

/** Makes a module from the streams: before them lie their lengths. */
export function join(streams: usize, module: usize, size: i32, codeStart: i32, codeEnd: i32): void {
  let from = streams + 4 * Stream.COUNT;
  for (let i: usize = 0; i < 4 * Stream.COUNT; i += 4) {
    store<usize>(CURSORS + i, from);
    from += load<u32>(streams + i);
  }
  moveModule(module, size, codeStart, codeEnd);
}
