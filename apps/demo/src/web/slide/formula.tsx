/** How large the output is: the formula, and the formula with its numbers. */
import type { Window2d } from "@corr2d/core";
import { words } from "../i18n/index.ts";
import type { Layer } from "./compute.ts";
import type { SlideState } from "./state.ts";

function filledPlain(
  size: number,
  kernel: number,
  stride: number,
  pads: readonly number[],
  dilation: number,
): string {
  const [before, after] = pads as [number, number];
  const padding = before === after ? `2·${before}` : `${before + after}`;
  return `⌊(${size} + ${padding} − ${dilation}·(${kernel} − 1) − 1) / ${stride}⌋ + 1`;
}

/** The formula of one direction with its numbers, and what it comes to. */
export function filledFormula(w: Window2d, state: SlideState, axis: 0 | 1): string {
  const vertical = axis === 0;
  const kernel = vertical ? w.kernelHeight : w.kernelWidth;
  const stride = vertical ? w.strideHeight : w.strideWidth;
  const dilation = vertical ? w.dilationHeight : w.dilationWidth;
  const pads = vertical ? [w.padTop, w.padBottom] : [w.padLeft, w.padRight];
  const large = vertical ? w.inputHeight : w.inputWidth;
  const small = vertical ? w.outputHeight : w.outputWidth;
  if (!state.transposed) return `${filledPlain(large, kernel, stride, pads, dilation)} = ${small}`;
  const extra = state.outputPadding[axis];
  return `(${small} − 1)·${stride} − 2·${pads[0]} + ${dilation}·(${kernel} − 1) + ${extra} + 1 = ${large}`;
}

export function Formula({ window: w, state }: Pick<Layer, "window" | "state">) {
  const text = words.value.slide;
  const uneven = w.padTop !== w.padBottom || w.padLeft !== w.padRight;
  const general = state.transposed ? text.formulaTransposed : uneven ? text.formulaSides : text.formulaPlain;
  return (
    <section class="formula" aria-label={text.formula}>
      <h2>{text.formula}</h2>
      <p class="math">{general}</p>
      <dl class="math">
        <dt>{text.formulaHeight}</dt>
        <dd>{filledFormula(w, state, 0)}</dd>
        <dt>{text.formulaWidth}</dt>
        <dd>{filledFormula(w, state, 1)}</dd>
      </dl>
    </section>
  );
}
