/** Plots drawn by uPlot: made anew when their looks change, in the page's colours, and as wide as the box they are in. */
import type { RefObject } from "preact";
import { type Inputs, useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

interface PlotStyle {
  /** A colour of the page, by the name of its property. */
  readonly color: (name: string) => string;
  /** What axes have in common. */
  readonly axis: { stroke: string; grid: uPlot.Axis.Grid; ticks: uPlot.Axis.Ticks; font: string };
}

export function plotStyle(target: HTMLElement): PlotStyle {
  const style = getComputedStyle(target);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const line = (): { stroke: string; width: number } => ({ stroke: color("--line"), width: 1 });
  const font = `12px ${style.fontFamily}`;
  return { color, axis: { stroke: color("--ink-soft"), grid: line(), ticks: line(), font } };
}

interface UsedPlot {
  /** Of the element that the plot is in. */
  readonly box: RefObject<HTMLDivElement | null>;
  readonly plot: RefObject<uPlot | null>;
}

/** @param inputs what the plot is made anew for; data it is given with `setData`. */
export function usePlot(
  make: (target: HTMLElement) => uPlot,
  { least, height }: { readonly least: number; readonly height: number },
  inputs: Inputs,
): UsedPlot {
  const box = useRef<HTMLDivElement | null>(null);
  const plot = useRef<uPlot | null>(null);
  useEffect(() => {
    const made = make(box.current!);
    plot.current = made;
    const observer = new ResizeObserver(([entry]) => {
      made.setSize({ width: Math.max(least, Math.floor(entry!.contentRect.width)), height });
    });
    observer.observe(box.current!);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, inputs);
  return { box, plot };
}
