/**
 * The arrays of a chain side by side, with what lies between them. The present cell is marked, and in every array before it
 * the cells that it hangs on.
 */
import type { ComponentChildren } from "preact";
import { words } from "../../i18n/index.ts";
import { NumberGrid } from "../../ui/number-grid.tsx";
import { numberText } from "../../ui/number-text.ts";
import { Signed } from "../../ui/signed.tsx";
import type { Planes } from "../arrays.ts";
import { cellsUnder, placeOf } from "../compute.ts";
import { visit } from "../playback.ts";
import { ArrayFigure, editor, frame, largest, PlaneFigure, planeLabel, withCell } from "../stage.tsx";
import { change, endChange, isStepping, slide } from "../state.ts";
import { type Chain, type ChainStep, type Place, placeAt, positionAt } from "./compute.ts";
import { fieldsOf } from "./field.ts";
import type { ChainLayer, ConvLayer } from "./layers.ts";
import { gradientName, kernelName, layerName, valueName } from "./names.ts";

interface ChainStageProps {
  readonly chain: Chain;
  readonly step: ChainStep | undefined;
  readonly at: number;
  readonly brush: number | undefined;
}

export function ChainStage(props: ChainStageProps) {
  const { chain, at } = props;
  const place = placeAt(chain, at);
  const fields = fieldsOf(chain, place);
  return (
    <div class={`stage${chain.stages.length > 1 ? " chain-long" : ""}`}>
      <ArrayOf {...props} n={0} place={place} fields={fields} />
      {chain.stages.map(({ layer }, stage) => {
        const next = <ArrayOf {...props} n={stage + 1} place={place} fields={fields} />;
        if (layer.kind !== "conv") return <Arrow layer={layer}>{next}</Arrow>;
        return (
          <>
            <Signed sign="⋆">
              <KernelOf {...props} layer={layer} stage={stage} place={place} />
            </Signed>
            <Signed sign="=">{next}</Signed>
          </>
        );
      })}
    </div>
  );
}

function Arrow({ layer, children }: { readonly layer: ChainLayer; readonly children: ComponentChildren }) {
  return (
    <div class="signed">
      <span class="chain-sign">
        {layerName(layer)}
        <span aria-hidden="true">→</span>
      </span>
      {children}
    </div>
  );
}

interface ArrayOfProps extends ChainStageProps {
  /** The array after n layers. */
  readonly n: number;
  readonly place: Place;
  readonly fields: ReturnType<typeof fieldsOf>;
}

function ArrayOf(props: ArrayOfProps) {
  const { chain, n } = props;
  const layers = chain.stages.length;
  const values = chain.values[n]!;
  const shape = [values.length, values[0]!.length, values[0]![0]!.length];
  return (
    <ArrayFigure name={valueName(n, layers)} shape={shape} result={n === layers}>
      {values.map((_, channel) => (
        <PlaneFigure channel={channel} count={values.length} dimmed={false}>
          <ValueGrid {...props} channel={channel} />
          {chain.gradients === null ? null : (
            <>
              <span class="plane-name">{gradientName(n, layers)}</span>
              <GradientGrid {...props} channel={channel} />
            </>
          )}
        </PlaneFigure>
      ))}
    </ArrayFigure>
  );
}

interface GridProps extends ArrayOfProps {
  readonly channel: number;
}

/** Cells of a plane counted through the array. */
const index = (planes: Planes, channel: number, row: number, column: number): number =>
  (channel * planes[0]!.length + row) * planes[0]![0]!.length + column;

/** What an array is to the present cell, which is in array number `place.stage + 1`. */
function marks({ n, place, fields }: ArrayOfProps, cell: number): string {
  if (n === place.stage + 1) return cell === place.cell ? "current" : "";
  if (n > place.stage || !fields[n]!.has(cell)) return "";
  return n === place.stage ? "touched" : "receptive";
}

/** The values: forwards with the border that the next layer sees, and no further than the walk has come. */
function ValueGrid(props: GridProps) {
  const { chain, n, place, at, brush, channel } = props;
  const values = chain.values[n]!;
  const layers = chain.stages.length;
  const isForward = chain.gradients === null;
  const next = chain.stages[n];
  const window = isForward ? next?.window : undefined;
  const [height, width] = [values[0]!.length, values[0]![0]!.length];
  const [top, left] = [window?.axes[0].before ?? 0, window?.axes[1].before ?? 0];
  const plane = window === undefined ? values[channel]! : frame(values[channel]!, window);
  const isBorder = (i: number, j: number): boolean =>
    i < top || j < left || i >= top + height || j >= left + width;
  const cellAt = (i: number, j: number): number => index(values, channel, i - top, j - left);
  const isLater = (i: number, j: number): boolean =>
    isForward && isStepping.value && n > 0 && positionAt(chain, { stage: n - 1, cell: cellAt(i, j) }) > at;
  const [ofChannel, row, column] = placeOf(chain.stages[place.stage]!.window, place.cell);
  const winner = next?.winners?.[place.cell];
  const edit = n === 0 && isForward ? editor("input", values, channel) : undefined;
  const name = valueName(n, layers);
  return (
    <NumberGrid
      small={!isForward}
      label={planeLabel(name, channel, values.length)}
      values={plane}
      scale={largest(values)}
      brush={brush}
      onEdit={edit && ((i, j, value) => edit(i - top, j - left, value))}
      onEditEnd={endChange}
      onVisit={(i, j) => {
        if (n > 0 && !isBorder(i, j)) visit(positionAt(chain, { stage: n - 1, cell: cellAt(i, j) }));
      }}
      isFixed={isBorder}
      format={(value, i, j) =>
        // Nothing in the border of a maximum ever wins.
        isLater(i, j) || (isBorder(i, j) && next!.layer.kind === "max") ? "" : numberText(value)
      }
      mark={(i, j) => {
        if (isBorder(i, j)) {
          const isUnder =
            n === place.stage &&
            (next!.layer.kind === "conv" || channel === ofChannel) &&
            cellsUnder(window!.axes[0], row).includes(i) &&
            cellsUnder(window!.axes[1], column).includes(j);
          return `border ${isUnder ? "touched" : ""}`;
        }
        if (isLater(i, j)) return "later";
        const isWinner =
          n === place.stage && channel === ofChannel && winner === (i - top) * width + (j - left);
        return `${marks(props, cellAt(i, j))} ${isWinner ? "winner" : ""}`;
      }}
    />
  );
}

