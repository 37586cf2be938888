/** The loss at every step, on a logarithmic axis. Drawn by uPlot. */
import { useEffect } from "preact/hooks";
import uPlot from "uplot";
import { words } from "../i18n/index.ts";
import { isDark } from "../state/appearance.ts";
import { numberText } from "../ui/number-text.ts";
import { plotStyle, usePlot } from "../ui/use-plot.ts";
import { decades, firstZero, shownLosses } from "./curve.ts";

const SIZE = { least: 240, height: 240 };

function makePlot(target: HTMLElement, labels: { step: string; loss: string }, length: number): uPlot {
  const { color, axis } = plotStyle(target);
  return new uPlot(
    {
      width: Math.max(SIZE.least, target.clientWidth),
      height: SIZE.height,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: [0, length] }, y: { distr: 3 } },
      axes: [
        { ...axis, label: labels.step, labelFont: axis.font, labelSize: 20 },
        {
          ...axis,
          size: 64,
          splits: (_plot, _axis, least, most) => decades(least, most),
          filter: (_plot, splits) => splits,
          values: (_plot, splits) => splits.map((value) => numberText(value, 2)),
        },
      ],
      series: [
        {},
        {
          label: labels.loss,
          stroke: color("--accent"),
          width: 2,
          points: { show: true, size: 6, fill: color("--accent") },
        },
      ],
    },
    [[], []],
    target,
  );
}

export function LossPlot({ losses, at }: { readonly losses: readonly number[]; readonly at: number }) {
  const text = words.value.learn;
  const dark = isDark.value;
  const length = losses.length - 1;
  const labels = { step: text.stepAxis, loss: text.loss };
  const { box, plot } = usePlot((target) => makePlot(target, labels, length), SIZE, [dark, text, length]);
  useEffect(() => {
    plot.current!.setData([losses.map((_, i) => i), shownLosses(losses, at)]);
  }, [losses, at, dark, text]);
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
