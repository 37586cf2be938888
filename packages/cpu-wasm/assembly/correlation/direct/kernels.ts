/**
 * The correlation triple as its definition says it: loops over any geometry, scalar and summed in float64 but
 * for short sums of windows that lie inside the input.
 *
 * Used where packing would cost more than the sums (a 6×8 image), and to recompute what a fast kernel cannot
 * know (non-finite values beside padding). Cells outside the input have no term: the loops skip them.
 */
import { CHAIN } from "../../common/budgets";
import { fma } from "../../common/simd";
import { Window } from "../../common/window";

/** The argument block of all three. */
@unmanaged
export class DirectArguments {
  /** An address, like all of them: the window lies in the memory that threads share. */
  window: Window;
  /** x, g, x; and kernel, kernel, g. */
  a: usize;
  b: usize;
  /** Or 0. */
  bias: usize;
  out: usize;
  /**
   * For a kernel gradient: whether to leave finite values as they are and sum only the others anew, as the
   * fast kernels multiply padding with g, and 0 · ∞ is NaN.
   */
  repairs: bool;
}

/** Chunks are the output's planes: (image, output channel). */
export function convDirect(args: DirectArguments, begin: i32, end: i32): void {
  const w = args.window;
  const x = args.a,
    kernel = args.b,
    bias = args.bias,
    out = args.out;
  const inChannels = w.inChannels,
    outChannels = w.outChannels,
    groups = w.groups;
  const height = w.y.input,
    width = w.x.input,
    kernelHeight = w.y.kernel,
    kernelWidth = w.x.kernel;
  const outHeight = w.y.output,
    outWidth = w.x.output,
    strideY = w.y.stride,
    strideX = w.x.stride;
  const top = w.y.before,
    left = w.x.before,
    stepY = w.y.dilation,
    stepX = w.x.dilation;
  const channels = groups == 1 ? inChannels : inChannels / groups;
  const plane = (<usize>(height * width)) << 2;
  const kernelPlane = (<usize>(kernelHeight * kernelWidth)) << 2;
  const inside =
    (top | left) == 0 &&
    strideX == 1 &&
    outWidth >= 4 &&
    channels * kernelHeight * kernelWidth <= CHAIN &&
    (outHeight - 1) * strideY + (kernelHeight - 1) * stepY < height &&
    outWidth - 1 + (kernelWidth - 1) * stepX < width;
  let to = out + ((<usize>(begin * outHeight * outWidth)) << 2);
  let image = begin / outChannels;
  let oc = begin - image * outChannels;
  for (let chunk = begin; chunk < end; chunk++) {
    const first = groups == 1 ? 0 : (oc / (outChannels / groups)) * channels;
    const from = x + <usize>(image * inChannels + first) * plane;
    const taps = kernel + <usize>(oc * channels) * kernelPlane;
    const start: f64 = bias ? load<f32>(bias + ((<usize>oc) << 2)) : 0;
    if (inside) {
      insidePlane(from, taps, <f32>start, to, channels, width, plane, w);
      to += (<usize>(outHeight * outWidth)) << 2;
    } else
      for (let oy = 0; oy < outHeight; oy++) {
        for (let ox = 0; ox < outWidth; ox++) {
          const y0 = oy * strideY - top,
            x0 = ox * strideX - left;
          let sum = start;
          let source = from,
            tap = taps;
          for (let c = 0; c < channels; c++) {
            for (let ky = 0, y = y0; ky < kernelHeight; ky++, y += stepY) {
              if (<u32>y >= <u32>height) {
                tap += (<usize>kernelWidth) << 2;
                continue;
              }
              for (let kx = 0, at = x0; kx < kernelWidth; kx++, at += stepX, tap += 4) {
                if (<u32>at >= <u32>width) continue;
                sum += <f64>load<f32>(source + ((<usize>(y * width + at)) << 2)) * <f64>load<f32>(tap);
              }
            }
            source += plane;
          }
          store<f32>(to, <f32>sum);
          to += 4;
        }
      }
    if (++oc == outChannels) {
      oc = 0;
      image++;
    }
  }
}

