/**
 * The correlation as a product of matrices, beside the window: each position is a row, and the present one is marked.
 *
 * Large matrices are drawn on a canvas, small ones are grids of numbers; the present row is written out either way.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { useComputed } from "../compute/latest.ts";
import { words } from "../i18n/index.ts";
import { isDark } from "../state/appearance.ts";
import { scaleColor } from "../ui/color-scale.ts";
import { Segmented, Stepper } from "../ui/controls.tsx";
import { NumberGrid } from "../ui/number-grid.tsx";
import { numberText } from "../ui/number-text.ts";
import { type Face, firstChannel, type Layer, placeOf, smallShape } from "./compute.ts";
import { computeMatrices } from "./matrices.ts";
import { visit } from "./playback.ts";

type Kind = "unfolded" | "toeplitz";

/** The matrices that take part: forwards both forms, towards the input the kernel's, towards the kernel the image's. */
const KINDS: Readonly<Record<Face, readonly Kind[]>> = {
  gather: ["unfolded", "toeplitz"],
  scatter: ["toeplitz"],
  collect: ["unfolded"],
};

/** Cells up to which a matrix is a grid of numbers. */
const MOST_NUMBERS = 400;

export function MatrixView({ layer, at }: { readonly layer: Layer; readonly at: number }) {
  const text = words.value.slide;
  const { window: w } = layer;
  const [chosen, setKind] = useState<Kind>("unfolded");
  const kinds = KINDS[layer.face];
  const kind = kinds.includes(chosen) ? chosen : kinds[0]!;
  const [channel, row, column] = placeOf(w, at);
  const first = firstChannel(w, channel);
  const perGroup = w.inChannels / w.groups;
  const [offset, setOffset] = useState(0);
  const inChannel = first + Math.min(offset, perGroup - 1);
  const { value } = useComputed(
    (backend) => computeMatrices(backend, layer, channel, inChannel),
    [layer, channel, inChannel],
  );
  const [, rows, columns] = smallShape(w);
  const current = row * columns + column;
  const matrix = value?.[kind];
  const visitRow = (to: number): void => visit(channel * rows * columns + to);
  return (
    <section class="card matrix" aria-labelledby="matrix-heading">
      <header class="card-header">
        <h2 id="matrix-heading">{text.matrix}</h2>
        <Segmented
          label={text.matrixKind}
          hideLabel
          options={kinds}
          names={text.matrices}
          value={kind}
          onChange={setKind}
        />
      </header>
      <p class="hint">{kind === "unfolded" ? text.unfoldedText : text.toeplitzText}</p>
      {kind === "toeplitz" && perGroup > 1 ? (
        <Stepper
          label={text.matrixChannel}
          value={inChannel}
          least={first}
          most={first + perGroup - 1}
          onChange={(next) => setOffset(next - first)}
        />
      ) : null}
      {matrix === undefined || matrix[current] === undefined ? null : (
        <>
          <Matrix values={matrix} current={current} label={text.matrices[kind]} onVisit={visitRow} />
          <p class="matrix-row">
            <span>{text.matrixRow(current + 1)}: </span>
            <code>[{matrix[current]!.map((v) => numberText(v)).join(" ")}]</code>
          </p>
        </>
      )}
    </section>
  );
}

interface MatrixProps {
  readonly values: readonly (readonly number[])[];
  readonly current: number;
  readonly label: string;
  readonly onVisit: (row: number) => void;
}

function Matrix(props: MatrixProps) {
  const { values, current, label, onVisit } = props;
  const scale = values.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (values.length * values[0]!.length > MOST_NUMBERS || values[0]!.length > 40) {
    return <MatrixCanvas {...props} scale={scale} />;
  }
  return (
    <NumberGrid
      small
      label={label}
      values={values}
      scale={scale}
      mark={(row) => (row === current ? "touched" : "")}
      onVisit={onVisit}
    />
  );
}

function MatrixCanvas({ values, current, label, scale, onVisit }: MatrixProps & { readonly scale: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [rows, columns] = [values.length, values[0]!.length];
  const unit = Math.max(3, Math.min(12, Math.floor(1000 / columns)));
  const dark = isDark.value;
  useEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    context.clearRect(0, 0, columns * unit, rows * unit);
    values.forEach((line, row) => {
      line.forEach((value, column) => {
        context.fillStyle = scaleColor(value / (scale || 1), dark);
        context.fillRect(column * unit, row * unit, unit - 0.5, unit - 0.5);
      });
    });
    context.strokeStyle = getComputedStyle(canvas.current!).color;
    context.lineWidth = 2;
    context.strokeRect(1, current * unit, columns * unit - 2, unit);
  }, [values, current, dark]);
  return (
    <div class="matrix-scroll">
      <canvas
        ref={canvas}
        width={columns * unit}
        height={rows * unit}
        role="img"
        aria-label={`${label}, ${rows} × ${columns}`}
        onPointerMove={(event) => {
          const { top, height } = event.currentTarget.getBoundingClientRect();
          const row = Math.floor(((event.clientY - top) / height) * rows);
          if (row >= 0 && row < rows) onVisit(row);
        }}
      />
    </div>
  );
}
