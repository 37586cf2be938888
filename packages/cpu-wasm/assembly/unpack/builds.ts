/** Two builds of one module: assembly/simd.ts has what stands for a product, and for the sum that follows it. */

// Instructions of three bytes, the first one lowest.
const PRODUCT: u32 = 0x0182fd; // i16x8.q15mulr_sat_s stands for it
const SUM: u32 = 0x019bfd; // i16x8.avgr_u stands for it
const MUL: u32 = 0x01e6fd; // f32x4.mul
const ADD: u32 = 0x01e4fd; // f32x4.add
const NOPS: u32 = 0x010101;
const RELAXED_MADD: u32 = 0x0285fd; // f32x4.relaxed_madd, when both factors and the third operand are on the stack

/** Puts the build's instructions in the place of those that stand for them. */
export function chooseBuild(module: usize, size: usize, relaxed: bool): void {
  const end = module + size;
  const product: u32 = relaxed ? PRODUCT ^ NOPS : PRODUCT ^ MUL;
  const sum: u32 = relaxed ? SUM ^ RELAXED_MADD : SUM ^ ADD;
  do {
    const four = load<u32>(module);
    const here = four << 8;
    if (here === PRODUCT << 8) store<u32>(module, four ^ product);
    if (here === SUM << 8) store<u32>(module, four ^ sum);
  } while (++module < end);
}
