/** What the edges tab shows: where the picture comes from, and which kernel it goes through. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import {
  customKernel,
  FILTER_KERNELS,
  FINISHES,
  type FilterKernel,
  type Finish,
  type Matrix,
} from "../../chapter/filter-kernels.ts";
import {
  numberText,
  pairText,
  parseChoice,
  parseInteger,
  parsePair,
  parseRows,
  rowsText,
} from "../state/codec.ts";
import { bindAddress } from "../state/route.ts";
import { WIDEST } from "./size.ts";

export const SOURCES = ["boats", "alps", "own", "drawing", "camera"] as const;
export type Source = (typeof SOURCES)[number];

/** How the kernel is chosen: from the list, by a direction, or cell by cell. */
export const KERNEL_KINDS = ["preset", "direction", "own"] as const;
export type KernelKind = (typeof KERNEL_KINDS)[number];

export const PRESETS: readonly string[] = Object.keys(FILTER_KERNELS);
const DEFAULT_PRESET = "sobel";
const DEFAULT_OWN: Matrix = [
  [0, -1, 0],
  [-1, 4, -1],
  [0, -1, 0],
];
export const MOST_SIDE = 7;

/** The kernel's own way, or one of them. */
export type FinishChoice = Finish | "auto";
export const FINISH_CHOICES: readonly FinishChoice[] = ["auto", ...FINISHES];

export const source: Signal<Source> = signal("boats");
export const kind: Signal<KernelKind> = signal("preset");
export const preset: Signal<string> = signal(DEFAULT_PRESET);
/** Degrees, counter-clockwise from the right. */
export const angle: Signal<number> = signal(0);
export const own: Signal<Matrix> = signal(DEFAULT_OWN);
export const isGray: Signal<boolean> = signal(true);
export const finishChoice: Signal<FinishChoice> = signal("auto");

export type Pixel = readonly [row: number, column: number];

/** The pixel of the result whose sum is shown, and in the picture the first under the kernel. */
export const pixel: Signal<Pixel | null> = signal(null);
/** It stays when the pointer moves on. */
export const isHeld: Signal<boolean> = signal(false);

export const COLOURS = ["red", "green", "blue"] as const;
/** The channel whose sum is shown, where the result has colours. */
export const colour: Signal<(typeof COLOURS)[number]> = signal("red");

const scaledSum = (a: Matrix, b: Matrix, p: number, q: number): number[][] =>
  a.map((row, i) => row.map((value, j) => Math.round((p * value + q * b[i]![j]!) * 1e4) / 1e4));

/**
 * The kernel that measures how brightness rises towards a direction: cos · (rightwards) + sin · (upwards). It finds
 * the edges that lie across it. (Freeman & Adelson 1991, "The design and use of steerable filters".)
 */
export function directionKernel(degrees: number): FilterKernel {
  const right = FILTER_KERNELS["scharr-x"]!.matrices[0]!;
  const down = FILTER_KERNELS["scharr-y"]!.matrices[0]!;
  const radians = (degrees * Math.PI) / 180;
  return {
    shows: "",
    matrices: [scaledSum(right, down, Math.cos(radians), -Math.sin(radians))],
    finish: "offset",
  };
}

export const kernel: ReadonlySignal<FilterKernel> = computed(() => {
  if (kind.value === "direction") return directionKernel(angle.value);
  return kind.value === "own" ? customKernel(own.value) : FILTER_KERNELS[preset.value]!;
});

export const finish: ReadonlySignal<Finish> = computed(() =>
  finishChoice.value === "auto" ? kernel.value.finish : finishChoice.value,
);

export function bindEdges(): void {
  bindAddress("edges", {
    read(params) {
      // A picture of the reader's own is not in the link, and nobody's camera starts by itself.
      source.value = parseChoice(params.image, ["boats", "alps"] as const) ?? "boats";
      kind.value = parseChoice(params.by, KERNEL_KINDS) ?? "preset";
      preset.value = parseChoice(params.kernel, PRESETS) ?? DEFAULT_PRESET;
      angle.value = parseInteger(params.angle, 0, 359) ?? 0;
      own.value = parseRows(params.k, MOST_SIDE) ?? DEFAULT_OWN;
      isGray.value = params.colour !== "1";
      finishChoice.value = parseChoice(params.show, FINISH_CHOICES) ?? "auto";
      pixel.value = parsePair(params.pixel, 0, WIDEST) ?? null;
      isHeld.value = pixel.value !== null;
      colour.value = parseChoice(params.channel, COLOURS) ?? "red";
    },
    write: () => ({
      image: source.value === "alps" ? "alps" : undefined,
      by: kind.value === "preset" ? undefined : kind.value,
      kernel: kind.value === "preset" && preset.value !== DEFAULT_PRESET ? preset.value : undefined,
      angle: kind.value === "direction" && angle.value !== 0 ? numberText(angle.value) : undefined,
      k: kind.value === "own" ? rowsText(own.value) : undefined,
      colour: isGray.value ? undefined : "1",
      show: finishChoice.value === "auto" ? undefined : finishChoice.value,
      pixel: isHeld.value && pixel.value !== null ? pairText(pixel.value) : undefined,
      channel: isGray.value || colour.value === "red" ? undefined : colour.value,
    }),
  });
}
