/** Small planes of numbers onto canvases, one pixel for each: in the diverging colours, or as grey images. */
import { scaleColor } from "../ui/color-scale.ts";

/** Colours on either side of zero. */
const STEPS = 255;

const palettes = new Map<boolean, Uint32Array>();

/** The pixels of the values from −1 to 1. */
function palette(dark: boolean): Uint32Array {
  const known = palettes.get(dark);
  if (known !== undefined) return known;
  const canvas = document.createElement("canvas");
  const width = 2 * STEPS + 1;
  [canvas.width, canvas.height] = [width, 1];
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  for (let i = 0; i < width; i++) {
    context.fillStyle = scaleColor((i - STEPS) / STEPS, dark);
    context.fillRect(i, 0, 1, 1);
  }
  const pixels = new Uint32Array(context.getImageData(0, 0, width, 1).data.buffer);
  palettes.set(dark, pixels);
  return pixels;
}

function put(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  fill: (words: Uint32Array) => void,
): void {
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const image = new ImageData(width, height);
  fill(new Uint32Array(image.data.buffer));
  canvas.getContext("2d")!.putImageData(image, 0, 0);
}

/** @param scale what is coloured most strongly; values [height, width]. */
export function paintPlane(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  [height, width]: readonly [number, number],
  scale: number,
  dark: boolean,
): void {
  const colors = palette(dark);
  put(canvas, width, height, (words) => {
    for (let i = 0; i < words.length; i++) {
      const share = scale > 0 ? values[i]! / scale : 0;
      words[i] =
        colors[STEPS + Math.round(STEPS * Math.max(-1, Math.min(1, Number.isNaN(share) ? 1 : share)))]!;
    }
  });
}

const OPAQUE = 0xff000000;

/** White ink on black. @param bytes [side, side] */
export function paintImage(canvas: HTMLCanvasElement, bytes: ArrayLike<number>, side: number): void {
  put(canvas, side, side, (words) => {
    for (let i = 0; i < words.length; i++) words[i] = OPAQUE | (bytes[i]! * 0x010101);
  });
}

export function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}
