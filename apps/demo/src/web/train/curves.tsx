/** Curves over the steps of a run, with a line at the moment that is shown. Drawn by uPlot. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { isDark } from "../state/appearance.ts";
import { numberText } from "../ui/number-text.ts";
import { plotStyle, usePlot } from "../ui/use-plot.ts";

const SIZE = { least: 200, height: 230 };

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

function makePlot(target: HTMLElement, props: CurvesProps, marker: Marker): uPlot {
  const { color, axis } = plotStyle(target);
  const drawMarker = (plot: uPlot): void => {
    if (marker.at === undefined) return;
    const x = plot.valToPos(marker.at, "x", true);
    const { top, height } = plot.bbox;
    plot.ctx.save();
    plot.ctx.strokeStyle = color("--ink-soft");
    plot.ctx.lineWidth = devicePixelRatio;
    plot.ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    plot.ctx.beginPath();
    plot.ctx.moveTo(x, top);
    plot.ctx.lineTo(x, top + height);
    plot.ctx.stroke();
    plot.ctx.restore();
  };
  const percent = (value: number): string => `${Math.round(100 * value)} %`;
  return new uPlot(
    {
      width: Math.max(SIZE.least, target.clientWidth),
      height: SIZE.height,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: [0, props.steps] },
        y: {
          range: (_plot, _least, most) => [0, props.share ? 1 : Math.min(Math.max(most, 0.1) * 1.05, 20)],
        },
      },
      axes: [
        { ...axis, label: props.stepName, labelFont: axis.font, labelSize: 18, size: 34 },
        {
          ...axis,
          size: 58,
          values: (_plot, splits) =>
            splits.map((value) => (props.share ? percent(value) : numberText(value, 2))),
        },
      ],
      series: [
        {},
        ...props.curves.map(({ name, look }) => ({
          label: name,
          stroke: color(COLORS[look]),
          width: look === "batches" ? 1 : 2,
          spanGaps: true,
          points: { show: false },
        })),
      ],
      hooks: { draw: [drawMarker] },
    },
    table(props.curves),
    target,
  );
}

export function Curves(props: CurvesProps) {
  const marker = useRef<Marker>({ at: undefined });
  const { curves, at, steps } = props;
  const dark = isDark.value;
  const names = curves.map(({ name }) => name).join();
  const { box, plot } = usePlot((target) => makePlot(target, props, marker.current), SIZE, [
    dark,
    steps,
    names,
  ]);
  useEffect(() => {
    marker.current.at = at;
    plot.current!.setData(table(curves));
  }, [curves, at, dark, steps, names]);
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
