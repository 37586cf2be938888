/** The picture and what the kernel makes of it, side by side, with the time that it takes. */
import { Corr2dError } from "@corr2d/core";
import { useEffect, useRef, useState } from "preact/hooks";
import { backendLabel, session } from "../compute/session.ts";
import { words } from "../i18n/index.ts";
import { Button } from "../ui/controls.tsx";
import { ErrorNote } from "../ui/notes.tsx";
import { fixedText } from "../ui/number-text.ts";
import { type FrameLoop, type FrameStats, startLoop } from "./frame-loop.ts";
import type { Picture } from "./frame-source.ts";
import { cameraRate, clearDrawing } from "./picture.ts";
import { angle, finish, isGray, kernel, kind } from "./state.ts";

/** Degrees that the direction turns in a second. */
const TURN = 45;

interface LiveViewProps {
  readonly picture: Picture | null;
  /** Present while the picture is a drawing. */
  readonly drawing: HTMLCanvasElement | null;
}

export function LiveView({ picture, drawing }: LiveViewProps) {
  const text = words.value.edges;
  const before = useRef<HTMLCanvasElement>(null);
  const after = useRef<HTMLCanvasElement>(null);
  const loop = useRef<FrameLoop | null>(null);
  const latest = useRef(picture);
  const turned = useRef(0);
  const pen = useRef<[number, number] | null>(null);
  const [stats, setStats] = useState<FrameStats | null>(null);
  const [error, setError] = useState<Corr2dError | null>(null);
  const [continuous, setContinuous] = useState(false);
  const [turning, setTurning] = useState(false);
  const isTurning = turning && kind.value === "direction";
  const turningNow = useRef(false);
  turningNow.current = isTurning;
  latest.current = picture;

  useEffect(() => {
    const made = startLoop(before.current!, after.current!, {
      picture: () => latest.current,
      isMoving: (shown) => shown instanceof HTMLVideoElement || shown instanceof HTMLCanvasElement,
      settings: () => ({ kernel: kernel.peek(), finish: finish.peek(), gray: isGray.peek() }),
      backend: () => session.peek().backend,
      onTick(seconds) {
        if (!turningNow.current) return;
        turned.current += seconds * TURN;
        const whole = Math.floor(turned.current);
        turned.current -= whole;
        angle.value = (angle.peek() + whole) % 360;
      },
      onStats(next) {
        setStats(next);
        setError(null);
      },
      onError(problem) {
        if (!Corr2dError.isInstance(problem)) throw problem;
        setError(problem);
      },
    });
    loop.current = made;
    return () => made.stop();
  }, []);
  const { backend } = session.value;
  const settings = [kernel.value, finish.value, isGray.value, backend, picture];
  useEffect(() => loop.current!.invalidate(), settings);
  const isLive = continuous || isTurning || picture instanceof HTMLVideoElement;
  useEffect(() => loop.current!.run(isLive), [isLive]);

  const given = picture instanceof HTMLVideoElement ? cameraRate(picture) : undefined;
  /** A stroke from where the pointer was to where it is, through what it passed between two frames. */
  const draw = (event: PointerEvent): void => {
    if (drawing === null || event.buttons === 0) return;
    event.preventDefault();
    const { left, top, width, height } = before.current!.getBoundingClientRect();
    const passed = event.type === "pointermove" ? event.getCoalescedEvents() : [];
    const points = [...passed, event].map(({ clientX, clientY }): [number, number] => [
      ((clientX - left) / width) * drawing.width,
      ((clientY - top) / height) * drawing.height,
    ]);
    const context = drawing.getContext("2d")!;
    context.lineWidth = 14;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    context.moveTo(...((event.type === "pointermove" && pen.current) || points[0]!));
    for (const point of points) context.lineTo(...point);
    context.stroke();
    pen.current = points.at(-1)!;
    loop.current!.invalidate();
  };
  const clear = (): void => {
    clearDrawing(drawing!);
    loop.current!.invalidate();
  };
  return (
    <section class="card live" aria-label={text.heading}>
      {error === null ? null : <ErrorNote error={error} />}
      <div class="pictures">
        <figure>
          <figcaption>{text.before}</figcaption>
          <canvas
            ref={before}
            class={drawing === null ? "" : "drawable"}
            role="img"
            aria-label={drawing === null ? text.before : text.drawHere}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              draw(event);
            }}
            onPointerMove={draw}
          />
        </figure>
        <figure>
          <figcaption>{text.after}</figcaption>
          <canvas ref={after} role="img" aria-label={text.after} />
        </figure>
      </div>
      <div class="live-foot">
        <p class="stats" data-rate={stats?.rate ?? 0} data-frames={stats === null ? 0 : 1}>
          {stats === null
            ? ""
            : text.stats(
                `${stats.size.width} × ${stats.size.height}`,
                fixedText(stats.frameMs, 1),
                fixedText(stats.stages.read, 1),
                fixedText(stats.stages.compute, 1),
                backendLabel(backend),
                fixedText(stats.stages.paint, 1),
              )}
          {stats !== null && stats.rate > 0 ? <b> {text.rate(fixedText(stats.rate, 0))}</b> : null}
          {given === undefined ? null : ` ${text.cameraRate(fixedText(given, 0))}`}
        </p>
        <fieldset class="edit-tools" aria-label={text.running}>
          {drawing === null ? null : <Button onClick={clear}>{text.clear}</Button>}
          {kind.value === "direction" ? (
            <Button pressed={turning} onClick={() => setTurning(!turning)}>
              {text.turn}
            </Button>
          ) : null}
          <Button pressed={continuous} onClick={() => setContinuous(!continuous)}>
            {text.continuous}
          </Button>
        </fieldset>
      </div>
    </section>
  );
}
