/** How large pictures are computed and drawn. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** At most. */
export const WIDEST = 640;
export const TALLEST = 480;

/** The largest size of the same proportions that fits, at most `most` times as large. */
export function fit({ width, height }: Size, most = 1): Size {
  const scale = Math.min(WIDEST / width, TALLEST / height, most);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Screen pixels a side of a small picture's pixel, so that it can be seen and pointed at. */
export const zoomOf = ({ width, height }: Size): number =>
  Math.max(1, Math.floor(Math.min(WIDEST / 2 / width, TALLEST / 2 / height)));
