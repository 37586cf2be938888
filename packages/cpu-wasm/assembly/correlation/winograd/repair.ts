/**
 * What Winograd's transforms cannot do: an infinite or undefined input gives NaN in the whole tile around it.
 * Outputs that are not finite are summed anew, directly.
 */
import { arg } from "../../common/simd";
import { Slot } from "./arguments";

/** The direct sum of one output value, in float64. `y`, `x`: where its window begins in the input. */
function directAt(args: usize, input: usize, kernel: usize, y: i32, x: i32): f64 {
  const height = arg(args, Slot.HEIGHT),
    width = arg(args, Slot.WIDTH);
  const kernelRow = arg(args, Slot.KERNEL_ROW),
    kernelColumn = arg(args, Slot.KERNEL_COLUMN);
  let sum: f64 = 0;
  for (let left = arg(args, Slot.CHANNELS); left > 0; left--) {
    for (let ky = 0; ky < 3; ky++) {
      for (let kx = 0; kx < 3; kx++) {
        const inside = <u32>(y + ky) < <u32>height && <u32>(x + kx) < <u32>width;
        const value: f32 = inside ? load<f32>(input + ((<usize>((y + ky) * width + x + kx)) << 2)) : 0;
        sum += <f64>value * <f64>load<f32>(kernel + ky * kernelRow + kx * kernelColumn);
      }
    }
    input += (<usize>(height * width)) << 2;
    kernel += arg(args, Slot.KERNEL_IN);
  }
  return sum;
}

/** Repairs `rows` × `columns` outputs of one image and channel. */
export function repair(
  args: usize,
  image: i32,
  channel: i32,
  firstRow: i32,
  rows: i32,
  firstColumn: i32,
  columns: i32,
  bias: f32,
): void {
  const input = <usize>arg(args, Slot.X) + arg(args, Slot.X_IMAGE) * image;
  const kernel = <usize>arg(args, Slot.KERNEL) + arg(args, Slot.KERNEL_OUT) * channel;
  const out =
    <usize>arg(args, Slot.OUT) + arg(args, Slot.OUT_IMAGE) * image + arg(args, Slot.OUT_PLANE) * channel;
  for (let y = firstRow; y < firstRow + rows; y++) {
    for (let x = firstColumn; x < firstColumn + columns; x++) {
      const at = out + arg(args, Slot.OUT_ROW) * y + ((<usize>x) << 2);
      if (isFinite(load<f32>(at))) continue;
      const sum = directAt(args, input, kernel, y - arg(args, Slot.TOP), x - arg(args, Slot.LEFT));
      store<f32>(at, <f32>(sum + <f64>bias));
    }
  }
}
