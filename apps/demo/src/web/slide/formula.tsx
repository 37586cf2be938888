/** How large the output is: the formula, and the formula with its numbers. */
import type { Window2d } from "@corr2d/core";
import { words } from "../i18n/index.ts";
import type { Layer } from "./compute.ts";
import type { SlideState } from "./state.ts";

/** The formula of one direction with its numbers, and what it comes to. */
export function filledFormula(w: Window2d, state: SlideState, axis: 0 | 1): string {
  const { input, kernel, output, stride, before, after, dilation } = w.axes[axis];
  const span = `${dilation}·(${kernel} − 1)`;
  if (state.transposed) {
    return `(${output} − 1)·${stride} − 2·${before} + ${span} + ${state.outputPadding[axis]} + 1 = ${input}`;
  }
  const padding = before === after ? `2·${before}` : `${before + after}`;
  return `⌊(${input} + ${padding} − ${span} − 1) / ${stride}⌋ + 1 = ${output}`;
}

export function Formula({ window: w, state }: Pick<Layer, "window" | "state">) {
  const text = words.value.slide;
  const uneven = w.axes.some(({ before, after }) => before !== after);
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
