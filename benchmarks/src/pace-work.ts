/**
 * A fixed piece of work that tells how fast a core runs at the moment: sums over 16 KiB, which stay in the first-level
 * cache. Loads are what a neighbour on the same core slows down most: by a half, where arithmetic in registers loses a
 * twentieth. In WebAssembly, because what JavaScript pays for a typed array depends on the rest of the process.
 */

import { median } from "./statistics.ts";
import { encodeFunction, I32 } from "./wasm-function.ts";

const BYTES = 1 << 14;
const PASSES = 16;
/** The median of so many drops what interrupts them alone; less than a millisecond in all. */
const REPEATS = 31;
/** V8 compiles a function in stages, after a number of calls. */
const WARM_UP = 3000;

const STRIDE = 32;
const SUMS = 4;
// Parameters: 0 passes, 1 bytes; then the locals.
const POINTER = 2;
const FIRST = 3;

const GET = 0x20;
const SET = 0x21;
const TEE = 0x22;
const CONST = 0x41;
const ADD = 0x6a;
const SUB = 0x6b;
const XOR = 0x73;
const LOOP = [0x03, 0x40];
const AGAIN_IF = [0x0d, 0];
const END = 0x0b;

function encode(): Uint8Array {
  const sums = Array.from({ length: SUMS }, (_, i) => FIRST + i);
  const terms = Array.from({ length: STRIDE / 4 }, (_, i) => {
    const sum = FIRST + (i % SUMS);
    return [GET, sum, GET, POINTER, 0x28, 2, 4 * i, i % 2 === 0 ? ADD : XOR, SET, sum];
  });
  return encodeFunction({
    params: [I32, I32],
    result: I32,
    locals: [SUMS + 1, I32],
    memoryPages: 1,
    body: [
      ...[...LOOP, GET, 1, SET, POINTER],
      ...[
        ...LOOP,
        GET,
        POINTER,
        CONST,
        STRIDE,
        SUB,
        SET,
        POINTER,
        ...terms.flat(),
        GET,
        POINTER,
        ...AGAIN_IF,
        END,
      ],
      ...[GET, 0, CONST, 1, SUB, TEE, 0, ...AGAIN_IF, END],
      // Every sum is used, so that none is dead code.
      ...[GET, FIRST, ...sums.slice(1).flatMap((sum) => [GET, sum, ADD])],
    ],
  });
}

/** Gives what does the work, and tells the seconds it took. */
export function createWork(): () => number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(encode() as BufferSource));
  const run = exports.run as (passes: number, bytes: number) => number;
  for (let i = 0; i < WARM_UP; i++) run(PASSES, BYTES);
  return () =>
    median(
      Array.from({ length: REPEATS }, () => {
        const start = performance.now();
        run(PASSES, BYTES);
        return (performance.now() - start) / 1000;
      }),
    );
}
