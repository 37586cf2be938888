/** Canvases for planes of numbers and for images. What they show is said by the box around them. */
import { useEffect, useRef } from "preact/hooks";
import { SIDE } from "../../train/pen.ts";
import { isDark } from "../state/appearance.ts";
import { paintImage, paintPlane } from "./paint.ts";

export interface PlaneProps {
  readonly values: ArrayLike<number>;
  readonly size: readonly [height: number, width: number];
  readonly scale: number;
}

export function Plane({ values, size, scale }: PlaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = isDark.value;
  useEffect(() => paintPlane(canvas.current!, values, size, scale, dark), [values, scale, dark]);
  return <canvas ref={canvas} />;
}

export function GreyImage({ bytes }: { readonly bytes: ArrayLike<number> }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => paintImage(canvas.current!, bytes, SIDE), [bytes]);
  return <canvas class="grey-image" ref={canvas} />;
}
