/** A dial for the direction v: drag it, or turn it with the arrow keys. */
import { useRef } from "preact/hooks";
import { words } from "../i18n/index.ts";
import { fixedText } from "../ui/number-text.ts";
import { angle } from "./state.ts";

const RADIUS = 52;

const TURNS: Readonly<Record<string, number>> = {
  ArrowRight: -5,
  ArrowUp: 5,
  ArrowLeft: 5,
  ArrowDown: -5,
  PageUp: 45,
  PageDown: -45,
};

const wrapped = (degrees: number): number => ((Math.round(degrees) % 360) + 360) % 360;

export function DirectionDial() {
  const text = words.value.edges;
  const dial = useRef<HTMLDivElement>(null);
  const radians = (angle.value * Math.PI) / 180;
  const [x, y] = [Math.cos(radians), Math.sin(radians)];
  const turnTo = (event: PointerEvent): void => {
    const { left, top, width, height } = dial.current!.getBoundingClientRect();
    const dx = event.clientX - left - width / 2;
    const dy = top + height / 2 - event.clientY;
    angle.value = wrapped((Math.atan2(dy, dx) * 180) / Math.PI);
  };
  return (
    <div class="dial-box">
      <div
        ref={dial}
        class="dial"
        role="slider"
        tabIndex={0}
        aria-label={text.direction}
        aria-valuemin={0}
        aria-valuemax={359}
        aria-valuenow={angle.value}
        aria-valuetext={`${angle.value}°`}
        onPointerDown={(event) => {
          dial.current!.setPointerCapture(event.pointerId);
          turnTo(event);
        }}
        onPointerMove={(event) => {
          if (dial.current!.hasPointerCapture(event.pointerId)) turnTo(event);
        }}
        onKeyDown={(event) => {
          const by = event.key === "Home" ? -angle.value : TURNS[event.key];
          if (by === undefined) return;
          event.preventDefault();
          angle.value = wrapped(angle.value + by);
        }}
      >
        <svg viewBox="-64 -64 128 128" aria-hidden="true">
          <circle class="dial-face" r={RADIUS + 8} />
          <path class="dial-axes" d={`M${-RADIUS},0H${RADIUS}M0,${-RADIUS}V${RADIUS}`} />
          <line class="dial-edge" x1={-y * RADIUS} y1={-x * RADIUS} x2={y * RADIUS} y2={x * RADIUS} />
          <line class="dial-hand" x1="0" y1="0" x2={x * (RADIUS - 6)} y2={-y * (RADIUS - 6)} />
          <circle class="dial-knob" cx={x * (RADIUS - 6)} cy={-y * (RADIUS - 6)} r="8" />
        </svg>
      </div>
      <p class="hint">
        v = ({fixedText(x, 2)}, {fixedText(y, 2)}), {angle.value}°. {text.directionHint}
      </p>
    </div>
  );
}
