/** The slide tab: what it is, the example, the stage, and everything that explains the present position. */
import { useEffect, useState } from "preact/hooks";
import { useComputed } from "../compute/latest.ts";
import { backendChoice, backendLabel } from "../compute/session.ts";
import { words } from "../i18n/index.ts";
import { useClicker } from "../talk/keys.ts";
import { Segmented, Select } from "../ui/controls.tsx";
import { CodePanel, ErrorNote, Legend } from "../ui/notes.tsx";
import { fixedText } from "../ui/number-text.ts";
import { Arithmetic } from "./arithmetic.tsx";
import type { Planes } from "./arrays.ts";
import { ChainView } from "./chain/chain-view.tsx";
import { outputPosition } from "./chain/compute.ts";
import { computeLayer, computeStep, type Layer, positionCount } from "./compute.ts";
import { EXAMPLES, type ExampleName, exampleOf, exampleState } from "./examples.ts";
import { Formula } from "./formula.tsx";
import { GeometryControls } from "./geometry-controls.tsx";
import { LayerChoice } from "./layer-choice.tsx";
import { MatrixView } from "./matrix-view.tsx";
import { move, startPlayback, steps } from "./playback.ts";
import { programOf } from "./program.ts";
import { largest, Stage } from "./stage.tsx";
import { change, isStepping, position, slide, VIEWS, type View } from "./state.ts";
import { EditTools, type Tool, Transport, useShortcuts } from "./transport.tsx";

function ExampleChoice() {
  const text = words.value.slide;
  const current = exampleOf(slide.value);
  const options: readonly (ExampleName | "own")[] = current === undefined ? ["own", ...EXAMPLES] : EXAMPLES;
  return (
    <Select
      label={text.example}
      options={options}
      names={{ ...text.examples, own: text.ownExample }}
      value={current ?? "own"}
      onChange={(name) => {
        if (name === "own") return;
        change({ ...exampleState(name), view: slide.value.view });
        position.value = outputPosition(slide.value);
        isStepping.value = false;
      }}
    />
  );
}

function why({ face, state }: Layer): string | undefined {
  const text = words.value.slide;
  if (face === "scatter") return state.transposed ? text.scatterWhy.output : text.scatterWhy.gradient;
  if (face === "collect") return text.collectWhy;
  return state.transposed ? text.gatherWhy : undefined;
}

/** What the layer writes: its colours are the legend's. */
function resultOf({ face, large, small, kernel }: Layer): Planes {
  if (face === "collect") return kernel.flat();
  return face === "scatter" ? large : small;
}

/** A chain's kernels have no gradients of their own to watch. */
const CHAIN_VIEWS: readonly View[] = ["output", "input"];

export function SlideTab() {
  const text = words.value.slide;
  const { chain, view } = slide.value;
  const [tool, setTool] = useState<Tool>("edit");
  const [brush, setBrush] = useState(1);
  const tools = { tool, onTool: setTool, brush, onBrush: setBrush };
  useShortcuts();
  useClicker(move);
  useEffect(startPlayback, []);
  return (
    <div class="tab slide-tab">
      <div class="intro">
        <h2 class="tab-heading">{text.heading}</h2>
        <p>{text.intro}</p>
      </div>
      <div class="toolbar">
        <ExampleChoice />
        <LayerChoice />
        <Segmented
          label={text.view}
          options={chain === null ? VIEWS : CHAIN_VIEWS}
          names={text.views}
          value={chain === null || view === "output" ? view : "input"}
          onChange={(next) => {
            change({ view: next });
            if (chain !== null) position.value = outputPosition(slide.value);
          }}
        />
      </div>
      {chain === null ? <LayerView {...tools} /> : <ChainView {...tools} />}
      <CodePanel code={programOf(slide.value, backendChoice.value)} />
    </div>
  );
}

interface ToolProps {
  readonly tool: Tool;
  readonly onTool: (tool: Tool) => void;
  readonly brush: number;
  readonly onBrush: (value: number) => void;
}

/** The one layer. */
function LayerView({ tool, onTool, brush, onBrush }: ToolProps) {
  const text = words.value.slide;
  const state = slide.value;
  const layer = useComputed((backend) => computeLayer(backend, state), [state]);
  const count = layer.value === undefined ? 0 : positionCount(layer.value.window);
  const at = Math.max(0, Math.min(position.value, count - 1));
  const step = useComputed(
    async (backend) => ({ at, layer: layer.value, step: await computeStep(backend, state, at) }),
    [state, at, layer.value],
  );
  useEffect(() => {
    steps.value = count;
  }, [count]);

  const shown = layer.value;
  // A step belongs to the layer that it was computed with: between two results there is none for a moment.
  const current = step.value?.layer === shown ? step.value : undefined;
  const explanation = shown === undefined ? undefined : why(shown);
  return (
    <>
      <section class="card stage-card" aria-label={text.heading}>
        <Transport />
        {layer.error === undefined ? null : <ErrorNote error={layer.error} />}
        {shown === undefined ? null : (
          <>
            <Stage layer={shown} step={current?.step} brush={tool === "paint" ? brush : undefined} />
            <div class="stage-foot">
              <Legend scale={largest(resultOf(shown))} />
              <EditTools tool={tool} onTool={onTool} brush={brush} onBrush={onBrush} />
            </div>
            <p class="hint keys">{text.keys}</p>
          </>
        )}
      </section>
      {shown === undefined ? (
        <GeometryControls />
      ) : (
        <>
          <div class="columns">
            <section class="card explain">
              {explanation === undefined ? null : <p class="why">{explanation}</p>}
              {current === undefined ? null : (
                <Arithmetic layer={shown} step={current.step} at={current.at} />
              )}
              <Formula window={shown.window} state={shown.state} />
              <p class="hint timing">
                {text.computedIn(fixedText(layer.milliseconds, 1), backendLabel(layer.backend))}
              </p>
            </section>
            <GeometryControls />
          </div>
          <MatrixView layer={shown} at={at} />
        </>
      )}
    </>
  );
}
