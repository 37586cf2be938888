/**
 * The loss over the plane of the two weights, with the way that gradient descent takes.
 *
 * The ground is a canvas (colour is the logarithm of the loss), the path over it is SVG. The start is a handle: it can
 * be dragged, and moved with the arrow keys.
 */
import { useEffect, useRef } from "preact/hooks";
import { words } from "../i18n/index.ts";
import { isDark } from "../state/appearance.ts";
import { scaleColor } from "../ui/color-scale.ts";
import { fixedText } from "../ui/number-text.ts";
import { contour } from "./contours.ts";
import type { Descent, Surface } from "./descent.ts";
import { at, start, VIEW, type Weights } from "./state.ts";

const LEVELS = [0.5, 2, 8, 24, 60, 120, 240] as const;
const SIDE = 460;
const WIDTH = VIEW.right - VIEW.left;

const toX = (weight: number): number => ((weight - VIEW.left) / WIDTH) * SIDE;
const toY = (weight: number): number => ((VIEW.top - weight) / WIDTH) * SIDE;

/** A point far outside would make a path that no renderer likes. */
const near = (value: number): number =>
  Math.max(-4 * SIDE, Math.min(5 * SIDE, Number.isFinite(value) ? value : 5 * SIDE));
const toPoint = ([a, b]: Weights): string => `${near(toX(a)).toFixed(1)},${near(toY(b)).toFixed(1)}`;

const limit = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));
const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

function moveStart([a, b]: Weights): void {
  start.value = [rounded(limit(a, VIEW.left, VIEW.right)), rounded(limit(b, VIEW.bottom, VIEW.top))];
}

function paint(canvas: HTMLCanvasElement, { side, losses }: Surface, dark: boolean): void {
  const ratio = Math.min(2, devicePixelRatio || 1);
  canvas.width = SIDE * ratio;
  canvas.height = SIDE * ratio;
  const context = canvas.getContext("2d")!;
  context.scale(ratio, ratio);
  const unit = SIDE / (side - 1);
  const most = Math.log1p(losses.reduce((a, b) => Math.max(a, b), 0));
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const height = Math.log1p(losses[row * side + column]!) / most;
      context.fillStyle = scaleColor(-0.85 * height, dark);
      context.fillRect((column - 0.5) * unit, (row - 0.5) * unit, unit + 1, unit + 1);
    }
  }
  context.strokeStyle = getComputedStyle(canvas).color;
  context.globalAlpha = 0.35;
  context.beginPath();
  for (const level of LEVELS) {
    for (const [x1, y1, x2, y2] of contour(losses, side, level)) {
      context.moveTo(x1 * unit, y1 * unit);
      context.lineTo(x2 * unit, y2 * unit);
    }
  }
  context.stroke();
}

const MOVES: Readonly<Record<string, Weights>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export function SurfaceView({ surface, descent }: { readonly surface: Surface; readonly descent: Descent }) {
  const text = words.value.learn;
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const dark = isDark.value;
  useEffect(() => paint(canvas.current!, surface, dark), [surface, dark]);

  const dragTo = (event: PointerEvent): void => {
    const { left, top, width, height } = box.current!.getBoundingClientRect();
    moveStart([
      VIEW.left + ((event.clientX - left) / width) * WIDTH,
      VIEW.top - ((event.clientY - top) / height) * WIDTH,
    ]);
  };
  const onPointerDown = (event: PointerEvent): void => {
    box.current!.setPointerCapture(event.pointerId);
    dragTo(event);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = MOVES[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const step = event.shiftKey ? 0.5 : 0.05;
    moveStart([start.value[0] + by[0] * step, start.value[1] + by[1] * step]);
  };
  const path = descent.weights.slice(0, at.value + 1);
  const [a, b] = start.value;
  return (
    <figure class="surface">
      <figcaption>
        <strong>{text.surface}</strong>
      </figcaption>
      <div
        class="surface-box"
        ref={box}
        onPointerDown={onPointerDown}
        onPointerMove={(event) => {
          if (box.current!.hasPointerCapture(event.pointerId)) dragTo(event);
        }}
      >
        <canvas ref={canvas} />
        <svg viewBox={`0 0 ${SIDE} ${SIDE}`}>
          <title>{text.surface}</title>
          <line class="eigen" x1={toX(1 - 3)} y1={toY(-1 - 3)} x2={toX(1 + 3)} y2={toY(-1 + 3)} />
          <line class="eigen" x1={toX(1 - 3)} y1={toY(-1 + 3)} x2={toX(1 + 3)} y2={toY(-1 - 3)} />
          <path class="solution" d={`M${toX(1) - 7},${toY(-1)}h14M${toX(1)},${toY(-1) - 7}v14`} />
          <polyline class="path-halo" points={path.map(toPoint).join(" ")} />
          <polyline class="path" points={path.map(toPoint).join(" ")} />
          {path.slice(1).map((point) => (
            <circle class="path-point" cx={near(toX(point[0]))} cy={near(toY(point[1]))} r="3.5" />
          ))}
          <circle
            class="handle"
            role="slider"
            tabindex={0}
            aria-label={text.startHandle}
            aria-valuenow={a}
            aria-valuemin={VIEW.left}
            aria-valuemax={VIEW.right}
            aria-valuetext={`[${fixedText(a, 4)}, ${fixedText(b, 4)}]`}
            cx={toX(a)}
            cy={toY(b)}
            r="8"
            onKeyDown={onKeyDown}
          />
        </svg>
        <span class="axis axis-x">k₁ →</span>
        <span class="axis axis-y">k₂ ↑</span>
      </div>
      <p class="hint">{text.surfaceHint}</p>
    </figure>
  );
}
