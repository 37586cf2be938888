/** A picture on which a pixel is chosen: pointing shows it, a click holds it, the arrow keys move it. */
import type { RefObject } from "preact";
import type { Size } from "./size.ts";
import { zoomOf } from "./size.ts";
import type { Pixel } from "./state.ts";

interface PixelPictureProps {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly caption: string;
  /** What the canvas shows, and what the keyboard does on it. */
  readonly label: string;
  readonly keys: string;
  /** Of the picture that is computed, before it has lost its border. */
  readonly size: Size | undefined;
  /** The pixels that are marked. */
  readonly mark: { readonly at: Pixel; readonly height: number; readonly width: number } | null;
  readonly shown: Size | undefined;
  readonly onPoint: (at: Pixel, holds: boolean) => void;
  readonly onMove: (rows: number, columns: number) => void;
  readonly onRelease: () => void;
  /** Present where the pointer draws. */
  readonly onDraw?: ((event: PointerEvent) => void) | undefined;
}

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

const percent = (share: number): string => `${share * 100}%`;

export function PixelPicture(props: PixelPictureProps) {
  const { canvas, caption, label, keys, size, shown, mark, onPoint, onMove, onRelease, onDraw } = props;
  const zoom = size === undefined ? 1 : zoomOf(size);
  const point = (event: PointerEvent | MouseEvent, holds: boolean): void => {
    const { width, height } = canvas.current!;
    const box = canvas.current!.getBoundingClientRect();
    const place = (share: number, cells: number): number =>
      Math.max(0, Math.min(cells - 1, Math.floor(share * cells)));
    onPoint(
      [
        place((event.clientY - box.top) / box.height, height),
        place((event.clientX - box.left) / box.width, width),
      ],
      holds,
    );
  };
  return (
    <figure>
      <figcaption>{caption}</figcaption>
      <div
        class="pixel-picture"
        role="application"
        aria-label={keys}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the pixel.
        tabIndex={0}
        onKeyDown={(event) => {
          const move = MOVES[event.key];
          if (event.key === "Escape") onRelease();
          if (move === undefined) return;
          event.preventDefault();
          const by = event.shiftKey ? 10 : 1;
          onMove(move[0] * by, move[1] * by);
        }}
      >
        <canvas
          ref={canvas}
          class={`${onDraw === undefined ? "" : "drawable"} ${zoom > 1 ? "pixelated" : ""}`}
          style={
            shown && {
              "--aspect": shown.width / shown.height,
              "--width": zoom > 1 ? `${shown.width * zoom}px` : "auto",
            }
          }
          role="img"
          aria-label={label}
          onPointerDown={(event) => {
            if (onDraw === undefined) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            onDraw(event);
          }}
          onPointerMove={(event) => {
            if (event.buttons === 0) point(event, false);
            else onDraw?.(event);
          }}
          onClick={(event) => {
            if (onDraw === undefined) point(event, true);
          }}
        />
        {mark === null || shown === undefined ? null : (
          <span
            class="pixel-mark"
            aria-hidden="true"
            style={{
              top: percent(mark.at[0] / shown.height),
              left: percent(mark.at[1] / shown.width),
              height: percent(mark.height / shown.height),
              width: percent(mark.width / shown.width),
            }}
          />
        )}
      </div>
    </figure>
  );
}
