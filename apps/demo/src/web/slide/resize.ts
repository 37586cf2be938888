/** Changing the layer's sizes without losing what was there. */
import { resizeInput, resizeKernel } from "./resize-arrays.ts";
import type { SlideState } from "./state.ts";

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
  return {
    groups,
    input: resizeInput(state.input, [channels, height, width]),
    kernel: resizeKernel(state.kernel, [blocks, perGroup, kernelHeight, kernelWidth]),
  };
}
