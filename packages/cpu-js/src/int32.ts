/**
 * Sizes that the engine knows to be integers.
 *
 * V8 notes for each property of objects of one form whether its numbers are integers. One that is not (above 2³¹, or
 * the 28 of `56 * 0.5`, which stays a float) makes it a float in all of them, and so every address computed from it:
 * the inner loops then run at half the speed. So kernels take copies. Their properties come in an order of their own,
 * since objects with the same properties in the same order are of one form, whoever made them.
 */
import type { MatmulSize, Window2d, WindowAxis } from "@corr2d/core";

function int32Axis(axis: WindowAxis): WindowAxis {
  return {
    dilation: axis.dilation | 0,
    stride: axis.stride | 0,
    before: axis.before | 0,
    after: axis.after | 0,
    kernel: axis.kernel | 0,
    input: axis.input | 0,
    output: axis.output | 0,
  };
}

export function int32Window(w: Window2d): Window2d {
  return {
    groups: w.groups | 0,
    batch: w.batch | 0,
    inChannels: w.inChannels | 0,
    outChannels: w.outChannels | 0,
    axes: [int32Axis(w.axes[0]), int32Axis(w.axes[1])],
  };
}

export function int32MatmulSize(size: MatmulSize): MatmulSize {
  const { transposeA, transposeB } = size;
  return {
    transposeA,
    transposeB,
    batch: size.batch | 0,
    rows: size.rows | 0,
    inner: size.inner | 0,
    columns: size.columns | 0,
  };
}
