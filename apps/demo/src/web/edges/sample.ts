/** What one pixel of the shown result was made of, copied from the frame, which the next one overwrites. */
import type { FrameSettings } from "./filter-frame.ts";
import type { ShownFrame } from "./frame-loop.ts";
import type { Frame } from "./frame-source.ts";
import type { Size } from "./size.ts";
import type { Pixel } from "./state.ts";

/** Part of a picture: red, green and blue, [3, height, width], 0 … 255. */
interface Patch {
  /** Its first cell. */
  readonly at: Pixel;
  readonly cells: number[][][];
}

export interface Sample {
  /** In the result, whose size is `size`. */
  readonly at: Pixel;
  readonly size: Size;
  /** Under the kernel. */
  readonly window: Patch;
  /** The window with what lies around it. */
  readonly surroundings: Patch;
  /** The pixel as it was painted: one brightness, or those of red, green and blue. */
  readonly painted: readonly number[];
  readonly settings: FrameSettings;
}

/** Cells on each side of the window that go along. */
const AROUND = 2;

function patchOf({ planes, size }: Frame, top: number, left: number, bottom: number, right: number): Patch {
  const [row, column] = [Math.max(0, top), Math.max(0, left)];
  const height = Math.min(size.height, bottom) - row;
  const width = Math.min(size.width, right) - column;
  const cells = [0, 1, 2].map((channel) =>
    Array.from({ length: height }, (_, i) => {
      const start = (channel * size.height + row + i) * size.width + column;
      return Array.from(planes.subarray(start, start + width));
    }),
  );
  return { at: [row, column], cells };
}

/** The pixel, or the nearest that the result has. */
export function samplePixel({ frame, filtered, settings }: ShownFrame, pixel: Pixel): Sample {
  const { channels, height, width, bytes } = filtered;
  const [row, column] = [Math.min(pixel[0], height - 1), Math.min(pixel[1], width - 1)];
  const bottom = row + frame.size.height - height + 1;
  const right = column + frame.size.width - width + 1;
  return {
    at: [row, column],
    size: { height, width },
    window: patchOf(frame, row, column, bottom, right),
    surroundings: patchOf(frame, row - AROUND, column - AROUND, bottom + AROUND, right + AROUND),
    painted: Array.from({ length: channels }, (_, c) => bytes[(c * height + row) * width + column]!),
    settings,
  };
}
