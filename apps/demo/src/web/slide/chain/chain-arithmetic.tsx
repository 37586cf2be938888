/** The present cell of a chain in numbers: how its layer makes it, or where its layer sends its gradient; and its field. */
import type { ComponentChildren } from "preact";
import { words } from "../../i18n/index.ts";
import { fixedText, numberText } from "../../ui/number-text.ts";
import { bracketed } from "../../ui/terms.tsx";
import { Arithmetic } from "../arithmetic.tsx";
import { placeOf } from "../compute.ts";
import { isPlaying } from "../playback.ts";
import type { Chain, ChainStep, Place } from "./compute.ts";
import { extent, fieldFormula, fieldsOf, inside } from "./field.ts";
import { valueName } from "./names.ts";

export function ChainArithmetic({ chain, step }: { readonly chain: Chain; readonly step: ChainStep }) {
  const text = words.value.slide;
  if (step.conv !== null) return <Arithmetic {...step.conv} />;
  return (
    <section class="arithmetic" aria-label={text.arithmetic} aria-live={isPlaying.value ? "off" : "polite"}>
      <h2>{text.arithmetic}</h2>
      {chain.gradients === null ? (
        <Forward chain={chain} place={step.place} />
      ) : (
        <Backward chain={chain} place={step.place} />
      )}
    </section>
  );
}

/** The cells under the window of a pool or an activation, and what became of them. */
function cellsOf(chain: Chain, { stage, cell }: Place) {
  const { window } = chain.stages[stage]!;
  const [channel, row, column] = placeOf(window, cell);
  const columns = inside(window.axes[1], column);
  const under = inside(window.axes[0], row).flatMap((i) =>
    columns.map((j) => chain.values[stage]![channel]![i]![j]!),
  );
  return {
    under,
    /** All cells of the window, those of the border too. */
    cells: window.axes[0].kernel * window.axes[1].kernel,
    result: chain.values[stage + 1]![channel]![row]![column]!,
    gradient: chain.gradients?.[stage + 1]?.[channel]?.[row]?.[column] ?? 0,
    channel,
  };
}

function Line({ children, result }: { readonly children: ComponentChildren; readonly result: number }) {
  return (
    <p class="sum-line">
      <span class="terms">{children}</span>
      <b class="sum-value"> = {numberText(result, 6)}</b>
    </p>
  );
}

function Forward({ chain, place }: { readonly chain: Chain; readonly place: Place }) {
  const { forward } = words.value.slide.chain;
  const { kind } = chain.stages[place.stage]!.layer;
  const { under, cells, result } = cellsOf(chain, place);
  const x = under[0]!;
  if (kind === "conv") return null;
  return (
    <>
      <p class="hint">{forward[kind]}</p>
      <Line result={result}>
        {kind === "max" ? `max(${under.map((v) => numberText(v)).join(", ")})` : null}
        {kind === "avg"
          ? `(${[...under, ...border(cells - under.length)].map(bracketed).join(" + ")}) / ${cells}`
          : null}
        {kind === "relu" ? `max(0, ${numberText(x)})` : null}
        {kind === "sigmoid" ? (
          <>
            1 / (1 + e<sup>{numberText(-x)}</sup>)
          </>
        ) : null}
        {kind === "tanh" ? `tanh(${numberText(x)})` : null}
      </Line>
    </>
  );
}

/** The zeros that a window sees outside. */
const border = (cells: number): number[] => Array<number>(cells).fill(0);

function Backward({ chain, place }: { readonly chain: Chain; readonly place: Place }) {
  const { backward, wins } = words.value.slide.chain;
  const { layer, window, winners } = chain.stages[place.stage]!;
  const { under, cells, result, gradient, channel } = cellsOf(chain, place);
  const { kind } = layer;
  const g = bracketed(gradient);
  const x = under[0]!;
  if (kind === "conv") return null;
  if (kind === "max") {
    const [row, column] = [
      Math.floor(winners![place.cell]! / window.axes[1].input),
      winners![place.cell]! % window.axes[1].input,
    ];
    return (
      <>
        <p class="hint">{backward.max}</p>
        <p class="sum-line">
          {wins(
            numberText(gradient),
            `${valueName(place.stage, chain.stages.length)} [${channel}, ${row}, ${column}]`,
            numberText(result),
          )}
        </p>
      </>
    );
  }
  const slope = {
    avg: 1 / cells,
    relu: x > 0 ? 1 : 0,
    sigmoid: result * (1 - result),
    tanh: 1 - result ** 2,
  };
  const terms = {
    avg: `${g} / ${cells}`,
    relu: `${g}·${slope.relu}`,
    sigmoid: `${g}·${fixedText(result, 4)}·(1 − ${fixedText(result, 4)})`,
    tanh: `${g}·(1 − ${bracketed(Number(result.toFixed(4)))}²)`,
  };
  return (
    <>
      <p class="hint">{backward[kind]}</p>
      <Line result={gradient * slope[kind]}>{terms[kind]}</Line>
    </>
  );
}

/** Which cells of the arrays before it the present one hangs on, and how wide the field of each is. */
export function FieldNote({ chain, place }: { readonly chain: Chain; readonly place: Place }) {
  const text = words.value.slide;
  const layers = chain.stages.length;
  const fields = fieldsOf(chain, place);
  const [channel, row, column] = placeOf(chain.stages[place.stage]!.window, place.cell);
  const isForward = chain.gradients === null;
  return (
    <section class="formula" aria-label={isForward ? text.chain.field : text.chain.reach}>
      <h2>{isForward ? text.chain.field : text.chain.reach}</h2>
      <p>
        {valueName(place.stage + 1, layers)} [{channel}, {row}, {column}]
        {isForward ? ` ${text.chain.sees}` : ` ${text.chain.reaches}`}
      </p>
      <dl class="math">
        {[...fields.entries()].reverse().map(([n, cells]) => {
          const plane = chain.values[n]![0]!;
          const found = extent(cells, [plane.length, plane[0]!.length]);
          return (
            <>
              <dt>{valueName(n, layers)}</dt>
              <dd>
                {found === null
                  ? text.chain.nothing
                  : text.chain.cells(cells.size, found.rows, found.columns)}
              </dd>
            </>
          );
        })}
      </dl>
      {isForward ? (
        <>
          <p class="hint">{text.chain.fieldFormula}</p>
          <dl class="math">
            <dt>{text.formulaHeight}</dt>
            <dd>{fieldFormula(chain, place.stage, 0)}</dd>
            <dt>{text.formulaWidth}</dt>
            <dd>{fieldFormula(chain, place.stage, 1)}</dd>
          </dl>
        </>
      ) : null}
    </section>
  );
}
