/** Two builds of one module: assembly/simd.ts has what stands for a product, and for the sum that follows it. */

// Numbers of vector instructions.
const PRODUCT: u32 = 0x82; // i16x8.q15mulr_sat_s stands for it
const SUM: u32 = 0x9b; // i16x8.avgr_u stands for it
// Instructions of three bytes, the first one lowest.
const MUL: u32 = 0x01e6fd; // f32x4.mul
const ADD: u32 = 0x01e4fd; // f32x4.add
const NOPS: u32 = 0x010101;
const RELAXED_MADD: u32 = 0x0285fd; // f32x4.relaxed_madd, when both factors and the third operand are on the stack

/** Whether the build is the one with relaxed SIMD. */
export let relaxed: bool = false;

export function setRelaxed(value: bool): void {
  relaxed = value;
}

/** What the build has in the place of vector instruction `opcode`, or 0 for itself. */
@inline
export function instead(opcode: u32): u32 {
  if (opcode == PRODUCT) return relaxed ? NOPS : MUL;
  if (opcode == SUM) return relaxed ? RELAXED_MADD : ADD;
  return 0;
}
