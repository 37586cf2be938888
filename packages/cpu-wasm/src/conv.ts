/**
 * The correlation triple on pointers: `assembly/drive/conv.ts` chooses the algorithm and runs it.
 */
import type { Window2d } from "@corr2d/core";
import type { Runtime } from "./runtime.ts";

/** `Member` in assembly/drive/conv.ts. */
type Member = 0 | 1 | 2;

function run(
  rt: Runtime,
  member: Member,
  a: number,
  b: number,
  bias: number,
  out: number,
  w: Window2d,
): void {
  rt.call.correlation(
    member,
    a,
    b,
    bias,
    out,
    w.batch,
    w.inChannels,
    w.outChannels,
    w.groups,
    w.inputHeight,
    w.inputWidth,
    w.kernelHeight,
    w.kernelWidth,
    w.outputHeight,
    w.outputWidth,
    w.strideHeight,
    w.strideWidth,
    w.padTop,
    w.padLeft,
    w.dilationHeight,
    w.dilationWidth,
  );
}

/** F(x, k), plus `bias` [outChannels] unless it is 0. All but `w` are pointers. */
export function corr2d(rt: Runtime, x: number, kernel: number, bias: number, out: number, w: Window2d): void {
  run(rt, 0, x, kernel, bias, out, w);
}

/** T(g, k). */
export function corr2dInput(rt: Runtime, g: number, kernel: number, out: number, w: Window2d): void {
  run(rt, 1, g, kernel, 0, out, w);
}

/** G(x, g). */
export function corr2dKernel(rt: Runtime, x: number, g: number, out: number, w: Window2d): void {
  run(rt, 2, x, g, 0, out, w);
}
