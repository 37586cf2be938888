/**
 * The three arrays side by side, with the window where it is.
 *
 * Which array is the result depends on the face: gather writes the small array, scatter the large one, collect the
 * kernel. Operands that the layer was given can be edited, results cannot; every cell that the present position
 * touches is marked.
 */
import type { Window2d, WindowAxis } from "@corr2d/core";
import type { ComponentChildren } from "preact";
import { words } from "../i18n/index.ts";
import { NumberGrid } from "../ui/number-grid.tsx";
import { numberText } from "../ui/number-text.ts";
import { Signed } from "../ui/signed.tsx";
import { arrayNames } from "./array-names.ts";
import type { Plane, Planes } from "./arrays.ts";
import {
  cellsUnder,
  firstChannel,
  type Layer,
  largeShape,
  placeOf,
  positionCount,
  type Step,
  smallShape,
} from "./compute.ts";
import { visit } from "./playback.ts";
import { change, endChange, isStepping, position, slide } from "./state.ts";

export const largest = (planes: Planes): number =>
  planes
    .flat(2)
    .reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);

export function withCell(
  planes: Planes,
  channel: number,
  row: number,
  column: number,
  value: number,
): Planes {
  const edited = (line: readonly number[]): number[] => line.map((old, j) => (j === column ? value : old));
  const editedPlane = (plane: Plane): Plane => plane.map((line, i) => (i === row ? edited(line) : line));
  return planes.map((plane, c) => (c === channel ? editedPlane(plane) : plane));
}

/** The operand that an array of the stage is: what editing it changes. */
type Editable = "input" | "outputGrad" | null;

export function editor(target: Editable, whole: Planes, channel: number) {
  if (target === null) return undefined;
  return (row: number, column: number, value: number): void => {
    const source = target === "input" ? slide.value.input : (slide.value.outputGrad ?? whole);
    const usable = source.length === whole.length && source[0]!.length === whole[0]!.length ? source : whole;
    change({ [target]: withCell(usable, channel, row, column, value) }, `${target} cells`);
  };
}

interface StageProps {
  readonly layer: Layer;
  readonly step: Step | undefined;
  readonly brush: number | undefined;
}

export function Stage({ layer, step, brush }: StageProps) {
  const { face, window: w, state } = layer;
  const { transposed, view } = state;
  const at = Math.min(position.value, positionCount(w) - 1);
  const [channel] = placeOf(w, at);
  const { inputName, kernelName, outputName } = arrayNames(view);
  const large = (
    <LargeArray
      {...{ layer, step, brush, at }}
      name={transposed ? outputName : inputName}
      target={face === "scatter" ? null : transposed ? "outputGrad" : "input"}
    />
  );
  const small = (
    <SmallArray
      {...{ layer, brush, at }}
      name={transposed ? inputName : outputName}
      target={face === "gather" ? null : transposed ? "input" : "outputGrad"}
    />
  );
  const kernel = <KernelArray {...{ layer, step, brush, channel }} name={kernelName} />;
  // What goes in stands left, what comes out right.
  if (face === "gather") return <Sequence parts={[large, kernel, small]} signs={["⋆", "="]} />;
  if (face === "scatter") return <Sequence parts={[small, kernel, large]} signs={["⊛", "="]} />;
  return <Sequence parts={[large, small, kernel]} signs={["⋆", "="]} />;
}

function Sequence({
  parts,
  signs,
}: {
  readonly parts: readonly ComponentChildren[];
  readonly signs: readonly string[];
}) {
  const [first, ...others] = parts;
  return (
    <div class="stage">
      {first}
      {others.map((part, i) => (
        <Signed sign={signs[i]!}>{part}</Signed>
      ))}
    </div>
  );
}

export function ArrayFigure(props: {
  readonly name: string;
  readonly shape: readonly number[];
  readonly note?: string | undefined;
  readonly result: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <figure class={`array${props.result ? " array-result" : ""}`}>
      <figcaption>
        <strong>{props.name}</strong> <span class="shape">{words.value.slide.size(props.shape)}</span>
        {props.note === undefined ? null : <span class="note">{props.note}</span>}
      </figcaption>
      <div class="planes">{props.children}</div>
    </figure>
  );
}

interface ArrayProps {
  readonly layer: Layer;
  readonly brush: number | undefined;
  readonly name: string;
}