/** A plane whose windows lie inside the input, four neighbouring outputs at a time, in float32. */
function insidePlane(
  from: usize,
  taps: usize,
  start: f32,
  to: usize,
  channels: i32,
  width: i32,
  plane: usize,
  w: Window,
): void {
  const kernelHeight = w.y.kernel,
    kernelWidth = w.x.kernel,
    outWidth = w.x.output;
  const down = (<usize>(w.y.dilation * width)) << 2,
    right = (<usize>w.x.dilation) << 2;
  const next = (<usize>(w.y.stride * width)) << 2;
  const last = (<usize>(outWidth - 4)) << 2;
  const end = to + ((<usize>(w.y.output * outWidth)) << 2);
  for (; to < end; to += last + 16, from += next) {
    let at: usize = 0;
    for (;;) {
      let sum = f32x4.splat(start);
      let source = from + at,
        tap = taps;
      for (let c = 0; c < channels; c++, source += plane) {
        let row = source;
        for (let ky = 0; ky < kernelHeight; ky++, row += down) {
          let x = row;
          for (let kx = 0; kx < kernelWidth; kx++, x += right, tap += 4) {
            sum = fma(v128.load(x), v128.load32_splat(tap), sum);
          }
        }
      }
      v128.store(to + at, sum);
      if (at == last) break;
      at = min(at + 16, last); // the last four may overlap
    }
  }
}

/** Chunks are the input gradient's planes: (image, input channel). */
export function convDirectInput(args: DirectArguments, begin: i32, end: i32): void {
  const w = args.window;
  const g = args.a,
    kernel = args.b,
    out = args.out;
  const inChannels = w.inChannels,
    outChannels = w.outChannels,
    groups = w.groups;
  const height = w.y.input,
    width = w.x.input,
    kernelHeight = w.y.kernel,
    kernelWidth = w.x.kernel;
  const outHeight = w.y.output,
    outWidth = w.x.output,
    strideY = w.y.stride,
    strideX = w.x.stride;
  const top = w.y.before,
    left = w.x.before,
    stepY = w.y.dilation,
    stepX = w.x.dilation;
  const channels = inChannels / groups,
    perGroup = outChannels / groups;
  const plane = (<usize>(outHeight * outWidth)) << 2;
  const kernelPlane = (<usize>(kernelHeight * kernelWidth)) << 2;
  let to = out + ((<usize>(begin * height * width)) << 2);
  for (let chunk = begin; chunk < end; chunk++) {
    const image = chunk / inChannels;
    const ic = chunk - image * inChannels;
    const group = ic / channels;
    const from = g + <usize>(image * outChannels + group * perGroup) * plane;
    const taps = kernel + <usize>(group * perGroup * channels + ic - group * channels) * kernelPlane;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let sum: f64 = 0;
        let source = from,
          tap = taps;
        for (let c = 0; c < perGroup; c++) {
          for (let ky = 0, shiftY = y + top; ky < kernelHeight; ky++, shiftY -= stepY) {
            const oy = strideY == 1 ? shiftY : shiftY / strideY;
            if (shiftY < 0 || oy >= outHeight || oy * strideY != shiftY) continue;
            const row = source + ((<usize>(oy * outWidth)) << 2);
            const tapRow = tap + ((<usize>(ky * kernelWidth)) << 2);
            for (let kx = 0, shiftX = x + left; kx < kernelWidth; kx++, shiftX -= stepX) {
              const ox = strideX == 1 ? shiftX : shiftX / strideX;
              if (shiftX < 0 || ox >= outWidth || ox * strideX != shiftX) continue;
              sum += <f64>load<f32>(row + ((<usize>ox) << 2)) * <f64>load<f32>(tapRow + ((<usize>kx) << 2));
            }
          }
          source += plane;
          tap += <usize>channels * kernelPlane;
        }
        store<f32>(to, <f32>sum);
        to += 4;
      }
    }
  }
}

