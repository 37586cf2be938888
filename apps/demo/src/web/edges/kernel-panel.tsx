/** Choosing the kernel: from the list, by a direction, or cell by cell. */
import type { Matrix } from "../../chapter/filter-kernels.ts";
import { words } from "../i18n/index.ts";
import { Segmented, Select, Stepper } from "../ui/controls.tsx";
import { NumberGrid } from "../ui/number-grid.tsx";
import { numberText } from "../ui/number-text.ts";
import { DirectionDial } from "./direction-dial.tsx";
import {
  FINISH_CHOICES,
  finishChoice,
  isGray,
  KERNEL_KINDS,
  kernel,
  kind,
  MOST_SIDE,
  own,
  PRESETS,
  preset,
} from "./state.ts";

const largest = (matrix: Matrix): number => Math.max(...matrix.flat().map(Math.abs));

function resized(matrix: Matrix, height: number, width: number): number[][] {
  return Array.from({ length: height }, (_, i) =>
    Array.from({ length: width }, (_, j) => matrix[i]?.[j] ?? 0),
  );
}

/** The kernels in use; changing a cell makes one of them the reader's own. */
function KernelGrids() {
  const text = words.value.edges;
  const { matrices } = kernel.value;
  return (
    <div class="kernel-grids">
      {matrices.map((matrix, n) => (
        <NumberGrid
          label={matrices.length === 1 ? text.kernel : `${text.kernel} ${n + 1}`}
          values={matrix}
          scale={largest(matrix)}
          format={(value) => numberText(value, 3)}
          onEdit={(row, column, value) => {
            own.value = matrix.map((line, i) =>
              line.map((old, j) => (i === row && j === column ? value : old)),
            );
            kind.value = "own";
          }}
        />
      ))}
    </div>
  );
}

export function KernelPanel() {
  const text = words.value.edges;
  const [height, width] = [own.value.length, own.value[0]!.length];
  const names = Object.fromEntries(
    PRESETS.map((name) => [name, text.presets[name as keyof typeof text.presets]]),
  );
  const finishNames = { ...text.finishes, auto: text.finishAuto(text.finishes[kernel.value.finish]) };
  return (
    <section class="card kernel-panel" aria-label={text.kernel}>
      <h2>{text.kernel}</h2>
      <Segmented
        label={text.kernelBy}
        hideLabel
        options={KERNEL_KINDS}
        names={text.kinds}
        value={kind.value}
        onChange={(next) => {
          if (next === "own" && kind.value !== "own") own.value = kernel.value.matrices[0]!;
          kind.value = next;
        }}
      />
      {kind.value === "preset" ? (
        <Select
          label={text.preset}
          options={PRESETS}
          names={names}
          value={preset.value}
          onChange={(name) => {
            preset.value = name;
          }}
        />
      ) : null}
      {kind.value === "direction" ? <DirectionDial /> : null}
      {kind.value === "own" ? (
        <div class="fields">
          <Stepper
            label={words.value.slide.rows}
            value={height}
            least={1}
            most={MOST_SIDE}
            onChange={(next) => {
              own.value = resized(own.value, next, width);
            }}
          />
          <Stepper
            label={words.value.slide.columns}
            value={width}
            least={1}
            most={MOST_SIDE}
            onChange={(next) => {
              own.value = resized(own.value, height, next);
            }}
          />
        </div>
      ) : null}
      <KernelGrids />
      <p class="hint">{kernel.value.matrices.length === 2 ? text.pairHint : text.editHint}</p>
      <Select
        label={text.finish}
        options={FINISH_CHOICES}
        names={finishNames}
        value={finishChoice.value}
        onChange={(next) => {
          finishChoice.value = next;
        }}
      />
      <div class="field">
        <label class="checkbox">
          <input
            type="checkbox"
            checked={isGray.value}
            onChange={() => {
              isGray.value = !isGray.value;
            }}
          />
          {text.gray}
        </label>
      </div>
    </section>
  );
}
