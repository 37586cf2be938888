/**
 * The correlation triple in float64, straight from its definition, and the geometries that the tests draw.
 */
import { inputSizeOf, kernelSizeOf, outputSizeOf, type Window2d, type WindowAxis } from "@corr2d/core";

export interface Geometry {
  readonly batch?: number;
  readonly channels: readonly [input: number, output: number];
  readonly input: readonly [height: number, width: number];
  readonly kernel: readonly [height: number, width: number];
  readonly stride?: readonly [number, number];
  /** Top, bottom, left, right. */
  readonly padding?: readonly [number, number, number, number];
  readonly dilation?: readonly [number, number];
  readonly groups?: number;
}

/** The window of a geometry; null when no window fits. */
export function windowOf(geometry: Geometry): Window2d | null {
  const { batch = 1, channels, input, kernel, groups = 1 } = geometry;
  const { stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1] } = geometry;
  const [top, bottom, left, right] = padding;
  const axis = (i: 0 | 1, before: number, after: number): WindowAxis => {
    const span = input[i] + before + after - dilation[i] * (kernel[i] - 1) - 1;
    return {
      input: input[i],
      kernel: kernel[i],
      output: Math.floor(span / stride[i]) + 1,
      stride: stride[i],
      before,
      after,
      dilation: dilation[i],
    };
  };
  const axes = [axis(0, top, bottom), axis(1, left, right)] as const;
  if (axes[0].output < 1 || axes[1].output < 1) return null;
  return { batch, inChannels: channels[0], outChannels: channels[1], groups, axes };
}

export interface Sizes {
  readonly input: number;
  readonly kernel: number;
  readonly output: number;
}

export function sizesOf(w: Window2d): Sizes {
  return { input: inputSizeOf(w), kernel: kernelSizeOf(w), output: outputSizeOf(w) };
}

/** The position in the input that output position `o` meets through kernel position `k`; null outside. */
function met(axis: WindowAxis, o: number, k: number): number | null {
  const at = o * axis.stride - axis.before + k * axis.dilation;
  return at < 0 || at >= axis.input ? null : at;
}

/** Calls `visit` with the flat positions of every product x · k → y, padding left out. */
function eachTerm(w: Window2d, visit: (x: number, kernel: number, output: number) => void): void {
  const inGroup = w.inChannels / w.groups;
  const outGroup = w.outChannels / w.groups;
  const [height, width] = w.axes;
  let y = 0;
  for (let n = 0; n < w.batch; n++) {
    for (let oc = 0; oc < w.outChannels; oc++) {
      const firstChannel = n * w.inChannels + Math.floor(oc / outGroup) * inGroup;
      for (let oy = 0; oy < height.output; oy++) {
        for (let ox = 0; ox < width.output; ox++, y++) {
          for (let c = 0; c < inGroup; c++) {
            for (let ky = 0; ky < height.kernel; ky++) {
              const iy = met(height, oy, ky);
              if (iy === null) continue;
              for (let kx = 0; kx < width.kernel; kx++) {
                const ix = met(width, ox, kx);
                if (ix === null) continue;
                visit(
                  ((firstChannel + c) * height.input + iy) * width.input + ix,
                  ((oc * inGroup + c) * height.kernel + ky) * width.kernel + kx,
                  y,
                );
              }
            }
          }
        }
      }
    }
  }
}

type Values = ArrayLike<number>;

export function correlate(x: Values, kernel: Values, bias: Values | null, w: Window2d): Float64Array {
  const area = w.axes[0].output * w.axes[1].output;
  const out = new Float64Array(sizesOf(w).output);
  if (bias !== null)
    for (let i = 0; i < out.length; i++) out[i] = bias[Math.floor(i / area) % w.outChannels]!;
  eachTerm(w, (xi, ki, yi) => {
    out[yi]! += x[xi]! * kernel[ki]!;
  });
  return out;
}

export function inputGradient(g: Values, kernel: Values, w: Window2d): Float64Array {
  const out = new Float64Array(sizesOf(w).input);
  eachTerm(w, (xi, ki, yi) => {
    out[xi]! += g[yi]! * kernel[ki]!;
  });
  return out;
}

export function kernelGradient(x: Values, g: Values, w: Window2d): Float64Array {
  const out = new Float64Array(sizesOf(w).kernel);
  eachTerm(w, (xi, ki, yi) => {
    out[ki]! += x[xi]! * g[yi]!;
  });
  return out;
}

/** Geometries of one kind, so that each algorithm's borders are met often. */
export const KINDS = ["small", "wide", "depthwise", "winograd", "image", "batch", "point"] as const;

export function randomGeometry(kind: (typeof KINDS)[number], random: () => number): Geometry {
  const int = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const groups = kind === "depthwise" ? int(1, 9) : random() < 0.2 ? int(2, 4) : 1;
  const general: Geometry = {
    batch: int(1, 3),
    groups,
    channels: [groups * int(1, 5), groups * int(1, 10)],
    input: [int(1, 14), int(1, 14)],
    kernel: [int(1, 5), int(1, 5)],
    stride: [int(1, 3), int(1, 3)],
    padding: [int(0, 3), int(0, 3), int(0, 3), int(0, 3)],
    dilation: [int(1, 2), int(1, 2)],
  };
  const one = [1, 1] as const;
  switch (kind) {
    case "small":
      return general;
    case "wide":
      return {
        ...general,
        channels: [groups * int(3, 20), groups * int(3, 33)],
        input: [int(5, 30), int(5, 30)],
        kernel: [int(1, 7), int(1, 7)],
      };
    case "depthwise": {
      const stride = int(1, 2);
      const square = random() < 0.6;
      return {
        ...general,
        channels: [groups, groups * int(1, 3)],
        input: [int(3, 30), int(3, 30)],
        ...(square ? { kernel: [3, 3], dilation: one, stride: [stride, stride] } : {}),
        ...(square && random() < 0.5 ? { padding: [1, 1, 1, 1] } : {}),
      };
    }
    case "winograd": {
      const pad = int(0, 1);
      return {
        ...general,
        groups: 1,
        channels: [int(14, 40), int(14, 40)],
        input: [int(4, 20), int(4, 20)],
        kernel: [3, 3],
        stride: one,
        dilation: one,
        padding: random() < 0.5 ? [pad, pad, pad, pad] : general.padding!,
      };
    }
    case "image":
      return {
        ...general,
        groups: 1,
        channels: one,
        input: [int(8, 60), int(8, 60)],
        kernel: [int(1, 11), int(1, 11)],
        stride: one,
      };
    case "batch":
      return {
        ...general,
        batch: int(8, 40),
        groups: 1,
        channels: [int(1, 6), int(1, 16)],
        kernel: [int(3, 5), int(3, 5)],
        ...(random() < 0.7 ? { stride: one, dilation: one } : {}),
      };
    case "point":
      return {
        ...general,
        groups: 1,
        channels: [int(1, 40), int(1, 40)],
        kernel: one,
        padding: [0, 0, 0, 0],
      };
  }
}
