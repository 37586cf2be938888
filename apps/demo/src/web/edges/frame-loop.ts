/**
 * Keeps a canvas showing the filtered picture: once after every change, or at every frame while something moves.
 *
 * Only one frame is under way at a time. Rates are measured over the last second of frames.
 */
import type { Backend } from "@corr2d/core";
import { type FilteredFrame, type FrameSettings, filterFrame } from "./filter-frame.ts";
import { type Frame, frameSource, type Picture } from "./frame-source.ts";
import { painter } from "./painter.ts";
import type { Size } from "./size.ts";

/** Milliseconds of one frame: reading the picture, the backend (tensor, corr2d, reading the result), painting. */
export interface StageTimes {
  readonly read: number;
  readonly compute: number;
  readonly paint: number;
}

export interface FrameStats {
  /** Of the picture itself, and as it is computed. */
  readonly source: Size;
  readonly size: Size;
  /** One frame, all in all, and its stages: medians of the last second's frames. */
  readonly frameMs: number;
  readonly stages: StageTimes;
  /** Frames a second while running at every frame; else 0. */
  readonly rate: number;
}

/** A frame with its result, and what made it so. Valid until the next one. */
export interface ShownFrame {
  readonly frame: Frame;
  readonly filtered: FilteredFrame;
  readonly settings: FrameSettings;
}

export interface FrameLoop {
  /** Draws anew at the next frame. */
  invalidate(): void;
  /** What is on the canvases; null before there is a frame. */
  shown(): ShownFrame | null;
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

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

interface TimedFrame extends StageTimes {
  readonly at: number;
}

export function startLoop(before: HTMLCanvasElement, after: HTMLCanvasElement, input: LoopInput): FrameLoop {
  const source = frameSource(before, input.isMoving);
  const paint = painter(after);
  let bytes = new Uint8ClampedArray(0);
  let [dirty, continuous, busy, stopped] = [true, false, false, false];
  let handle = 0;
  let last = 0;
  let reported = 0;
  let frames: TimedFrame[] = [];
  let shown: ShownFrame | null = null;

  const report = (now: number, { source, size }: Frame): void => {
    frames = frames.filter(({ at }) => now - at < 1000);
    if (continuous && now - reported < 250) return;
    reported = now;
    const span = now - (frames[0]?.at ?? now);
    const rate = continuous && frames.length > 1 ? ((frames.length - 1) * 1000) / span : 0;
    const stage = (pick: (frame: TimedFrame) => number): number => median(frames.map(pick));
    input.onStats({
      source,
      size,
      frameMs: stage(({ read, compute, paint }) => read + compute + paint),
      stages: {
        read: stage(({ read }) => read),
        compute: stage(({ compute }) => compute),
        paint: stage((frame) => frame.paint),
      },
      rate,
    });
  };

  const draw = async (now: number, picture: Picture): Promise<void> => {
    const begin = performance.now();
    const frame = await source.read(picture);
    if (stopped) return;
    const whenRead = performance.now();
    if (bytes.length < frame.planes.length) bytes = new Uint8ClampedArray(frame.planes.length);
    const settings = input.settings();
    const filtered = await filterFrame(input.backend(), frame, settings, bytes);
    if (stopped) return;
    const whenFiltered = performance.now();
    paint(filtered);
    shown = { frame, filtered, settings };
    const end = performance.now();
    frames.push({
      at: now,
      read: whenRead - begin,
      compute: whenFiltered - whenRead,
      paint: end - whenFiltered,
    });
    report(now, frame);
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
    shown: () => shown,
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
