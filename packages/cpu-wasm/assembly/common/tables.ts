/** Tables of byte offsets, by which kernels read what lies apart. */

/** out[i0, i1, i2] = i0 · step0 + i1 · step1 + i2 · step2: byte offsets of a three-axis walk. */
export function fillTable(
  out: usize,
  count0: i32,
  step0: i32,
  count1: i32,
  step1: i32,
  count2: i32,
  step2: i32,
): void {
  for (let i0 = 0, a = 0; i0 < count0; i0++, a += step0) {
    for (let i1 = 0, b = a; i1 < count1; i1++, b += step1) {
      for (let i2 = 0, c = b; i2 < count2; i2++, c += step2, out += 4) store<i32>(out, c);
    }
  }
}