/** The gradients of the same cells; of the array that the present cell sends to, as far as the walk has come. */
function GradientGrid(props: GridProps) {
  const { chain, n, place, step, brush, channel } = props;
  const layers = chain.stages.length;
  const whole = chain.gradients![n]!;
  const isCurrent = step?.place.stage === place.stage && n === place.stage;
  const planes = isStepping.value && isCurrent && step.soFar !== null ? step.soFar : whole;
  const isLater = isStepping.value && n < place.stage;
  return (
    <NumberGrid
      label={planeLabel(gradientName(n, layers), channel, whole.length)}
      values={planes[channel]!}
      scale={largest(whole)}
      brush={brush}
      onEdit={n === layers ? editor("outputGrad", whole, channel) : undefined}
      onEditEnd={endChange}
      onVisit={(i, j) => {
        if (n > 0) visit(positionAt(chain, { stage: n - 1, cell: index(whole, channel, i, j) }));
      }}
      format={(value) => (isLater ? "" : numberText(value))}
      mark={(i, j) => (isLater ? "later" : marks(props, index(whole, channel, i, j)))}
    />
  );
}

interface KernelOfProps extends ChainStageProps {
  readonly layer: ConvLayer;
  readonly stage: number;
  readonly place: Place;
}

/** The kernel of the result's channel that the present cell is in, or of the first. */
function KernelOf(props: KernelOfProps) {
  const { layer, stage, place, chain, brush } = props;
  const text = words.value.slide;
  const [present] = place.stage === stage ? placeOf(chain.stages[stage]!.window, place.cell) : [0];
  const channel = Math.min(present, layer.kernel.length - 1);
  const planes = layer.kernel[channel]!;
  const name = kernelName(stage);
  return (
    <ArrayFigure
      name={name}
      shape={[layer.kernel.length, planes.length, planes[0]!.length, planes[0]![0]!.length]}
      note={layer.kernel.length > 1 ? text.outputChannel(channel) : undefined}
      result={false}
    >
      {planes.map((plane, c) => (
        <PlaneFigure channel={c} count={planes.length} dimmed={false}>
          <NumberGrid
            small={chain.gradients !== null}
            label={`${name}[${channel}, ${c}]`}
            values={plane}
            scale={largest(layer.kernel.flat())}
            brush={brush}
            onEdit={(i, j, value) => {
              const edited = slide.value.chain!.map((old, s) =>
                s !== stage || old.kind !== "conv"
                  ? old
                  : {
                      ...old,
                      kernel: old.kernel.map((block, o) =>
                        o === channel ? withCell(block, c, i, j, value) : block,
                      ),
                    },
              );
              change({ chain: edited }, "kernel cells");
            }}
            onEditEnd={endChange}
            mark={() => (place.stage === stage ? "touched" : "")}
          />
          <KernelGradient {...props} block={channel} plane={c} />
        </PlaneFigure>
      ))}
    </ArrayFigure>
  );
}

interface KernelGradientProps extends KernelOfProps {
  /** Of the output channel, and of the input channel. */
  readonly block: number;
  readonly plane: number;
}

/** The gradient of a kernel's cells; of the present layer's, from the cells that the walk has come to. */
function KernelGradient({ chain, step, stage, place, block, plane }: KernelGradientProps) {
  const whole = chain.kernelGradients[stage];
  if (whole == null) return null;
  const name = words.value.slide.chain.gradient(kernelName(stage));
  const soFar = place.stage === stage && step?.place.stage === stage ? step.kernelSoFar : null;
  const shown = (isStepping.value && soFar) || whole;
  const isLater = isStepping.value && stage < place.stage;
  return (
    <>
      <span class="plane-name">{name}</span>
      <NumberGrid
        label={`${name}[${block}, ${plane}]`}
        values={shown[block]![plane]!}
        scale={largest(whole.flat())}
        format={(value) => (isLater ? "" : numberText(value))}
        mark={() => (isLater ? "later" : place.stage === stage ? "touched" : "")}
      />
    </>
  );
}
