/** Changing sizes without losing what was there: what fits stays, new cells follow a plain pattern. */
import type { Plane, Planes, SlideState } from "./state.ts";

function resizePlane(
  plane: Plane,
  height: number,
  width: number,
  fill: (row: number, column: number) => number,
) {
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => plane[row]?.[column] ?? fill(row, column)),
  );
}

function resizePlanes(
  planes: Planes,
  [channels, height, width]: readonly [number, number, number],
  fill: (channel: number, row: number, column: number) => number,
): Planes {
  return Array.from({ length: channels }, (_, channel) =>
    resizePlane(planes[channel] ?? [], height, width, (row, column) => fill(channel, row, column)),
  );
}

export interface Sizes {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outputs: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly groups: number;
}

/** The kernel [O, C/groups, h, w]; of the transposed layer its first axis is C and its second O/groups. */
export function sizesOf({ input, kernel, groups, transposed }: SlideState): Sizes {
  return {
    channels: input.length,
    height: input[0]!.length,
    width: input[0]![0]!.length,
    outputs: transposed ? kernel[0]!.length * groups : kernel.length,
    kernelHeight: kernel[0]![0]!.length,
    kernelWidth: kernel[0]![0]![0]!.length,
    groups,
  };
}

/** The arrays at other sizes. A number of channels that its groups do not divide is left for the library to refuse. */
export function resize(state: SlideState, to: Partial<Sizes>): Partial<SlideState> {
  const sizes = { ...sizesOf(state), ...to };
  const { channels, height, width, outputs, kernelHeight, kernelWidth, groups } = sizes;
  const [blocks, divided] = state.transposed ? [channels, outputs] : [outputs, channels];
  const perGroup = Math.max(1, Math.floor(divided / groups));
  const ordinal = (row: number, column: number): number => (row * width + column) % 10;
  return {
    groups,
    input: resizePlanes(state.input, [channels, height, width], (c, row, column) => ordinal(row, column) + c),
    kernel: Array.from({ length: blocks }, (_, block) =>
      resizePlanes(
        state.kernel[block] ?? [],
        [perGroup, kernelHeight, kernelWidth],
        (c, row, column) => ((row + column + c + block) % 3) - 1,
      ),
    ),
  };
}
