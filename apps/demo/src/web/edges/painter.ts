/** Planes of brightness onto a canvas, through pixels that are kept from frame to frame. */
import type { FilteredFrame } from "./filter-frame.ts";

/** Opaque pixels from words of 0xAABBGGRR: every browser's host is little-endian. */
const OPAQUE = 0xff000000;

function fillWords(words: Uint32Array, { channels, bytes }: FilteredFrame): void {
  const size = words.length;
  if (channels === 1) {
    for (let i = 0; i < size; i++) words[i] = OPAQUE | (bytes[i]! * 0x010101);
  } else {
    for (let i = 0; i < size; i++) {
      words[i] = OPAQUE | (bytes[2 * size + i]! << 16) | (bytes[size + i]! << 8) | bytes[i]!;
    }
  }
}

/** What paints frames on `canvas`, which takes their size. */
export function painter(canvas: HTMLCanvasElement): (frame: FilteredFrame) => void {
  const context = canvas.getContext("2d")!;
  let image = new ImageData(1, 1);
  let words = new Uint32Array(image.data.buffer);
  return (frame) => {
    const { width, height } = frame;
    if (image.width !== width || image.height !== height) {
      [canvas.width, canvas.height] = [width, height];
      image = new ImageData(width, height);
      words = new Uint32Array(image.data.buffer);
    }
    fillWords(words, frame);
    context.putImageData(image, 0, 0);
  };
}
