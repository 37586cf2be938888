/**
 * A picture's pixels as planes, ready for a tensor: those of a still picture once, those of a moving one at each frame.
 *
 * The buffers are kept from frame to frame. Fresh ones cost more than everything that is computed with them: the
 * system hands out a megabyte page by page. A camera's frame is therefore copied straight into a kept buffer
 * (WebCodecs' VideoFrame) where the browser can, and drawn and read back where it cannot.
 */
import { fit, type Size } from "./size.ts";

export type Picture = CanvasImageSource;

export interface Frame {
  /** What the picture has itself. */
  readonly source: Size;
  /** What is left of it where that is more than is drawn. */
  readonly size: Size;
  /** Red, green and blue, [3, H, W], 0 … 255. Valid until the source is read again. */
  readonly planes: Float32Array;
}

export interface FrameSource {
  /** Also shows the picture on the canvas. */
  read(picture: Picture): Promise<Frame>;
}

function sizeOf(picture: Picture): Size {
  if (picture instanceof HTMLVideoElement) return { width: picture.videoWidth, height: picture.videoHeight };
  return picture as Size; // an image that is on no page is as large as its pixels, or as it was told to be
}

function fillPlanes(planes: Float32Array, rgba: Uint8ClampedArray): void {
  const size = rgba.length / 4;
  for (let i = 0, at = 0; i < size; i++, at += 4) {
    planes[i] = rgba[at]!;
    planes[size + i] = rgba[at + 1]!;
    planes[2 * size + i] = rgba[at + 2]!;
  }
}

/** @returns whether the video's present frame now is in `pixels`, whole, upright and unscaled */
async function copyVideo(video: HTMLVideoElement, pixels: ImageData): Promise<boolean> {
  if (typeof VideoFrame !== "function") return false;
  const frame = new VideoFrame(video);
  try {
    const { width, height } = frame.visibleRect!;
    const turned = frame as VideoFrame & { readonly rotation?: number; readonly flip?: boolean };
    if (width !== pixels.width || height !== pixels.height || turned.rotation || turned.flip) return false;
    await frame.copyTo(pixels.data, { format: "RGBA" });
    return true;
  } catch {
    return false; // a browser or a camera without this conversion: drawing always works
  } finally {
    frame.close();
  }
}

/** `canvas` shows what is read. `isMoving` tells whether a picture's pixels may have changed since the last frame. */
export function frameSource(canvas: HTMLCanvasElement, isMoving: (picture: Picture) => boolean): FrameSource {
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  let pixels = new ImageData(1, 1);
  let frame: Frame | null = null;
  let last: Picture | null = null;
  let canCopy = true;

  const prepare = (source: Size): Frame => {
    const size = fit(source);
    if (frame !== null && frame.size.width === size.width && frame.size.height === size.height) {
      return { ...frame, source };
    }
    [canvas.width, canvas.height] = [size.width, size.height];
    pixels = new ImageData(size.width, size.height);
    return { source, size, planes: new Float32Array(3 * size.width * size.height) };
  };

  return {
    async read(picture) {
      if (frame !== null && picture === last && !isMoving(picture)) return frame;
      if (picture !== last) canCopy = true;
      const next = prepare(sizeOf(picture));
      const { size } = next;
      canCopy = canCopy && picture instanceof HTMLVideoElement && (await copyVideo(picture, pixels));
      if (canCopy) {
        context.putImageData(pixels, 0, 0);
      } else {
        // White shows through transparent pixels, not the picture before.
        context.fillStyle = "white";
        context.fillRect(0, 0, size.width, size.height);
        context.imageSmoothingQuality = isMoving(picture) ? "low" : "high";
        context.drawImage(picture, 0, 0, size.width, size.height);
        pixels = context.getImageData(0, 0, size.width, size.height);
      }
      fillPlanes(next.planes, pixels.data);
      [frame, last] = [next, picture];
      return next;
    },
  };
}
