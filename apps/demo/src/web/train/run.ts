/**
 * The run that the page shows: started, paused, stepped and changed in the worker, and recorded as it goes. It goes on while
 * other tabs are looked at. The page is told of news a few times a second, however many steps there are.
 */
import { Corr2dError } from "@corr2d/core";
import { connect } from "@corr2d/worker";
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type BackendChoice, session, sessionIsStarting } from "../compute/session.ts";
import type { Images } from "./data.ts";
import type { FitInput, FitReport, Rates, Snapshot, StepReport } from "./fit.ts";
import { type Layer, layersText } from "./layers.ts";
import type { Model } from "./model-file.ts";
import { change, changeData, type Settings, settings, shownStep } from "./state.ts";
import type { Training } from "./train-worker.ts";

export type Status = "starting" | "running" | "paused" | "done" | "failed";

/** What is known of a run so far. The lists grow; `RunState` is made anew whenever they have. */
export interface RunState {
  readonly settings: Settings;
  readonly status: Status;
  readonly error: Corr2dError | undefined;
  readonly test: Images | undefined;
  readonly steps: readonly StepReport[];
  readonly snapshots: readonly Snapshot[];
  /** The file whose weights it began with. */
  readonly opened: string | undefined;
}

const state: Signal<RunState | null> = signal(null);
export const run: ReadonlySignal<RunState | null> = state;

const asked: Signal<Rates | null> = signal(null);
/** Rates that the reader has set and the training has not used yet. */
export const askedRates: ReadonlySignal<Rates | null> = asked;

/** Milliseconds between two looks at what has come. */
const PAUSE = 150;

type Connection = ReturnType<typeof connect<Training>>;
type WorkerRun = ReturnType<Connection["start"]>;

let connection: Connection | undefined;
let current: WorkerRun | undefined;

function open(): Connection {
  connection ??= connect<Training>(
    new Worker(new URL("./train-worker.ts", import.meta.url), { type: "module" }),
  );
  return connection;
}

/** Which backend the page has, once it has one: a worker's own is made like it. */
async function backendOfSession(): Promise<BackendChoice> {
  if (sessionIsStarting.value) {
    await new Promise<void>((resolve) => {
      const stop = sessionIsStarting.subscribe((starting) => {
        if (starting) return;
        resolve();
        queueMicrotask(() => stop());
      });
    });
  }
  const { name, features } = session.value.backend;
  const threads = typeof features.threads === "number" ? features.threads : 1;
  return { name: name === "cpu-wasm" ? name : "cpu-js", threads };
}

function inputOf({ layers, ...rest }: Settings): FitInput {
  return { ...rest, layers: layersText(layers) };
}

function failureOf(error: unknown): Corr2dError {
  if (Corr2dError.isInstance(error)) return error;
  return new Corr2dError("WORKER_LOST", error instanceof Error ? error.message : String(error));
}

/** Shows what has come of the current run. */
let showNow = (): void => {};

/** Takes what the worker tells, and shows it from time to time. */
async function follow(worker: WorkerRun, first: RunState): Promise<void> {
  let known = first;
  const steps: StepReport[] = [];
  const snapshots: Snapshot[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isCurrent = (): boolean => worker === current;
  const show = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!isCurrent()) return;
    const { status } = state.value!;
    state.value = {
      ...known,
      status: status === "starting" && snapshots.length > 0 ? "running" : status,
      steps: [...steps],
      snapshots: [...snapshots],
    };
  };
  showNow = show;
  const end = (part: Partial<RunState>): void => {
    clearTimeout(timer);
    if (isCurrent()) state.value = { ...known, steps: [...steps], snapshots: [...snapshots], ...part };
  };
  try {
    for await (const report of worker as AsyncIterable<FitReport>) {
      if (report.kind === "data") known = { ...known, test: report.test };
      else if (report.kind === "snapshot") snapshots.push(report);
      else {
        noteRates(known.settings, report, steps.at(-1));
        steps.push(report);
        if (report.snapshot !== undefined) snapshots.push(report.snapshot);
      }
      timer ??= setTimeout(show, PAUSE);
    }
    end({ status: "done" });
  } catch (error) {
    if ((error as Error).name === "AbortError") return;
    end({ status: "failed", error: failureOf(error) });
  }
}

