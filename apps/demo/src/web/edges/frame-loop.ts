/**
 * Keeps a canvas showing the filtered picture: once after every change, or at every frame while something moves.
 *
 * Only one frame is under way at a time. Rates are measured over the last second of frames.
 */
import type { Backend } from "@corr2d/core";
import { type FrameSettings, filterFrame } from "./filter-frame.ts";
import { fit, type Size } from "./picture.ts";

export type Picture = CanvasImageSource;

export interface FrameStats {
  readonly size: Size;
  /** One frame, all in all, and the part of it that the backend took: medians of the last frames. */
  readonly frameMs: number;
  readonly backendMs: number;
  /** Frames a second while running at every frame; else 0. */
  readonly rate: number;
}

export interface FrameLoop {
  /** Draws anew at the next frame. */
  invalidate(): void;
  /** Whether every frame is drawn, whatever changed. */
  run(continuously: boolean): void;
  stop(): void;
}

export interface LoopInput {
  readonly picture: () => Picture | null;
  /** Whether the picture's pixels may have changed since the last frame. */
  readonly isMoving: (picture: Picture) => boolean;
  readonly settings: () => FrameSettings;
  readonly backend: () => Backend;
  /** Before each frame of a continuous run, with the seconds since the last. */
  readonly onTick: (seconds: number) => void;
  readonly onStats: (stats: FrameStats) => void;
  readonly onError: (error: unknown) => void;
}

function sizeOf(picture: Picture): Size {
  if (picture instanceof HTMLVideoElement) return { width: picture.videoWidth, height: picture.videoHeight };
  if (picture instanceof HTMLImageElement)
    return { width: picture.naturalWidth, height: picture.naturalHeight };
  return picture as Size;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

function resize(canvas: HTMLCanvasElement, { width, height }: Size): void {
  if (canvas.width === width && canvas.height === height) return;
  canvas.width = width;
  canvas.height = height;
}

export function startLoop(before: HTMLCanvasElement, after: HTMLCanvasElement, input: LoopInput): FrameLoop {
  const read = before.getContext("2d", { willReadFrequently: true })!;
  const show = after.getContext("2d")!;
  let [dirty, continuous, busy, stopped] = [true, false, false, false];
  let handle = 0;
  let last = 0;
  let reported = 0;
  let still: { picture: Picture; pixels: ImageData } | null = null;
  let frames: { at: number; frameMs: number; backendMs: number }[] = [];

  const report = (now: number, size: Size): void => {
    frames = frames.filter(({ at }) => now - at < 1000);
    if (continuous && now - reported < 250) return;
    reported = now;
    const span = now - (frames[0]?.at ?? now);
    const rate = continuous && frames.length > 1 ? ((frames.length - 1) * 1000) / span : 0;
    input.onStats({
      size,
      frameMs: median(frames.map((frame) => frame.frameMs)),
      backendMs: median(frames.map((frame) => frame.backendMs)),
      rate,
    });
  };

  /** The pixels of the present picture; those of a still one are read once. */
  const pixelsOf = (picture: Picture): ImageData => {
    if (still !== null && still.picture === picture && !input.isMoving(picture)) return still.pixels;
    const size = fit(sizeOf(picture));
    resize(before, size);
    read.drawImage(picture, 0, 0, size.width, size.height);
    const pixels = read.getImageData(0, 0, size.width, size.height);
    still = { picture, pixels };
    return pixels;
  };

  const draw = async (now: number, picture: Picture): Promise<void> => {
    const begin = performance.now();
    const pixels = pixelsOf(picture);
    const { image, milliseconds } = await filterFrame(input.backend(), pixels, input.settings());
    if (stopped) return;
    resize(after, image);
    show.putImageData(image, 0, 0);
    frames.push({ at: now, frameMs: performance.now() - begin, backendMs: milliseconds });
    report(now, pixels);
  };

  /** A camera is slower than the screen: only its new frames are worth the work. */
  let seenFrames = -1;
  const hasNewFrame = (picture: Picture): boolean => {
    if (!(picture instanceof HTMLVideoElement)) return true;
    const { totalVideoFrames } = picture.getVideoPlaybackQuality();
    const isNew = totalVideoFrames !== seenFrames;
    seenFrames = totalVideoFrames;
    return isNew;
  };

  const tick = (now: number): void => {
    if (stopped) return;
    handle = requestAnimationFrame(tick);
    const picture = input.picture();
    if (busy || picture === null || !(dirty || (continuous && hasNewFrame(picture)))) return;
    if (continuous) input.onTick(last === 0 ? 0 : (now - last) / 1000);
    last = now;
    [dirty, busy] = [false, true];
    draw(now, picture)
      .catch((error: unknown) => {
        if (!stopped) input.onError(error);
      })
      .finally(() => {
        busy = false;
      });
  };
  handle = requestAnimationFrame(tick);

  return {
    invalidate() {
      dirty = true;
    },
    run(value) {
      if (value !== continuous) [frames, last] = [[], 0];
      continuous = value;
      dirty = true;
    },
    stop() {
      stopped = true;
      cancelAnimationFrame(handle);
    },
  };
}
