/** Takes a pixel's surroundings and the kernel over to the slide tab, with the window where the pixel is. */
import type { Backend } from "@corr2d/core";
import { change, DEFAULT_STATE, isStepping, position } from "../slide/state.ts";
import { addressOf } from "../state/route.ts";
import { planeOf } from "./pixel-sum.ts";
import type { Sample } from "./sample.ts";

/** Grey is a sum of whole numbers times thousandths. */
const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

/** @param channel of the picture; null for grey */
export async function openInSlide(backend: Backend, sample: Sample, channel: number | null): Promise<void> {
  const { at, surroundings, settings } = sample;
  const { matrices } = settings.kernel;
  const plane = (await planeOf(backend, surroundings.cells, channel).toArray()) as number[][];
  change({
    ...DEFAULT_STATE,
    input: [plane.map((row) => row.map(thousandths))],
    kernel: matrices.map((matrix) => [matrix]),
  });
  const columns = plane[0]!.length - matrices[0]![0]!.length + 1;
  position.value = (at[0] - surroundings.at[0]) * columns + at[1] - surroundings.at[1];
  isStepping.value = false;
  location.hash = addressOf("slide");
}
