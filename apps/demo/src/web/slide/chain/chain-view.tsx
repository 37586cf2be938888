/** The stage of a chain, and everything that explains the present cell. */
import { useEffect } from "preact/hooks";
import { useComputed } from "../../compute/latest.ts";
import { backendLabel } from "../../compute/session.ts";
import { words } from "../../i18n/index.ts";
import { ErrorNote, Legend } from "../../ui/notes.tsx";
import { fixedText } from "../../ui/number-text.ts";
import { Formula } from "../formula.tsx";
import { steps } from "../playback.ts";
import { largest } from "../stage.tsx";
import { position, slide } from "../state.ts";
import { EditTools, type Tool, Transport } from "../transport.tsx";
import { ChainArithmetic, FieldNote } from "./chain-arithmetic.tsx";
import { ChainStage } from "./chain-stage.tsx";
import { chainPositions, computeChain, computeChainStep, placeAt } from "./compute.ts";
import { LayerControls } from "./layer-controls.tsx";
import { gradientName, layerName } from "./names.ts";

interface ChainViewProps {
  readonly tool: Tool;
  readonly onTool: (tool: Tool) => void;
  readonly brush: number;
  readonly onBrush: (value: number) => void;
}

export function ChainView({ tool, onTool, brush, onBrush }: ChainViewProps) {
  const text = words.value.slide;
  const state = slide.value;
  const found = useComputed((backend) => computeChain(backend, state), [state]);
  const chain = found.value;
  const count = chain === undefined ? 0 : chainPositions(chain);
  const at = Math.max(0, Math.min(position.value, count - 1));
  const step = useComputed(
    async (backend) => ({ chain, step: chain && (await computeChainStep(backend, chain, at)) }),
    [chain, at],
  );
  useEffect(() => {
    steps.value = count;
  }, [count]);
  // A step belongs to the chain that it was computed with: between two results there is none for a moment.
  const current = step.value?.chain === chain ? step.value?.step : undefined;
  const place = chain && placeAt(chain, at);
  const layers = chain?.stages.length ?? 0;
  return (
    <>
      <section class="card stage-card" aria-label={text.chain.heading}>
        <Transport />
        {found.error === undefined ? null : <ErrorNote error={found.error} />}
        {chain === undefined || place === undefined ? null : (
          <>
            {layers === 1 ? null : (
              <p class="chain-place">
                {text.chain.layer(place.stage + 1)}, {layerName(chain.stages[place.stage]!.layer)}
                {chain.gradients === null
                  ? null
                  : `: ${gradientName(place.stage + 1, layers)} → ${gradientName(place.stage, layers)}`}
              </p>
            )}
            <ChainStage chain={chain} step={current} at={at} brush={tool === "paint" ? brush : undefined} />
            <div class="stage-foot">
              <Legend scale={largest((chain.gradients ?? chain.values).flat())} />
              <EditTools tool={tool} onTool={onTool} brush={brush} onBrush={onBrush} />
            </div>
            <p class="hint keys">{text.keys}</p>
          </>
        )}
      </section>
      <div class="columns">
        {chain === undefined || place === undefined ? null : (
          <section class="card explain">
            {current === undefined ? null : <ChainArithmetic chain={chain} step={current} />}
            <FieldNote chain={chain} place={place} />
            <Formula window={chain.stages[place.stage]!.window} state={chain.state} />
            <p class="hint timing">
              {text.computedIn(fixedText(found.milliseconds, 1), backendLabel(found.backend))}
            </p>
          </section>
        )}
        <LayerControls />
      </div>
    </>
  );
}
