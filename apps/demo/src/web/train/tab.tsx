/** The train tab: a network learns before the reader's eyes, and says what it takes a drawing for. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import { SIDE } from "../../train/pen.ts";
import { trainCode } from "../code/train-code.ts";
import { useComputed } from "../compute/latest.ts";
import { backendChoice } from "../compute/session.ts";
import { CodePanel, ErrorNote } from "../ui/notes.tsx";
import { fits } from "./build.ts";
import { ConfusionCard } from "./confusion-card.tsx";
import { drawnImage } from "./drawing.ts";
import { DrawingCard } from "./drawing-card.tsx";
import { FileCard } from "./file-card.tsx";
import { InsideCard } from "./inside-card.tsx";
import { builtFor, lookAt } from "./look.ts";
import { NetworkCard } from "./network-card.tsx";
import { type RunState, run, snapshotAt, startFromAddress } from "./run.ts";
import { RunCard } from "./run-card.tsx";
import { addressesRead, bindTrain, question, refusedNet, settings, shownStep } from "./state.ts";
import { trainWords } from "./text.ts";
import "./train.css";

bindTrain();

/** What the network is asked about, as it sees it; undefined while nothing is drawn, or a test image has not come. */
function useImage(known: RunState | null): Uint8Array | undefined {
  const asked = question.value;
  const test = known?.test;
  const data = known?.settings.data ?? settings.value.data;
  return useMemo(() => {
    if (asked.kind === "drawing") {
      return asked.strokes.length === 0 ? undefined : drawnImage(asked.strokes, data === "digits");
    }
    const [pixels, count] = [SIDE * SIDE, test?.classes.data.length ?? 0];
    if (asked.index >= count) return undefined;
    return (test!.images.data as Uint8Array).slice(asked.index * pixels, (asked.index + 1) * pixels);
  }, [asked, test, data]);
}

/** The latest run that has anything to show, so that the page does not fall together when another one begins. */
function useSeenRun(): RunState | null {
  const known = run.value;
  const last = useRef(known);
  if (known === null || known.snapshots.length > 0 || known.status === "failed") last.current = known;
  return last.current ?? known;
}

export function TrainTab() {
  const text = trainWords.value;
  const known = useSeenRun();
  useEffect(() => void startFromAddress(), [addressesRead.value]);
  const shown = known === null ? undefined : snapshotAt(known, shownStep.value);
  const layers = known?.settings.layers;
  const image = useImage(known);
  const look = useComputed(
    async (backend) =>
      shown === undefined || image === undefined ? undefined : lookAt(backend, layers!, shown, image),
    [shown, image],
  );
  const wanted = settings.value;
  const built = useComputed((backend) => builtFor(wanted.layers, backend), [wanted.layers]);
  // What it made of the image belongs to the layers of the run: not to those of the one before.
  const isOfRun = look.value?.layers.length === layers?.length;
  const seen = isOfRun && image !== undefined ? look.value : undefined;
  return (
    <div class="tab train-tab">
      {known?.opened === undefined ? null : (
        <p class="hint link-note" role="status">
          {text.notInLink(known.opened)}
        </p>
      )}
      <div class="intro">
        <h2 class="tab-heading">{text.heading}</h2>
        <p>{text.intro}</p>
      </div>
      {refusedNet.value === undefined ? null : (
        <div class="error-note" role="alert">
          <p>{text.refusedNet(refusedNet.value)}</p>
        </div>
      )}
      {known === null ? null : (
        <>
          <div class="train-top">
            <DrawingCard
              image={image}
              look={seen}
              data={known.settings.data}
              test={known.test}
              step={shown?.step}
            />
            <RunCard
              run={run.value!}
              seen={known}
              shown={shown}
              canTrain={built.value === undefined || fits(built.value)}
            />
          </div>
          {look.error === undefined ? null : <ErrorNote error={look.error} />}
          <NetworkCard built={built.value} />
          {shown === undefined ? null : (
            <>
              <InsideCard layers={known.settings.layers} snapshot={shown} look={seen} />
              {known.test === undefined ? null : (
                <ConfusionCard data={known.settings.data} test={known.test} snapshot={shown} />
              )}
            </>
          )}
          <FileCard run={known} shown={shown} />
        </>
      )}
      {built.value === undefined ? null : (
        <CodePanel code={trainCode(wanted, built.value, backendChoice.value)} />
      )}
    </div>
  );
}
