/** The training: going, standing still, step by step; its rates; its curves; and any of its moments again. */
import { useMemo } from "preact/hooks";
import { Button, Slider } from "../ui/controls.tsx";
import { Icon } from "../ui/icons.tsx";
import { ErrorNote } from "../ui/notes.tsx";
import { numberText } from "../ui/number-text.ts";
import { type Curve, Curves } from "./curves.tsx";
import type { Snapshot, StepReport } from "./fit.ts";
import {
  askedRates,
  canGoOn,
  isStale,
  isUnderWay,
  pause,
  type RunState,
  resume,
  send,
  start,
  stepOnce,
  trainOn,
} from "./run.ts";
import { change, LIMITS, RATE, settings, shownStep } from "./state.ts";
import { trainWords } from "./text.ts";

interface TransportProps {
  readonly run: RunState;
  /** Whether the network that is set can be trained. */
  readonly canTrain: boolean;
}

function Transport({ run, canTrain }: TransportProps) {
  const text = trainWords.value;
  const isRunning = run.status === "running" || run.status === "starting";
  const stale = isStale(run, settings.value);
  const goesOn = canTrain && canGoOn(run, settings.value);
  return (
    <>
      <fieldset class="transport" aria-label={text.training}>
        {isUnderWay(run) ? (
          <>
            <Button
              primary={!stale}
              label={isRunning ? text.pause : text.goOn}
              onClick={isRunning ? pause : resume}
            >
              <Icon name={isRunning ? "pause" : "play"} />
            </Button>
            <Button label={text.step} disabled={run.status !== "paused"} onClick={stepOnce}>
              <Icon name="step" />
            </Button>
          </>
        ) : null}
        {goesOn ? (
          <Button primary onClick={() => trainOn(run)}>
            <Icon name="play" />
            {text.trainOn}
          </Button>
        ) : null}
        <Button primary={!goesOn && (stale || !isUnderWay(run))} disabled={!canTrain} onClick={() => start()}>
          <Icon name="reset" />
          {goesOn ? text.fromNothing : stale ? text.trainThis : text.again}
        </Button>
        <span class="position" data-status={run.status}>
          {text.stepOf(run.steps.at(-1)?.step ?? 0, run.settings.steps)}, {text.statuses[run.status]}
        </span>
      </fieldset>
      {goesOn ? <p class="hint">{text.trainOnHint(run.opened!)}</p> : null}
      {stale && !goesOn ? <p class="hint">{text.stale}</p> : null}
      {canTrain ? null : <p class="hint">{text.cannotTrain}</p>}
    </>
  );
}

/** Positions of the logarithmic slider in a power of ten. */
const MARKS = 10;

/** Two digits: 0.0316 is not what anybody sets. */
const rounded = (rate: number): number => Number(rate.toPrecision(2));

function RateSliders({ run }: { readonly run: RunState }) {
  const text = trainWords.value;
  const last = run.steps.at(-1);
  const { rates } = settings.value;
  // Under way, what the network learns with; otherwise, what the next run begins with.
  const now = askedRates.value ?? (isUnderWay(run) && last !== undefined ? rates.at(-1)! : rates[0]!);
  const set = (part: Partial<typeof now>): void => {
    const { lr, weightDecay } = { ...now, ...part };
    const isChange = isUnderWay(run) && last !== undefined;
    if (isChange) send({ lr, weightDecay });
    else change({ rates: [{ step: 1, lr, weightDecay }] });
  };
  return (
    <div class="rates">
      <Slider
        label={text.rate}
        value={Math.round(MARKS * Math.log10(Math.max(now.lr, RATE.least)))}
        least={MARKS * Math.log10(RATE.least)}
        most={MARKS * Math.log10(RATE.most)}
        step={1}
        text={numberText(now.lr)}
        onChange={(mark) => set({ lr: rounded(10 ** (mark / MARKS)) })}
      />
      <Slider
        label={text.weightDecay}
        value={now.weightDecay}
        least={0}
        most={LIMITS.weightDecay[1] / 5}
        step={0.001}
        text={numberText(now.weightDecay)}
        onChange={(weightDecay) => set({ weightDecay: Math.round(weightDecay * 1000) / 1000 })}
      />
      <p class="hint">{text.rateHint}</p>
      {rates.length === 1 ? null : (
        <p class="hint rate-changes">
          {rates.slice(1).map(({ step, lr, weightDecay }) => (
            <span>{text.rateChange(step, numberText(lr), numberText(weightDecay))} </span>
          ))}
          <Button onClick={() => change({ rates: rates.slice(0, 1) })}>{text.forgetChanges}</Button>
        </p>
      )}
    </div>
  );
}

