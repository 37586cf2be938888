/** Which test images are taken for what, and the images themselves. One tab stop; the arrows go from cell to cell. */
import { useMemo, useRef, useState } from "preact/hooks";
import { SIDE } from "../../train/pen.ts";
import { ScrollBox } from "../ui/scroll-box.tsx";
import { CLASSES } from "./build.ts";
import type { DataName, Images } from "./data.ts";
import type { Snapshot } from "./fit.ts";
import { useWhenNear } from "./near.ts";
import { GreyImage } from "./planes.tsx";
import { question } from "./state.ts";
import { trainWords } from "./text.ts";

type Cell = readonly [truth: number, found: number];

/** The indices of the test images in each cell. */
function cellsOf(truth: ArrayLike<number>, found: ArrayLike<number>): number[][][] {
  const cells: number[][][] = Array.from({ length: CLASSES }, () =>
    Array.from({ length: CLASSES }, (): number[] => []),
  );
  for (let i = 0; i < found.length; i++) cells[truth[i]!]![found[i]!]?.push(i);
  return cells;
}

/** The mistake that is made most often, or else the first class. */
function mostMistaken(cells: readonly (readonly (readonly number[])[])[]): Cell {
  let [worst, most]: [Cell, number] = [[0, 0], 0];
  for (const [i, row] of cells.entries()) {
    for (const [j, { length }] of row.entries())
      if (i !== j && length > most) [worst, most] = [[i, j], length];
  }
  return worst;
}

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

const MOST_SHOWN = 24;

interface ConfusionCardProps {
  readonly data: DataName;
  readonly test: Images;
  readonly snapshot: Snapshot;
}

function Confusion({ data, test, snapshot }: ConfusionCardProps) {
  const text = trainWords.value;
  const names = text.classes[data];
  const table = useRef<HTMLTableElement>(null);
  const [chosen, setChosen] = useState<Cell | null>(null);
  const truth = test.classes.data as ArrayLike<number>;
  const cells = useMemo(() => cellsOf(truth, snapshot.found), [truth, snapshot]);
  const [row, column] = chosen ?? mostMistaken(cells);
  const behind = cells[row]![column]!;
  const counts = cells.map((each) => each.reduce((sum, { length }) => sum + length, 0));

  const onKeyDown = (event: KeyboardEvent, i: number, j: number): void => {
    const move = MOVES[event.key];
    if (move === undefined) return;
    const clamp = (n: number): number => Math.max(0, Math.min(CLASSES - 1, n));
    const next: Cell = [clamp(i + move[0]), clamp(j + move[1])];
    setChosen(next);
    table.current?.querySelector<HTMLElement>(`[data-cell="${next.join()}"]`)?.focus();
    event.preventDefault();
  };
  const images = test.images.data as Uint8Array;
  return (
    <>
      <p class="hint">{text.confusionText}</p>
      <div class="confusion-columns">
        <ScrollBox label={text.confusionTable}>
          <table class="confusion" ref={table} aria-label={text.confusionTable}>
            <thead>
              <tr>
                <td />
                {names.map((name) => (
                  <th scope="col">
                    <span>{name}</span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {cells.map((each, i) => (
                <tr>
                  <th scope="row">{names[i]}</th>
                  {each.map(({ length }, j) => (
                    <td>
                      <button
                        type="button"
                        class={i === j ? "right" : "wrong"}
                        style={{ "--m": length / Math.max(1, counts[i]!) }}
                        aria-label={text.cell(length, names[i]!, names[j]!)}
                        aria-pressed={i === row && j === column}
                        tabIndex={i === row && j === column ? 0 : -1}
                        data-cell={`${i},${j}`}
                        onClick={() => setChosen([i, j])}
                        onKeyDown={(event) => onKeyDown(event, i, j)}
                      >
                        {length === 0 ? "" : length}
                      </button>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
        <div class="behind">
          <h3>{text.behind(behind.length, names[row]!, names[column]!)}</h3>
          <div class="behind-images">
            {behind.slice(0, MOST_SHOWN).map((index) => (
              <button
                type="button"
                key={index}
                aria-label={text.useImage(index)}
                onClick={() => {
                  question.value = { kind: "test", index };
                }}
              >
                <TestImage images={images} index={index} />
              </button>
            ))}
          </div>
          {behind.length === 0 ? null : <p class="hint">{text.behindHint}</p>}
        </div>
      </div>
    </>
  );
}

export function ConfusionCard(props: ConfusionCardProps) {
  const box = useRef<HTMLElement>(null);
  const shown = useWhenNear(box, props);
  return (
    <section class="card confusion-card" aria-labelledby="train-confusion" ref={box}>
      <h2 id="train-confusion">{trainWords.value.confusion}</h2>
      {shown === undefined ? null : <Confusion {...shown} />}
    </section>
  );
}

function TestImage({ images, index }: { readonly images: Uint8Array; readonly index: number }) {
  const pixels = SIDE * SIDE;
  const bytes = useMemo(() => images.subarray(index * pixels, (index + 1) * pixels), [images, index]);
  return <GreyImage bytes={bytes} />;
}