/** The first window position whose cell `offset` (tap · dilation − padding) is not negative. */
@inline
function firstInside(offset: i32, stride: i32): i32 {
  return offset >= 0 ? 0 : (-1 - offset) / stride + 1; // a sum of the two could be beyond 32 bits
}

/** One past the last window position whose cell `offset` lies below `size`. */
@inline
function lastInside(offset: i32, stride: i32, size: i32, positions: i32): i32 {
  return offset >= size ? 0 : min((size - 1 - offset) / stride + 1, positions);
}

/** Chunks are the kernel gradient's planes: (output channel, input channel of its group). */
export function convDirectKernel(args: DirectArguments, begin: i32, end: i32): void {
  const w = args.window;
  const repairs = args.repairs;
  const x = args.a,
    g = args.b,
    out = args.out;
  const batch = w.batch,
    inChannels = w.inChannels,
    outChannels = w.outChannels,
    groups = w.groups;
  const height = w.y.input,
    width = w.x.input,
    kernelHeight = w.y.kernel,
    kernelWidth = w.x.kernel;
  const outHeight = w.y.output,
    outWidth = w.x.output,
    strideY = w.y.stride,
    strideX = w.x.stride;
  const top = w.y.before,
    left = w.x.before,
    stepY = w.y.dilation,
    stepX = w.x.dilation;
  const channels = inChannels / groups,
    perGroup = outChannels / groups;
  const plane = (<usize>(height * width)) << 2,
    outPlane = (<usize>(outHeight * outWidth)) << 2;
  let to = out + ((<usize>(begin * kernelHeight * kernelWidth)) << 2);
  for (let chunk = begin; chunk < end; chunk++) {
    const oc = chunk / channels;
    const ic = (oc / perGroup) * channels + chunk - oc * channels;
    for (let ky = 0; ky < kernelHeight; ky++) {
      const offsetY = ky * stepY - top;
      const firstY = firstInside(offsetY, strideY),
        endY = lastInside(offsetY, strideY, height, outHeight);
      for (let kx = 0; kx < kernelWidth; kx++, to += 4) {
        if (repairs && isFinite(load<f32>(to))) continue;
        const offsetX = kx * stepX - left;
        const firstX = firstInside(offsetX, strideX),
          endX = lastInside(offsetX, strideX, width, outWidth);
        let sum: f64 = 0;
        for (let image = 0; image < batch; image++) {
          const source = x + <usize>(image * inChannels + ic) * plane;
          const other = g + <usize>(image * outChannels + oc) * outPlane;
          for (let oy = firstY; oy < endY; oy++) {
            let a = source + ((<usize>((oy * strideY + offsetY) * width + firstX * strideX + offsetX)) << 2);
            let b = other + ((<usize>(oy * outWidth + firstX)) << 2);
            for (let ox = firstX; ox < endX; ox++) {
              sum += <f64>load<f32>(a) * <f64>load<f32>(b);
              a += (<usize>strideX) << 2;
              b += 4;
            }
          }
        }
        store<f32>(to, <f32>sum);
      }
    }
  }
}

/** Whether `count` floats are all finite. */
export function allFinite(at: usize, count: i32): bool {
  // x − x is 0 for finite x and NaN otherwise.
  let sum = f32x4.splat(0);
  for (; count >= 4; count -= 4, at += 16) {
    const x = v128.load(at);
    sum = f32x4.add(sum, f32x4.sub(x, x));
  }
  for (; count > 0; count--, at += 4) {
    const x = v128.load32_splat(at);
    sum = f32x4.add(sum, f32x4.sub(x, x));
  }
  return !v128.any_true(f32x4.ne(sum, f32x4.splat(0)));
}
