/**
 * What Winograd's transforms cannot do: an infinite or undefined input gives NaN in the whole tile around it.
 * Outputs that are not finite are summed anew, directly.
 */

import { WinogradArguments } from "./arguments";

/** The direct sum of one output value, in float64. `y`, `x`: where its window begins in the input. */
function directAt(args: WinogradArguments, input: usize, kernel: usize, y: i32, x: i32): f64 {
  const height = args.height,
    width = args.width;
  const kernelRow = args.kernelRow,
    kernelColumn = args.kernelColumn;
  let sum: f64 = 0;
  for (let left = args.channels; left > 0; left--) {
    for (let ky = 0; ky < 3; ky++) {
      for (let kx = 0; kx < 3; kx++) {
        const inside = <u32>(y + ky) < <u32>height && <u32>(x + kx) < <u32>width;
        const value: f32 = inside ? load<f32>(input + ((<usize>((y + ky) * width + x + kx)) << 2)) : 0;
        sum += <f64>value * <f64>load<f32>(kernel + ky * kernelRow + kx * kernelColumn);
      }
    }
    input += (<usize>(height * width)) << 2;
    kernel += args.kernelIn;
  }
  return sum;
}

/** Repairs `rows` × `columns` outputs of one image and channel. */
export function repair(
  args: WinogradArguments,
  image: i32,
  channel: i32,
  firstRow: i32,
  rows: i32,
  firstColumn: i32,
  columns: i32,
  bias: f32,
): void {
  const input = args.x + args.xImage * image;
  const kernel = args.kernel + args.kernelOut * channel;
  const out = args.out + args.outImage * image + args.outPlane * channel;
  for (let y = firstRow; y < firstRow + rows; y++) {
    for (let x = firstColumn; x < firstColumn + columns; x++) {
      const at = out + args.outRow * y + ((<usize>x) << 2);
      if (isFinite(load<f32>(at))) continue;
      const sum = directAt(args, input, kernel, y - args.top, x - args.left);
      store<f32>(at, <f32>(sum + <f64>bias));
    }
  }
}
