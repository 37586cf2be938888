/** Times and agreement of the backends, side by side. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type BackendChoice, backendLabel, MOST_THREADS, openBackend } from "../compute/session.ts";
import { words } from "../i18n/index.ts";
import { Button } from "../ui/controls.tsx";
import { fixedText, numberText } from "../ui/number-text.ts";
import { ScrollBox } from "../ui/scroll-box.tsx";
import { measure, relativeDifference, WORKLOADS, type Workload } from "./workloads.ts";

interface Cell {
  readonly milliseconds: number;
  /** From cpu-js, relative to the largest value. */
  readonly difference: number;
}

interface Column {
  readonly label: string;
  readonly cells: Partial<Record<Workload, Cell>>;
}

const CHOICES: readonly BackendChoice[] = [
  { name: "cpu-js", threads: 1 },
  { name: "cpu-wasm", threads: 1 },
  { name: "cpu-wasm", threads: MOST_THREADS },
];

/** Fills the columns one cell after the other; a backend that cannot run here, or not with its threads, has none. */
async function measureAll(
  signal: AbortSignal,
  onColumns: (columns: readonly Column[]) => void,
): Promise<void> {
  const backends = [];
  for (const choice of CHOICES) {
    const backend = await openBackend(choice).catch(() => null);
    const threads = backend?.features.threads ?? 1;
    if (backend !== null && threads === choice.threads) backends.push(backend);
  }
  const columns: Column[] = backends.map((backend) => ({ label: backendLabel(backend), cells: {} }));
  for (const workload of WORKLOADS) {
    let first: Float32Array | undefined;
    for (const [i, backend] of backends.entries()) {
      const { milliseconds, values } = await measure(workload, backend, signal);
      first ??= values;
      const cell = { milliseconds, difference: relativeDifference(first, values) };
      columns[i] = { ...columns[i]!, cells: { ...columns[i]!.cells, [workload]: cell } };
      onColumns([...columns]);
    }
  }
}

export function Timings() {
  const text = words.value.backends;
  const [columns, setColumns] = useState<readonly Column[]>([]);
  const [controller, setController] = useState<AbortController | null>(null);
  const running = useRef<AbortController | null>(null);
  running.current = controller;
  useEffect(() => () => running.current?.abort(), []);
  const start = (): void => {
    const made = new AbortController();
    setController(made);
    setColumns([]);
    measureAll(made.signal, setColumns)
      .catch((error: unknown) => {
        if (!made.signal.aborted) throw error;
      })
      .finally(() => setController(null));
  };
  return (
    <section class="card" aria-labelledby="timings" data-busy={controller !== null}>
      <header class="card-header">
        <h2 id="timings">{text.timings}</h2>
        <Button
          primary={controller === null}
          onClick={controller === null ? start : () => controller.abort()}
        >
          {controller === null ? text.measure : text.stop}
        </Button>
      </header>
      <p class="hint">{text.timingsText}</p>
      {columns.length === 0 ? null : <Table columns={columns} />}
    </section>
  );
}

function Table({ columns }: { readonly columns: readonly Column[] }) {
  const text = words.value.backends;
  return (
    <ScrollBox label={text.workload}>
      <table class="data">
        <thead>
          <tr>
            <th scope="col">{text.workload}</th>
            {columns.map(({ label }) => (
              <th scope="col">{label}</th>
            ))}
            <th scope="col">{text.difference}</th>
          </tr>
        </thead>
        <tbody>
          {WORKLOADS.map((workload) => {
            const cells = columns.map((column) => column.cells[workload]);
            const known = cells.filter((cell) => cell !== undefined);
            const difference = Math.max(0, ...known.map((cell) => cell.difference));
            return (
              <tr>
                <th scope="row">{text.workloads[workload]}</th>
                {cells.map((cell) => (
                  <td>{cell === undefined ? "" : text.ms(fixedText(cell.milliseconds, 2))}</td>
                ))}
                <td class={difference < 1e-4 ? "good" : "bad"}>
                  {known.length < 2 ? "" : text.differenceText(numberText(difference, 2))}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollBox>
  );
}
