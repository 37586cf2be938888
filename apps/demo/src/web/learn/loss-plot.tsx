/** The loss at every step, on a logarithmic axis. Drawn by uPlot. */
import { useMemo } from "preact/hooks";
import type uPlot from "uplot";
import { words } from "../i18n/index.ts";
import { isDark } from "../state/appearance.ts";
import { numberText } from "../ui/number-text.ts";
import { usePlot } from "../ui/use-plot.ts";
import { decades, firstZero, shownLosses } from "./curve.ts";

export function LossPlot({ losses, at }: { readonly losses: readonly number[]; readonly at: number }) {
  const text = words.value.learn;
  const dark = isDark.value;
  const length = losses.length - 1;
  const data = useMemo(
    (): uPlot.AlignedData => [losses.map((_, i) => i), shownLosses(losses, at)],
    [losses, at],
  );
  const box = usePlot(
    ({ color, px, axis, stepAxis }) => ({
      scales: { x: { time: false, range: [0, length] }, y: { distr: 3 } },
      axes: [
        stepAxis(text.stepAxis),
        {
          ...axis,
          size: px(64),
          splits: (_plot, _axis, least, most) => decades(least, most),
          filter: (_plot, splits) => splits,
          values: (_plot, splits) => splits.map((value) => numberText(value, 2)),
        },
      ],
      series: [
        {},
        {
          label: text.loss,
          stroke: color("--accent"),
          width: px(2),
          points: { show: true, size: px(6), fill: color("--accent") },
        },
      ],
    }),
    data,
    [dark, text, length],
  );
  const last = losses[Math.min(at, losses.length - 1)]!;
  const zero = firstZero(losses, at);
  return (
    <figure class="loss-figure">
      <figcaption>
        <strong>{text.lossCurve}</strong>
      </figcaption>
      <div
        class="plot"
        ref={box}
        role="img"
        aria-label={text.lossCurveText(numberText(losses[0]!), numberText(last), at)}
      />
      {zero === undefined ? null : <p class="hint">{text.lossZero(zero)}</p>}
    </figure>
  );
}
