/** Elementwise kernels. */
import { arg } from "./simd";

/** Vectors of four per chunk. */
const CHUNK: i32 = 4096;

/** args: a, b, out, size. Both operands have the result's shape. */
export function addFlat(args: usize, begin: i32, end: i32): void {
  const size = arg(args, 3);
  let i = begin * CHUNK * 4;
  const stop = min(end * CHUNK * 4, size);
  const a = <usize>arg(args, 0);
  const b = <usize>arg(args, 1);
  const out = <usize>arg(args, 2);
  for (; i + 4 <= stop; i += 4) {
    const at = <usize>i << 2;
    v128.store(out + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  }
  for (; i < stop; i++) {
    const at = <usize>i << 2;
    store<f32>(out + at, load<f32>(a + at) + load<f32>(b + at));
  }
}