/** What the reader changed on the way belongs to the run, and so to its address. */
function noteRates({ rates }: Settings, report: StepReport, before: StepReport | undefined): void {
  if (asked.value?.lr === report.lr && asked.value.weightDecay === report.weightDecay) asked.value = null;
  const isChanged =
    before !== undefined && (before.lr !== report.lr || before.weightDecay !== report.weightDecay);
  if (!isChanged || rates.some(({ step }) => step === report.step)) return;
  const { step, lr, weightDecay } = report;
  settings.value = {
    ...settings.value,
    rates: [...settings.value.rates.filter((change) => change.step < step), { step, lr, weightDecay }],
  };
}

async function begin(input: FitInput, opened: string | undefined): Promise<void> {
  current?.cancel();
  current = undefined;
  asked.value = null;
  const first: RunState = {
    settings: settings.value,
    status: "starting",
    error: undefined,
    test: undefined,
    steps: [],
    snapshots: [],
    opened,
  };
  state.value = first;
  const worker = open();
  const backend = await backendOfSession();
  if (state.value !== first) return; // started again meanwhile
  current = worker.start({ ...input, backend });
  void follow(current, first);
}

/** Trains anew, with what is set, and shows the latest moment. */
export async function start(): Promise<void> {
  shownStep.value = null;
  await begin(inputOf(settings.value), undefined);
}

/** Trains what the address says, unless that is what is shown already. The address says which moment is shown, too. */
export async function startFromAddress(): Promise<void> {
  if (state.value === null || isStale(state.value, settings.value)) {
    await begin(inputOf(settings.value), undefined);
  }
}

/** Shows a network as it comes from a file, without training it. It is known to fit: see `checkWeights`. */
export async function startFrom(name: string, { layers, data, weights }: Model): Promise<void> {
  change({ layers });
  if (data !== settings.value.data) changeData(data);
  shownStep.value = null;
  await begin({ ...inputOf(settings.value), steps: 0, weights }, name);
}

/** Whether what is set can go on from a file's weights: another network has no use for them. */
export function canGoOn(known: RunState, { layers }: Settings): boolean {
  const isEnded = known.status === "done" && known.snapshots.length > 0;
  return known.opened !== undefined && isEnded && layersText(layers) === layersText(known.settings.layers);
}

/** Trains on from the weights of the shown moment, with what is set and an optimiser that has seen nothing. */
export async function trainOn(known: RunState): Promise<void> {
  const { weights } = snapshotAt(known, shownStep.value)!;
  shownStep.value = null;
  await begin({ ...inputOf(settings.value), weights }, known.opened);
}

function setStatus(status: Status): void {
  if (state.value !== null) state.value = { ...state.value, status };
}

export const isUnderWay = (known: RunState | null): boolean =>
  known !== null && ["starting", "running", "paused"].includes(known.status);

/** Stands still after a step whose network is recorded: the one after the report that is on its way. */
export async function pause(): Promise<void> {
  const paused = current;
  paused?.send({ everyStep: true });
  await paused?.pause();
  await paused?.step();
  if (paused !== current || !isUnderWay(state.value)) return;
  showNow(); // nothing more comes: what stands still is seen where it stands
  setStatus("paused");
}

export function resume(): void {
  current?.send({ everyStep: false });
  current?.resume();
  setStatus("running");
}

/** One step of the training on, which is then shown. */
export async function stepOnce(): Promise<void> {
  shownStep.value = null;
  await current?.step();
}

/** From the next step on. */
export function send(rates: Rates): void {
  if (!isUnderWay(state.value)) return;
  current?.send({ rates });
  asked.value = rates;
}

/** Whether what is set is what the run was started with. */
export function isStale(known: RunState, now: Settings): boolean {
  const text = ({ layers, rates, ...rest }: Settings): string =>
    JSON.stringify([layersText(layers as readonly Layer[]), rest, rates[0]]);
  return text(known.settings) !== text(now);
}

/** The snapshot of a step, or the one before it; the latest where none is asked for. */
export function snapshotAt(known: RunState, step: number | null): Snapshot | undefined {
  if (step === null) return known.snapshots.at(-1);
  return known.snapshots.filter((snapshot) => snapshot.step <= step).at(-1) ?? known.snapshots[0];
}
