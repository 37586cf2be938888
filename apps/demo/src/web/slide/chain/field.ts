/**
 * Which cells of the arrays before it a cell hangs on: forwards all that it was computed from (its receptive field),
 * backwards those that its gradient reaches.
 */
import type { WindowAxis } from "@corr2d/core";
import { cellsUnder, largeShape, placeOf } from "../compute.ts";
import type { Chain, Place } from "./compute.ts";

/** Cells of an array [C, H, W], counted through it. */
type Cells = ReadonlySet<number>;

/** Rows or columns of the array itself under the window, without its border. */
export function inside(axis: WindowAxis, place: number): number[] {
  return cellsUnder(axis, place)
    .map((cell) => cell - axis.before)
    .filter((cell) => cell >= 0 && cell < axis.input);
}

/** The cells before a layer that a cell of its result hangs on directly. */
function directly(chain: Chain, { stage, cell }: Place): number[] {
  const { layer, window, winners } = chain.stages[stage]!;
  const [channels, height, width] = largeShape(window);
  const [channel, row, column] = placeOf(window, cell);
  if (chain.gradients !== null) {
    if (winners !== null) return [channel * height * width + winners[cell]!];
    const at = chain.values[stage]![channel]?.[row]?.[column];
    if (layer.kind === "relu" && !(at! > 0)) return [];
  }
  const seen = layer.kind === "conv" ? Array.from({ length: channels }, (_, c) => c) : [channel];
  const columns = inside(window.axes[1], column);
  return seen.flatMap((c) =>
    inside(window.axes[0], row).flatMap((i) => columns.map((j) => (c * height + i) * width + j)),
  );
}

/** For the input and every array up to the layer before the cell. */
export function fieldsOf(chain: Chain, place: Place): readonly Cells[] {
  let last = new Set(directly(chain, place));
  const fields = [last];
  for (let stage = place.stage - 1; stage >= 0; stage--) {
    last = new Set([...last].flatMap((cell) => directly(chain, { stage, cell })));
    fields.unshift(last);
  }
  return fields;
}

/** The first and last of the rows and columns that cells of an array [C, H, W] lie in; null where there are none. */
export function extent(
  cells: Cells,
  [height, width]: readonly [number, number],
): { readonly rows: readonly [number, number]; readonly columns: readonly [number, number] } | null {
  if (cells.size === 0) return null;
  const rows = [...cells].map((cell) => Math.floor(cell / width) % height);
  const columns = [...cells].map((cell) => cell % width);
  return {
    rows: [Math.min(...rows), Math.max(...rows)],
    columns: [Math.min(...columns), Math.max(...columns)],
  };
}

/** `1 + (3 − 1)·1 + (2 − 1)·1 = 4`: how wide the field of a layer's result is on the input, along one axis. */
export function fieldFormula(chain: Chain, stage: number, axis: 0 | 1): string {
  let [width, step] = [1, 1];
  const terms = ["1"];
  for (const { window } of chain.stages.slice(0, stage + 1)) {
    const { kernel, stride } = window.axes[axis];
    if (kernel > 1) terms.push(`(${kernel} − 1)·${step}`);
    width += (kernel - 1) * step;
    step *= stride;
  }
  return `${terms.join(" + ")} = ${width}`;
}
