/** Digits of many kinds, drawn in the worker: 28 × 28, white on black, from 0 to 1. */
const SIDE = 28;
const FONTS = ["serif", "sans-serif", "monospace"];

export function drawDigits(count: number): { images: Float32Array; classes: Int32Array } {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const pen = canvas.getContext("2d", { willReadFrequently: true })!;
  const images = new Float32Array(count * SIDE * SIDE);
  const classes = Int32Array.from({ length: count }, () => Math.floor(Math.random() * 10));
  const about = (spread: number): number => (Math.random() - 0.5) * spread;
  for (const [i, digit] of classes.entries()) {
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = "black";
    pen.fillRect(0, 0, SIDE, SIDE);
    pen.translate(SIDE / 2 + about(4), SIDE / 2 + about(4));
    pen.rotate(about(0.6));
    pen.fillStyle = "white";
    pen.font = `${22 + about(6)}px ${FONTS[i % FONTS.length]}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(String(digit), 0, 0);
    const { data } = pen.getImageData(0, 0, SIDE, SIDE); // red, green, blue, alpha
    for (let p = 0; p < SIDE * SIDE; p++) images[i * SIDE * SIDE + p] = data[4 * p]! / 255;
  }
  return { images, classes };
}
