/** The network, edited layer by layer, with the size of what each gives, and the images and steps that it is trained with. */
import { useRef } from "preact/hooks";
import { Button, Select, Stepper } from "../ui/controls.tsx";
import { ErrorNote } from "../ui/notes.tsx";
import { type Built, IMAGE_SHAPE } from "./build.ts";
import { DATA_NAMES, MOST_IMAGES } from "./data.ts";
import licence from "./fashion/LICENSE.txt?url";
import { INIT_NAMES, OPTIMIZER_NAMES } from "./fit.ts";
import {
  fieldsOf,
  KINDS,
  type Layer,
  layersText,
  MOST_LAYERS,
  NEW_LAYERS,
  NUMBERS,
  type NumberName,
  PRESET_NAMES,
  PRESETS,
  parseLayers,
} from "./layers.ts";
import { useWhenNear } from "./near.ts";
import { change, changeData, LIMITS, presetSettings, settings } from "./state.ts";
import { trainWords } from "./text.ts";

const shapeText = (shape: readonly number[]): string => shape.join(" × ");

/** `(28 + 2·2 − 5) / 1 + 1 = 28`, for layers that move a window. */
function formulaText(layer: Layer, input: readonly number[], output: readonly number[]): string | undefined {
  if (layer.kind !== "conv" && layer.kind !== "max" && layer.kind !== "avg") return undefined;
  const padding = layer.kind === "conv" ? layer.padding : 0;
  const { kernel, stride } = layer;
  const size = (input[1]! + 2 * padding - kernel) / stride + 1;
  const sum = `(${input[1]} + 2·${padding} − ${kernel}) / ${stride} + 1`;
  return Number.isInteger(size) ? `${sum} = ${output[1]}` : `⌊${sum}⌋ = ${output[1]}`;
}

interface RowProps {
  readonly layer: Layer;
  readonly index: number;
  readonly count: number;
  readonly size: string | undefined;
  readonly formula: string | undefined;
}

function replace(index: number, ...layers: readonly Layer[]): void {
  const all = settings.value.layers;
  change({ layers: [...all.slice(0, index), ...layers, ...all.slice(index + 1)] });
}

function swap(index: number, other: number): void {
  const layers = [...settings.value.layers];
  [layers[index], layers[other]] = [layers[other]!, layers[index]!];
  change({ layers });
}

function LayerRow({ layer, index, count, size, formula }: RowProps) {
  const text = trainWords.value;
  const n = index + 1;
  const values = layer as unknown as Readonly<Record<NumberName, number>>;
  return (
    <li class="layer-row" aria-label={text.layerNumber(n)}>
      <span class="layer-number" aria-hidden="true">
        {n}
      </span>
      <Select
        hideLabel
        label={text.kind(n)}
        options={KINDS}
        names={text.kinds}
        value={layer.kind}
        onChange={(kind) => replace(index, NEW_LAYERS[kind])}
      />
      <div class="layer-fields">
        {fieldsOf(layer.kind).map((name) => (
          <Stepper
            key={name}
            label={text.fields[name]}
            name={text.fieldOf(text.fields[name], n)}
            value={values[name]}
            least={NUMBERS[name][0]}
            most={NUMBERS[name][1]}
            onChange={(value) => replace(index, { ...layer, [name]: value } as Layer)}
          />
        ))}
        {layer.kind === "dropout" ? (
          <Select
            label={text.probability}
            options={["0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"]}
            names={Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`${i / 10}`, `${i / 10}`]))}
            value={String(layer.p)}
            onChange={(p) => replace(index, { kind: "dropout", p: Number(p) })}
          />
        ) : null}
      </div>
      <div class="layer-size">
        <span class="math">{size === undefined ? "" : `→ ${size}`}</span>
        {formula === undefined ? null : <span class="hint math">{formula}</span>}
      </div>
      <div class="layer-tools">
        <Button label={text.moveUp(n)} disabled={index === 0} onClick={() => swap(index, index - 1)}>
          ↑
        </Button>
        <Button label={text.moveDown(n)} disabled={n === count} onClick={() => swap(index, index + 1)}>
          ↓
        </Button>
        <Button label={text.remove(n)} onClick={() => replace(index)}>
          ×
        </Button>
      </div>
    </li>
  );
}

