/** Curves over the steps of a run, with a line at the moment that is shown. Drawn by uPlot. */
import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { isDark } from "../state/appearance.ts";
import { numberText } from "../ui/number-text.ts";
import { type PlotOptions, type PlotStyle, usePlot } from "../ui/use-plot.ts";

export interface Curve {
  readonly name: string;
  readonly look: "batches" | "train" | "test";
  readonly points: readonly (readonly [step: number, value: number])[];
}

interface CurvesProps {
  readonly title: string;
  readonly curves: readonly Curve[];
  readonly steps: number;
  readonly at: number | undefined;
  readonly stepName: string;
  /** From 0 to 1, as percentages. */
  readonly share?: boolean;
  readonly description: string;
}

const COLORS: Readonly<Record<Curve["look"], string>> = {
  batches: "--line-strong",
  train: "--accent",
  test: "--test-curve",
};

/** All curves over the steps that any of them has. */
function table(curves: readonly Curve[]): uPlot.AlignedData {
  const xs = [...new Set(curves.flatMap(({ points }) => points.map(([step]) => step)))].sort((a, b) => a - b);
  const at = new Map(xs.map((step, i) => [step, i]));
  const columns = curves.map(({ points }) => {
    const column: (number | null | undefined)[] = new Array(xs.length).fill(undefined);
    for (const [step, value] of points) column[at.get(step)!] = Number.isFinite(value) ? value : null;
    return column;
  });
  return [xs, ...columns];
}

/** Its line is not drawn anew with the curves: it is read when they are. */
interface Marker {
  at: number | undefined;
}

function optionsOf(
  { color, px, axis, stepAxis }: PlotStyle,
  props: CurvesProps,
  marker: Marker,
): PlotOptions {
  const drawMarker = (plot: uPlot): void => {
    if (marker.at === undefined) return;
    const x = plot.valToPos(marker.at, "x", true);
    const { top, height } = plot.bbox;
    plot.ctx.save();
    plot.ctx.strokeStyle = color("--ink-soft");
    plot.ctx.lineWidth = px(1) * devicePixelRatio;
    plot.ctx.setLineDash([px(4) * devicePixelRatio, px(3) * devicePixelRatio]);
    plot.ctx.beginPath();
    plot.ctx.moveTo(x, top);
    plot.ctx.lineTo(x, top + height);
    plot.ctx.stroke();
    plot.ctx.restore();
  };
  const percent = (value: number): string => `${Math.round(100 * value)} %`;
  return {
    scales: {
      x: { time: false, range: [0, props.steps] },
      y: {
        range: (_plot, _least, most) => [0, props.share ? 1 : Math.min(Math.max(most, 0.1) * 1.05, 20)],
      },
    },
    axes: [
      stepAxis(props.stepName),
      {
        ...axis,
        size: px(58),
        values: (_plot, splits) =>
          splits.map((value) => (props.share ? percent(value) : numberText(value, 2))),
      },
    ],
    series: [
      {},
      ...props.curves.map(({ name, look }) => ({
        label: name,
        stroke: color(COLORS[look]),
        width: px(look === "batches" ? 1 : 2),
        spanGaps: true,
        points: { show: false },
      })),
    ],
    hooks: { draw: [drawMarker] },
  };
}

export function Curves(props: CurvesProps) {
  const marker = useRef<Marker>({ at: undefined });
  const { curves, at, steps } = props;
  const dark = isDark.value;
  const names = curves.map(({ name }) => name).join();
  marker.current.at = at;
  // Drawn anew for another moment too: its line is part of it.
  const data = useMemo(() => table(curves), [curves, at]);
  const box = usePlot((style) => optionsOf(style, props, marker.current), data, [dark, steps, names]);
  return (
    <figure class="curves">
      <figcaption>
        <strong>{props.title}</strong>
        {curves.map(({ name, look }) => (
          <span class={`curve-key curve-${look}`}>{name}</span>
        ))}
      </figcaption>
      <div class="plot" ref={box} role="img" aria-label={props.description} />
    </figure>
  );
}