function LargeArray(
  props: ArrayProps & { readonly step: Step | undefined; readonly at: number; readonly target: Editable },
) {
  const { layer, step, brush, name, at, target } = props;
  const { window: w, face } = layer;
  const [channel, row, column] = placeOf(w, at);
  const first = firstChannel(w, channel);
  const perGroup = w.inChannels / w.groups;
  const isResult = face === "scatter";
  // A result has no border of its own: what lands outside is lost, and its cells are drawn blank.
  const [height, width] = w.axes;
  const own = isResult && isStepping.value && step?.soFar?.[0] ? step.soFar[0] : layer.large;
  const planes: Planes = isResult ? own.map((plane) => frame(plane, w)) : layer.large;
  const scale = largest(layer.large);

  const rows = cellsUnder(height, row);
  const columns = cellsUnder(width, column);
  const isTouched = (i: number, j: number): boolean => rows.includes(i) && columns.includes(j);
  const isOutside = ({ before, input }: WindowAxis, cell: number): boolean =>
    cell < before || cell >= before + input;
  const isBorder = (i: number, j: number): boolean => isOutside(height, i) || isOutside(width, j);
  return (
    <ArrayFigure name={name} shape={largeShape(w)} result={isResult}>
      {planes.map((plane, c) => {
        const seen = c >= first && c < first + perGroup;
        const edit = editor(
          target,
          layer.large.map((p) => inner(p, layer)),
          c,
        );
        return (
          <PlaneFigure channel={c} count={planes.length} dimmed={!seen}>
            <NumberGrid
              label={planeLabel(name, c, planes.length)}
              values={plane}
              scale={scale}
              brush={brush}
              onEdit={edit && ((i, j, value) => edit(i - height.before, j - width.before, value))}
              onEditEnd={endChange}
              isFixed={isBorder}
              format={isResult ? (value, i, j) => (isBorder(i, j) ? "" : numberText(value)) : undefined}
              mark={(i, j) => `${isBorder(i, j) ? "border" : ""} ${seen && isTouched(i, j) ? "touched" : ""}`}
            />
          </PlaneFigure>
        );
      })}
    </ArrayFigure>
  );
}

/** Blank cells around a plane, as many as the window is padded by. */
export function frame(plane: Plane, { axes: [height, width] }: Window2d): Plane {
  const around = <T,>(line: readonly T[], { before, after }: WindowAxis, blank: T): T[] => [
    ...Array<T>(before).fill(blank),
    ...line,
    ...Array<T>(after).fill(blank),
  ];
  const rows = plane.map((row) => around(row, width, 0));
  return around(rows, height, Array<number>(rows[0]!.length).fill(0));
}

/** A plane without its border. */
function inner(plane: Plane, { window: w, face }: Layer): Plane {
  if (face === "scatter") return plane;
  const within = <T,>(line: readonly T[], { before, input }: WindowAxis): T[] =>
    line.slice(before, before + input);
  return within(plane, w.axes[0]).map((row) => within(row, w.axes[1]));
}

function SmallArray(props: ArrayProps & { readonly at: number; readonly target: Editable }) {
  const { layer, brush, name, at, target } = props;
  const { window: w, small, face } = layer;
  const scale = largest(small);
  const [, rows, columns] = smallShape(w);
  const index = (c: number, i: number, j: number): number => (c * rows + i) * columns + j;
  const isResult = face === "gather";
  return (
    <ArrayFigure name={name} shape={smallShape(w)} result={isResult}>
      {small.map((plane, c) => (
        <PlaneFigure channel={c} count={small.length} dimmed={false}>
          <NumberGrid
            label={planeLabel(name, c, small.length)}
            values={plane}
            scale={scale}
            brush={brush}
            onEdit={editor(target, small, c)}
            onEditEnd={endChange}
            onVisit={(i, j) => visit(index(c, i, j))}
            format={(value, i, j) =>
              isResult && isStepping.value && index(c, i, j) > at ? "" : numberText(value)
            }
            mark={(i, j) => {
              if (index(c, i, j) === at) return "current";
              return isStepping.value && index(c, i, j) > at ? "later" : "";
            }}
          />
        </PlaneFigure>
      ))}
    </ArrayFigure>
  );
}

function KernelArray(props: ArrayProps & { readonly step: Step | undefined; readonly channel: number }) {
  const { layer, step, brush, name, channel } = props;
  const { window: w, face } = layer;
  const text = words.value.slide;
  const isResult = face === "collect";
  const blocks = isResult && isStepping.value && step?.soFar ? step.soFar : layer.kernel;
  const planes = blocks[channel]!;
  const scale = largest(layer.kernel.flat());
  const first = firstChannel(w, channel);
  return (
    <ArrayFigure
      name={name}
      shape={[w.outChannels, planes.length, ...w.axes.map((axis) => axis.kernel)]}
      note={layer.kernel.length > 1 ? kernelNote(layer, channel) : undefined}
      result={isResult}
    >
      {planes.map((plane, c) => (
        <PlaneFigure channel={first + c} count={planes.length} dimmed={false}>
          <NumberGrid
            label={`${name}, ${text.kernelCell(channel, c)}`}
            values={plane}
            scale={scale}
            brush={brush}
            onEdit={
              isResult
                ? undefined
                : (i, j, value) => {
                    const { kernel } = slide.value;
                    const edited = kernel.map((block, o) =>
                      o === channel ? withCell(block, c, i, j, value) : block,
                    );
                    change({ kernel: edited }, "kernel cells");
                  }
            }
            onEditEnd={endChange}
            mark={() => "touched"}
          />
        </PlaneFigure>
      ))}
    </ArrayFigure>
  );
}

const kernelNote = ({ state }: Layer, channel: number): string =>
  state.transposed ? words.value.slide.channel(channel) : words.value.slide.outputChannel(channel);

export const planeLabel = (name: string, channel: number, count: number): string =>
  count === 1 ? name : `${name}, ${words.value.slide.channel(channel)}`;

export function PlaneFigure(props: {
  readonly channel: number;
  readonly count: number;
  readonly dimmed: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`plane${props.dimmed ? " dimmed" : ""}`}>
      {props.count > 1 ? <span class="plane-name">{words.value.slide.channel(props.channel)}</span> : null}
      {props.children}
    </div>
  );
}