function PresetSelect() {
  const text = trainWords.value;
  const now = layersText(settings.value.layers);
  const preset = PRESET_NAMES.find((name) => layersText(parseLayers(PRESETS[name])!) === now) ?? "own";
  return (
    <Select
      label={text.preset}
      options={preset === "own" ? ([...PRESET_NAMES, "own"] as const) : PRESET_NAMES}
      names={text.presets}
      value={preset}
      onChange={(name) => {
        if (name !== "own") change(presetSettings(name));
      }}
    />
  );
}

function Setup() {
  const text = trainWords.value;
  const { data, images, batch, steps, seed, init, optimizer } = settings.value;
  return (
    <fieldset class="setup">
      <legend>{text.setup}</legend>
      <Select
        label={text.data}
        options={DATA_NAMES}
        names={text.dataNames}
        value={data}
        onChange={changeData}
      />
      <Stepper
        label={text.imageCount}
        value={images}
        least={1}
        most={MOST_IMAGES[data]}
        onChange={(value) => change({ images: value })}
      />
      <Stepper
        label={text.batch}
        value={batch}
        least={LIMITS.batch[0]}
        most={LIMITS.batch[1]}
        onChange={(value) => change({ batch: value })}
      />
      <Stepper
        label={text.steps}
        value={steps}
        least={LIMITS.steps[0]}
        most={LIMITS.steps[1]}
        onChange={(value) => change({ steps: value })}
      />
      <Select
        label={text.init}
        options={INIT_NAMES}
        names={text.inits}
        value={init}
        onChange={(value) => change({ init: value })}
      />
      <Select
        label={text.optimizer}
        options={OPTIMIZER_NAMES}
        names={text.optimizers}
        value={optimizer}
        onChange={(value) => change({ optimizer: value })}
      />
      <Stepper
        label={text.seed}
        value={seed}
        least={LIMITS.seed[0]}
        most={LIMITS.seed[1]}
        onChange={(value) => change({ seed: value })}
      />
      <p class="hint">
        {text.dataNotes[data]} {data === "fashion" ? <a href={licence}>{text.licence}</a> : null}{" "}
        {text.seedHint}
      </p>
    </fieldset>
  );
}

/** Why the network cannot be trained: in the reader's words, and in the library's where it has any. */
function Misfit({ built }: NetworkProps) {
  if (built === undefined) return null;
  const { error, wrongOutput } = built;
  const sentence =
    wrongOutput === undefined
      ? undefined
      : trainWords.value.wrongOutput(shapeText(wrongOutput), wrongOutput.length > 1);
  if (error !== undefined) return <ErrorNote error={error} sentence={sentence} />;
  return sentence === undefined ? null : (
    <div class="error-note" role="alert">
      <p>{sentence}</p>
    </div>
  );
}

interface NetworkProps {
  /** The layers that are set, or those before the latest change. */
  readonly built: Built | undefined;
}

function Network({ built }: NetworkProps) {
  const text = trainWords.value;
  const { layers } = settings.value;
  const parameters = built?.layers
    .flatMap(({ module }) => module.parameters())
    .reduce((sum, parameter) => sum + parameter.numel(), 0);
  return (
    <div class="network-columns">
      <div>
        <p class="layer-input">
          {text.image} <span class="math">{shapeText(IMAGE_SHAPE)}</span>
        </p>
        <ol class="layer-list">
          {layers.map((layer, i) => {
            const known = built?.layers[i];
            return (
              <LayerRow
                key={i}
                layer={layer}
                index={i}
                count={layers.length}
                size={known === undefined ? undefined : shapeText(known.output)}
                formula={known === undefined ? undefined : formulaText(layer, known.input, known.output)}
              />
            );
          })}
        </ol>
        <Misfit built={built} />
        <div class="layer-foot">
          <Button
            disabled={layers.length >= MOST_LAYERS}
            onClick={() =>
              change({ layers: [...layers.slice(0, -1), NEW_LAYERS.linear, ...layers.slice(-1)] })
            }
          >
            {text.addLayer}
          </Button>
          <span class="hint">{parameters === undefined ? "" : text.parameters(parameters)}</span>
          <span class="hint">{text.formula}</span>
        </div>
      </div>
      <Setup />
    </div>
  );
}

export function NetworkCard(props: NetworkProps) {
  const box = useRef<HTMLElement>(null);
  const shown = useWhenNear(box, props);
  return (
    <section class="card network-card" aria-labelledby="train-network" ref={box}>
      <header class="card-header">
        <h2 id="train-network">{trainWords.value.network}</h2>
        <PresetSelect />
      </header>
      {shown === undefined ? null : <Network {...shown} />}
    </section>
  );
}
