/** The picture and what the kernel makes of it, side by side, with the time that it takes. */
import { Corr2dError } from "@corr2d/core";
import { useEffect, useRef, useState } from "preact/hooks";
import { backendLabel, session } from "../compute/session.ts";
import { words } from "../i18n/index.ts";
import { shownAs } from "../state/shown-as.ts";
import { useClicker } from "../talk/keys.ts";
import { Button } from "../ui/controls.tsx";
import { ErrorNote } from "../ui/notes.tsx";
import { fixedText } from "../ui/number-text.ts";
import { type FrameLoop, type FrameStats, startLoop } from "./frame-loop.ts";
import type { Picture } from "./frame-source.ts";
import { cameraRate, clearDrawing } from "./picture.ts";
import { PixelPanel } from "./pixel-panel.tsx";
import { PixelPicture } from "./pixel-picture.tsx";
import { type Sample, samplePixel } from "./sample.ts";
import { savePicture } from "./save-picture.ts";
import type { Size } from "./size.ts";
import { angle, finish, isGray, isHeld, kernel, kind, type Pixel, pixel, preset } from "./state.ts";

/** Degrees that the direction turns in a second. */
const TURN = 45;

/** The pixel of a picture that is nearest to a place. */
function nearest([row, column]: Pixel, { height, width }: Size): Pixel {
  const within = (place: number, cells: number): number => Math.max(0, Math.min(cells - 1, place));
  return [within(row, height), within(column, width)];
}

const sizeText = ({ width, height }: Size): string => `${width} × ${height}`;

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
  const isSumAwaited = useRef(false);
  const [stats, setStats] = useState<FrameStats | null>(null);
  const [sample, setSample] = useState<Sample | null>(null);
  const [error, setError] = useState<Corr2dError | null>(null);
  const [continuous, setContinuous] = useState(false);
  const [turning, setTurning] = useState(false);
  const isTurning = turning && kind.value === "direction";
  const turningNow = useRef(false);
  turningNow.current = isTurning;
  latest.current = picture;
  const takeSample = (): void => {
    const shown = loop.current!.shown();
    const chosen = pixel.peek();
    setSample(shown === null || chosen === null ? null : samplePixel(shown, chosen));
  };

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
        takeSample();
        setError(null);
      },
      onError(problem) {
        if (!Corr2dError.isInstance(problem)) throw problem;
        setError(problem);
        setSample(null);
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
  // While frames follow each other the next one brings its sample along: half of one and half of another would not add up.
  useEffect(() => {
    if (!isLive) takeSample();
  }, [pixel.value]);

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
  const [height, width] = [kernel.value.matrices[0]!.length, kernel.value.matrices[0]![0]!.length];
  const size = stats?.size;
  const result = size && { height: size.height - height + 1, width: size.width - width + 1 };
  const choose = (at: Pixel, holds: boolean): void => {
    if (result === undefined || (isHeld.peek() && !holds)) return;
    pixel.value = nearest(at, result);
    if (!holds) return;
    isHeld.value = true;
    isSumAwaited.current = true;
  };
  const forBoth = {
    size,
    onMove(rows: number, columns: number) {
      if (result === undefined) return;
      const middle: Pixel = [result.height >> 1, result.width >> 1];
      const [row, column] = nearest(pixel.peek() ?? middle, result);
      choose([row + rows, column + columns], true);
    },
    onRelease() {
      isHeld.value = false;
    },
  };
  useClicker((by) => forBoth.onMove(0, by));
  // Who presents has no pixel to point at yet: the one in the middle.
  const lacksPixel = shownAs.value === "talk" && result !== undefined && pixel.value === null;
  useEffect(() => {
    if (lacksPixel) forBoth.onMove(0, 0);
  }, [lacksPixel]);
  const isScaled = stats !== null && sizeText(stats.source) !== sizeText(stats.size);
  return (
    <section class="card live" aria-label={text.heading}>
      {error === null ? null : <ErrorNote error={error} />}
      <div class="pictures">
        <PixelPicture
          {...forBoth}
          canvas={before}
          caption={text.before}
          label={drawing === null ? text.before : text.drawHere}
          keys={text.pickIn(text.before)}
          shown={size}
          mark={sample && { at: sample.at, height, width }}
          onPoint={([row, column], holds) => choose([row - (height >> 1), column - (width >> 1)], holds)}
          onDraw={drawing === null ? undefined : draw}
        />
        <PixelPicture
          {...forBoth}
          canvas={after}
          caption={text.after}
          label={text.after}
          keys={text.pickIn(text.after)}
          shown={result}
          mark={sample && { at: sample.at, height: 1, width: 1 }}
          onPoint={choose}
        />
      </div>
      {isScaled ? (
        <p class="hint scaled">{text.scaled(sizeText(stats.source), sizeText(stats.size))}</p>
      ) : null}
      <PixelPanel sample={sample} isLive={isLive} isAwaited={isSumAwaited} />
      <div class="live-foot">
        <p class="stats" data-rate={stats?.rate ?? 0} data-frames={stats === null ? 0 : 1}>
          {stats === null
            ? ""
            : text.stats(
                sizeText(stats.size),
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
          <Button
            onClick={() => savePicture(after.current!, kind.value === "preset" ? preset.value : kind.value)}
            disabled={stats === null}
          >
            {text.save}
          </Button>
          <Button pressed={continuous} onClick={() => setContinuous(!continuous)}>
            {text.continuous}
          </Button>
        </fieldset>
      </div>
    </section>
  );
}
