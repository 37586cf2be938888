/**
 * Plots drawn by uPlot, in the page's colours, and as large as the box they are in, with text that grows with the page's: made
 * anew when their looks change. uPlot's code is loaded for itself, and every plot is drawn in a task of its own.
 */
import type { RefObject } from "preact";
import { type Inputs, useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { nextTask } from "../compute/next-task.ts";
import "uplot/dist/uPlot.min.css";

const library = import("uplot");

/** How much larger than usual the page's text is. */
const textScale = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

export interface PlotStyle {
  /** A colour of the page, by the name of its property. */
  readonly color: (name: string) => string;
  /** Pixels, by what they are where the page's text has its usual size. */
  readonly px: (usual: number) => number;
  /** What axes have in common. */
  readonly axis: {
    stroke: string;
    grid: uPlot.Axis.Grid;
    ticks: uPlot.Axis.Ticks;
    gap: number;
    font: string;
  };
  /** The axis of the steps. */
  readonly stepAxis: (label: string) => uPlot.Axis;
}

/** Distances between its marks: there is no half of a step. */
const WHOLE = [1, 10, 100, 1000].flatMap((ten) => [ten, 2 * ten, 5 * ten]);

function plotStyle(target: HTMLElement, scale: number): PlotStyle {
  const style = getComputedStyle(target);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const line = (): { stroke: string; width: number } => ({ stroke: color("--line"), width: scale });
  const font = `${12 * scale}px ${style.fontFamily}`;
  const px = (usual: number): number => Math.round(usual * scale);
  const ticks = { ...line(), size: px(10) };
  const axis = { stroke: color("--ink-soft"), grid: line(), ticks, gap: px(5), font };
  const stepAxis = (label: string): uPlot.Axis => ({
    ...axis,
    label,
    labelFont: font,
    labelSize: px(18),
    size: px(34),
    space: px(50),
    incrs: WHOLE,
  });
  return { color, px, axis, stepAxis };
}

export type PlotOptions = Omit<uPlot.Options, "width" | "height">;

/**
 * @param options how the plot looks: made anew for the `inputs`.
 * @param data what it shows: drawn whenever it is another object.
 * @returns the element that the plot is in.
 */
export function usePlot(
  options: (style: PlotStyle) => PlotOptions,
  data: uPlot.AlignedData,
  inputs: Inputs,
): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement | null>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ options, data });
  latest.current = { options, data };
  useEffect(() => {
    const target = box.current!;
    let drawnScale = 0;
    let isOver = false;
    const remove = (): void => {
      plot.current?.destroy();
      plot.current = null;
    };
    const draw = async (): Promise<void> => {
      const { default: UPlot } = await library;
      await nextTask();
      if (isOver) return;
      const size = { width: target.clientWidth, height: target.clientHeight };
      const scale = textScale();
      if (plot.current !== null && scale === drawnScale) {
        plot.current.setSize(size);
        return;
      }
      remove();
      drawnScale = scale;
      const known = latest.current;
      plot.current = new UPlot(
        {
          ...known.options(plotStyle(target, scale)),
          ...size,
          legend: { show: false },
          cursor: { show: false },
        },
        known.data,
        target,
      );
    };
    const observer = new ResizeObserver(() => void draw());
    observer.observe(target);
    return () => {
      isOver = true;
      observer.disconnect();
      remove();
    };
  }, inputs);
  useEffect(() => plot.current?.setData(data), [data]);
  return box;
}