function Moment({ run, shown }: { readonly run: RunState; readonly shown: Snapshot }) {
  const text = trainWords.value;
  const steps = run.snapshots.map(({ step }) => step);
  return (
    <div class="moment">
      <Slider
        label={text.moment}
        value={steps.indexOf(shown.step)}
        least={0}
        most={steps.length - 1}
        step={1}
        text={text.momentText(shown.step)}
        onChange={(i) => {
          shownStep.value = i === steps.length - 1 ? null : steps[i]!;
        }}
      />
      <Button
        pressed={shownStep.value === null}
        onClick={() => {
          shownStep.value = null;
        }}
      >
        {text.latest}
      </Button>
      <p class="hint">{text.momentHint}</p>
    </div>
  );
}

function verdict({ train, test }: Snapshot): "none" | "some" | "much" | "young" {
  const gap = train.accuracy - test.accuracy;
  if (train.accuracy < 0.5) return "young";
  if (gap > 0.12) return "much";
  return gap > 0.04 ? "some" : "none";
}

/** Training and test side by side. */
function Scores({ shown }: { readonly shown: Snapshot }) {
  const text = trainWords.value;
  const rows = [
    [text.onTrain, "train", shown.train],
    [text.onTest, "test", shown.test],
  ] as const;
  return (
    <div class="scores">
      <table class="data">
        <caption class="visually-hidden">{text.scores}</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">{text.loss}</th>
            <th scope="col">{text.accuracy}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, key, score]) => (
            <tr class={`score-${key}`} data-accuracy={score.accuracy} data-loss={score.loss}>
              <th scope="row">
                <span class={`curve-key curve-${key}`}>{name}</span>
              </th>
              <td>{numberText(score.loss, 3)}</td>
              <td>{text.percent(score.accuracy)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="hint">{text.overfitting[verdict(shown)]}</p>
    </div>
  );
}

/** As many points as a screen can show. */
const MOST_POINTS = 400;

function thinned(steps: readonly StepReport[], value: (step: StepReport) => number): Curve["points"] {
  const every = Math.max(1, Math.ceil(steps.length / MOST_POINTS));
  return steps.filter((_, i) => i % every === 0).map((step) => [step.step, value(step)] as const);
}

function RunCurves({ run, shown }: { readonly run: RunState; readonly shown: Snapshot }) {
  const text = trainWords.value;
  const { steps, snapshots } = run;
  const of = (key: "loss" | "accuracy"): Curve[] => [
    ...(key === "loss"
      ? [{ name: text.batches, look: "batches", points: thinned(steps, ({ loss }) => loss) } as const]
      : []),
    { name: text.onTrain, look: "train", points: snapshots.map(({ step, train }) => [step, train[key]]) },
    { name: text.onTest, look: "test", points: snapshots.map(({ step, test }) => [step, test[key]]) },
  ];
  const [losses, accuracies] = useMemo(() => [of("loss"), of("accuracy")], [steps, snapshots, text]);
  const shared = { steps: run.settings.steps, at: shown.step, stepName: text.stepAxis };
  return (
    <div class="run-curves">
      <Curves
        {...shared}
        title={text.lossCurve}
        curves={losses!}
        description={text.curveText(
          text.loss,
          numberText(shown.train.loss, 3),
          numberText(shown.test.loss, 3),
          shown.step,
        )}
      />
      <Curves
        {...shared}
        share
        title={text.accuracyCurve}
        curves={accuracies!}
        description={text.curveText(
          text.accuracy,
          text.percent(shown.train.accuracy),
          text.percent(shown.test.accuracy),
          shown.step,
        )}
      />
    </div>
  );
}

interface RunCardProps {
  readonly run: RunState;
  /** The run whose numbers are shown: the one before, until this one has any. */
  readonly seen: RunState;
  readonly shown: Snapshot | undefined;
  readonly canTrain: boolean;
}

export function RunCard({ run, seen, shown, canTrain }: RunCardProps) {
  const text = trainWords.value;
  // What is wrong with the network is said beside it.
  const isOwn = canTrain && !isStale(run, settings.value);
  return (
    <section class="card run-card" aria-labelledby="train-run">
      <h2 id="train-run">{text.training}</h2>
      <Transport run={run} canTrain={canTrain} />
      {run.error === undefined || !isOwn ? null : <ErrorNote error={run.error} />}
      {shown === undefined ? null : (
        <>
          <Moment run={seen} shown={shown} />
          <RunCurves run={seen} shown={shown} />
          <div class="run-foot">
            <Scores shown={shown} />
            <RateSliders run={run} />
          </div>
        </>
      )}
    </section>
  );
}
