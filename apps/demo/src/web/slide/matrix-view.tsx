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
import { ScrollBox } from "../ui/scroll-box.tsx";
import { Signed } from "../ui/signed.tsx";
import { arrayNames } from "./array-names.ts";
import { type Face, firstChannel, type Layer, placeOf, smallShape } from "./compute.ts";
import { type Column, computeMatrices } from "./matrices.ts";
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
          <Multiplication
            {...value!.products[kind]}
            matrix={matrix}
            transposed={layer.face !== "gather"}
            current={current}
            names={[text.matrices[kind], ...columnNames(layer, kind)]}
            onVisit={visitRow}
          />
          {perGroup > 1 && kind === "toeplitz" ? <p class="hint">{text.matrixPart}</p> : null}
          <p class="matrix-row">
            <span>{text.matrixRow(current + 1)}: </span>
            <code>[{matrix[current]!.map((v) => numberText(v)).join(" ")}]</code>
            {layer.face === "gather" ? (
              <>
                {" "}
                · {text.asColumn(columnNames(layer, kind)[0])} ={" "}
                <b>{numberText(value!.products[kind].product[current]![0])}</b>
              </>
            ) : null}
          </p>
        </>
      )}
    </section>
  );
}

/** The names of what the matrix is multiplied by, and of the product. */
function columnNames({ face, state }: Layer, kind: Kind): [string, string] {
  const { inputName, kernelName, outputName } = arrayNames(state.view);
  const [large, small] = state.transposed ? [outputName, inputName] : [inputName, outputName];
  if (face === "gather") return [kind === "unfolded" ? kernelName : large, small];
  return [small, face === "scatter" ? large : kernelName];
}

interface MultiplicationProps {
  readonly matrix: readonly (readonly number[])[];
  /** Whether the matrix is turned for the product: its columns are then the positions. */
  readonly transposed: boolean;
  readonly vector: Column;
  readonly product: Column;
  readonly current: number;
  /** Of the matrix, the vector and the product. */
  readonly names: readonly [string, string, string];
  readonly onVisit: (row: number) => void;
}

const turned = (rows: readonly (readonly number[])[]): number[][] =>
  rows[0]!.map((_, column) => rows.map((row) => row[column]!));

/** matrix · vector = product, drawn: the present position is marked in all of them. */
function Multiplication(props: MultiplicationProps) {
  const { matrix, transposed, vector, product, current, names, onVisit } = props;
  const text = words.value.slide;
  const [name, vectorName, productName] = names;
  const [rows, columns] = [matrix.length, matrix[0]!.length];
  const isLarge = rows * columns > MOST_NUMBERS || Math.max(rows, columns) > 40;
  // Cells of one size, so that a row of the product is beside the row that it comes from.
  const unit = isLarge
    ? Math.max(3, Math.min(12, Math.floor(1000 / (transposed ? rows : columns))))
    : undefined;
  const none = { marked: null, unit, onVisit: undefined };
  const ofRow = { marked: { row: current }, unit, onVisit };
  return (
    <ScrollBox label={text.matrixProduct}>
      <div class="matrix-product">
        <figure class="array">
          <figcaption>
            {name}
            {transposed ? "ᵀ" : ""}
          </figcaption>
          {transposed ? (
            <Matrix
              values={turned(matrix)}
              label={`${name}ᵀ`}
              marked={{ column: current }}
              unit={unit}
              onVisit={onVisit}
            />
          ) : (
            <Matrix values={matrix} label={name} {...ofRow} />
          )}
        </figure>
        <Signed sign="·">
          <figure class="array">
            <figcaption>{text.asColumn(vectorName)}</figcaption>
            <Matrix values={vector} label={text.asColumn(vectorName)} {...(transposed ? ofRow : none)} />
          </figure>
        </Signed>
        <Signed sign="=">
          <figure class="array">
            <figcaption>{text.asColumn(productName)}</figcaption>
            <Matrix values={product} label={text.asColumn(productName)} {...(transposed ? none : ofRow)} />
          </figure>
        </Signed>
      </div>
    </ScrollBox>
  );
}

interface MatrixProps {
  readonly values: readonly (readonly number[])[];
  readonly label: string;
  /** The row or column of the present position, if there is one. */
  readonly marked: { readonly row: number } | { readonly column: number } | null;
  /** Pixels of a cell; undefined for cells that are read as numbers. */
  readonly unit: number | undefined;
  /** The pointer or the keyboard is on a position. */
  readonly onVisit: ((position: number) => void) | undefined;
}

function Matrix({ unit, ...props }: MatrixProps) {
  const { values, marked, label, onVisit } = props;
  const scale = values.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (unit !== undefined) return <MatrixCanvas {...props} unit={unit} scale={scale} />;
  const byColumn = marked !== null && "column" in marked;
  const isMarked = (row: number, column: number): boolean =>
    marked !== null && (byColumn ? column === marked.column : row === (marked as { row: number }).row);
  return (
    <NumberGrid
      small
      label={label}
      values={values}
      scale={scale}
      mark={(row, column) => (isMarked(row, column) ? "touched" : "")}
      onVisit={onVisit === undefined ? undefined : (row, column) => onVisit(byColumn ? column : row)}
    />
  );
}

interface MatrixCanvasProps extends MatrixProps {
  readonly unit: number;
  readonly scale: number;
}

function MatrixCanvas({ values, marked, label, unit, scale, onVisit }: MatrixCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [rows, columns] = [values.length, values[0]!.length];
  const byColumn = marked !== null && "column" in marked;
  const current = marked === null ? null : "column" in marked ? marked.column : marked.row;
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
    if (current === null) return;
    if (byColumn) context.strokeRect(current * unit, 1, unit, rows * unit - 2);
    else context.strokeRect(1, current * unit, columns * unit - 2, unit);
  }, [values, current, byColumn, unit, dark]);
  return (
    <canvas
      ref={canvas}
      width={columns * unit}
      height={rows * unit}
      role="img"
      aria-label={`${label}, ${rows} × ${columns}`}
      onPointerMove={(event) => {
        const { left, top } = event.currentTarget.getBoundingClientRect();
        const at = Math.floor((byColumn ? event.clientX - left : event.clientY - top) / unit);
        if (at >= 0 && at < (byColumn ? columns : rows)) onVisit?.(at);
      }}
    />
  );
}
