/** The learn tab: gradient descent finds the book's edge kernel, or overshoots. */
import { useEffect } from "preact/hooks";
import { learnCode } from "../code/learn-code.ts";
import { useComputed } from "../compute/latest.ts";
import { backendChoice } from "../compute/session.ts";
import { words } from "../i18n/index.ts";
import { motionIsReduced } from "../state/appearance.ts";
import { tab } from "../state/route.ts";
import { useClicker } from "../talk/keys.ts";
import { Button, Slider, Stepper } from "../ui/controls.tsx";
import { Icon } from "../ui/icons.tsx";
import { CodePanel, ErrorNote, Legend } from "../ui/notes.tsx";
import { NumberGrid } from "../ui/number-grid.tsx";
import { fixedText, numberText } from "../ui/number-text.ts";
import { Signed } from "../ui/signed.tsx";
import { BookRuns } from "./book-runs.tsx";
import { computeDescent, computeSurface, type Descent } from "./descent.ts";
import { LossPlot } from "./loss-plot.tsx";
import { RateNotes } from "./rate-notes.tsx";
import { at, bindLearn, isRunning, MOST_STEPS, rate, runLength, start } from "./state.ts";
import { SurfaceView } from "./surface-view.tsx";

bindLearn();

/** Lets the steps of a run pass, one after the other. */
function usePlayback(): void {
  const running = isRunning.value;
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(
      () => {
        if (at.value >= runLength.value || tab.value !== "learn") isRunning.value = false;
        else at.value++;
      },
      motionIsReduced.peek() ? 900 : 350,
    );
    return () => clearInterval(timer);
  }, [running]);
}

function toggleRun(): void {
  if (!isRunning.value && at.value >= runLength.value) at.value = 0;
  isRunning.value = !isRunning.value;
}

function moveBy(by: 1 | -1): void {
  isRunning.value = false;
  at.value = Math.max(0, Math.min(runLength.value, at.value + by));
}

function RunControls() {
  const text = words.value.learn;
  const { slide } = words.value;
  return (
    <fieldset class="transport" aria-label={text.run}>
      <Button
        label={slide.first}
        onClick={() => {
          isRunning.value = false;
          at.value = 0;
        }}
      >
        <Icon name="first" />
      </Button>
      <Button label={slide.back} disabled={at.value === 0} onClick={() => moveBy(-1)}>
        <Icon name="back" />
      </Button>
      <Button primary label={isRunning.value ? slide.pause : slide.play} onClick={toggleRun}>
        <Icon name={isRunning.value ? "pause" : "play"} />
      </Button>
      <Button label={slide.step} disabled={at.value >= runLength.value} onClick={() => moveBy(1)}>
        <Icon name="step" />
      </Button>
      <span class="position">{text.stepOf(at.value, runLength.value)}</span>
      <Stepper
        label={text.steps}
        value={runLength.value}
        least={2}
        most={MOST_STEPS}
        onChange={(steps) => {
          const isComplete = at.value === runLength.value;
          runLength.value = steps;
          at.value = isComplete ? steps : Math.min(at.value, steps);
        }}
      />
    </fieldset>
  );
}

function RateSlider() {
  const text = words.value.learn;
  return (
    <div class="rate">
      <Slider
        label={text.rate}
        value={rate.value}
        least={0}
        most={0.045}
        step={0.0005}
        text={String(rate.value)}
        onChange={(value) => {
          rate.value = Math.round(value * 1e4) / 1e4;
        }}
      />
      <div class="rate-marks" aria-hidden="true">
        <span class="rate-mark rate-book">{text.bookMark}</span>
        <span class="rate-mark rate-limit">1/30</span>
      </div>
    </div>
  );
}

/** The image, what the kernel of this step makes of it, and what it should. */
function Prediction({ descent, step }: { readonly descent: Descent; readonly step: number }) {
  const text = words.value.learn;
  const [a, b] = descent.weights[step]!;
  const prediction = descent.predictions[step]!;
  return (
    <div class="stage prediction">
      <figure class="array">
        <figcaption>
          <strong>X</strong>
        </figcaption>
        <NumberGrid small label={text.image} values={descent.image} scale={1} />
      </figure>
      <Signed sign="⋆">
        <figure class="array">
          <figcaption>
            <strong>{text.kernelNow}</strong>
          </figcaption>
          <NumberGrid
            label={text.kernelNow}
            values={[[a, b]]}
            scale={1}
            format={(value) => fixedText(value, 4)}
          />
        </figure>
      </Signed>
      <Signed sign="=">
        <figure class="array">
          <figcaption>
            <strong>Ŷ</strong>
          </figcaption>
          <NumberGrid
            small
            label={text.prediction}
            values={prediction}
            scale={1}
            format={(value) => (Math.abs(value) < 100 ? fixedText(value, 1) : numberText(value, 1))}
          />
        </figure>
      </Signed>
      <figure class="array">
        <figcaption>
          <strong>Y</strong>
        </figcaption>
        <NumberGrid small label={text.target} values={descent.target} scale={1} />
      </figure>
    </div>
  );
}

/** A loss with the digits that the book prints. */
const printed = (loss: number): string => (loss < 1e6 ? fixedText(loss, 3) : numberText(loss, 5));

export function LearnTab() {
  const text = words.value.learn;
  const [a, b] = start.value;
  const [lr, steps] = [rate.value, runLength.value];
  const descent = useComputed((backend) => computeDescent(backend, [a, b], lr, steps), [a, b, lr, steps]);
  const surface = useComputed((backend) => computeSurface(backend), []);
  usePlayback();
  useClicker(moveBy);
  const run = descent.value;
  const step = run === undefined ? 0 : Math.min(at.value, run.losses.length - 1);
  return (
    <div class="tab learn-tab">
      <div class="intro">
        <h2 class="tab-heading">{text.heading}</h2>
        <p>{text.intro}</p>
      </div>
      <section class="card" aria-label={text.run}>
        <RunControls />
        {descent.error === undefined ? null : <ErrorNote error={descent.error} />}
        {run === undefined ? null : (
          <>
            <Prediction descent={run} step={step} />
            <p class="loss-now" data-loss={run.losses[step]}>
              {text.lossNow(step, numberText(run.losses[step]!, 5))}
            </p>
            <p class="hint loss-of-step">
              {step === 0 ? text.lossOfFirst : text.lossOfStep(step, printed(run.losses[step - 1]!))}
            </p>
            <Legend scale={1} />
          </>
        )}
      </section>
      <div class="columns learn-columns">
        <section class="card">
          {run === undefined || surface.value === undefined ? null : (
            <SurfaceView surface={surface.value} descent={run} />
          )}
        </section>
        <section class="card">
          <RateSlider />
          {run === undefined ? null : <LossPlot losses={run.losses} at={step} />}
          <RateNotes />
        </section>
      </div>
      <BookRuns />
      <CodePanel code={learnCode([a, b], lr, steps, backendChoice.value)} />
    </div>
  );
}
