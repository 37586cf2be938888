/** The input's size, and the list of layers: what kind each is, and how it lies. */
import { words } from "../../i18n/index.ts";
import { Button, Select, Stepper } from "../../ui/controls.tsx";
import { LIMITS, type Size } from "../arrays.ts";
import { resizeInput, resizeKernel } from "../resize-arrays.ts";
import { change, slide } from "../state.ts";
import {
  type ChainLayer,
  type ConvLayer,
  fitted,
  isPool,
  LAYER_KINDS,
  MOST_LAYERS,
  newLayer,
  type PoolLayer,
} from "./layers.ts";

function changeChain(chain: readonly ChainLayer[]): void {
  change({ chain: fitted(slide.value.input.length, chain) });
}

interface PairProps {
  readonly label: string;
  /** Of the layer, for those who do not see where the field stands. */
  readonly of: string;
  readonly value: Size;
  readonly least: number;
  readonly most: number;
  readonly onChange: (value: Size) => void;
}

function PairOf({ label, of, value, least, most, onChange }: PairProps) {
  const { vertical, horizontal } = words.value.slide;
  return (
    <fieldset class="field pair">
      <legend>{label}</legend>
      {[vertical, horizontal].map((direction, axis) => (
        <Stepper
          hideLabel
          label={direction}
          name={`${of}: ${label}, ${direction}`}
          value={value[axis]!}
          least={least}
          most={most}
          onChange={(next) => onChange(axis === 0 ? [next, value[1]] : [value[0], next])}
        />
      ))}
    </fieldset>
  );
}

function InputFields() {
  const text = words.value.slide;
  const { input, chain } = slide.value;
  const size: Size = [input[0]!.length, input[0]![0]!.length];
  const set = (channels: number, [height, width]: Size): void =>
    change({
      input: resizeInput(input, [channels, height, width]),
      chain: fitted(channels, chain!),
    });
  return (
    <div class="fields">
      <PairOf
        label={text.inputSize}
        of={text.names.input}
        value={size}
        least={1}
        most={LIMITS.side}
        onChange={(next) => set(input.length, next)}
      />
      <Stepper
        label={text.channelsIn}
        value={input.length}
        least={1}
        most={LIMITS.channels}
        onChange={(channels) => set(channels, size)}
      />
    </div>
  );
}

interface FieldsProps<T> {
  readonly layer: T;
  readonly of: string;
  readonly onChange: (layer: ChainLayer) => void;
}

function Movement({ layer, of, onChange }: FieldsProps<ConvLayer | PoolLayer>) {
  const text = words.value.slide;
  return (
    <>
      <PairOf
        label={text.stride}
        of={of}
        value={layer.stride}
        least={1}
        most={LIMITS.stride}
        onChange={(stride) => onChange({ ...layer, stride })}
      />
      <PairOf
        label={text.padding}
        of={of}
        value={layer.padding}
        least={0}
        most={LIMITS.padding}
        onChange={(padding) => onChange({ ...layer, padding })}
      />
    </>
  );
}

function ConvFields({ layer, of, onChange }: FieldsProps<ConvLayer>) {
  const text = words.value.slide;
  const [block] = layer.kernel;
  const size: Size = [block![0]!.length, block![0]![0]!.length];
  const set = (outputs: number, [height, width]: Size): void =>
    onChange({ ...layer, kernel: resizeKernel(layer.kernel, [outputs, block!.length, height, width]) });
  return (
    <>
      <PairOf
        label={text.kernelSize}
        of={of}
        value={size}
        least={1}
        most={LIMITS.kernel}
        onChange={(next) => set(layer.kernel.length, next)}
      />
      <Movement layer={layer} of={of} onChange={onChange} />
      <Stepper
        label={text.channelsOut}
        name={`${of}: ${text.channelsOut}`}
        value={layer.kernel.length}
        least={1}
        most={LIMITS.channels}
        onChange={(outputs) => set(outputs, size)}
      />
    </>
  );
}

export function LayerControls() {
  const text = words.value.slide;
  const chain = slide.value.chain!;
  return (
    <section class="card controls" aria-label={text.chain.layers}>
      <h2>{text.chain.layers}</h2>
      <InputFields />
      <ol class="chain-layers">
        {chain.map((layer, n) => {
          const of = text.chain.layer(n + 1);
          const set = (next: ChainLayer): void => changeChain(chain.map((old, i) => (i === n ? next : old)));
          return (
            <li>
              <div class="chain-layer-head">
                <Select
                  label={of}
                  options={LAYER_KINDS}
                  names={text.chain.kinds}
                  value={layer.kind}
                  onChange={(kind) => set(newLayer(kind))}
                />
                {chain.length === 1 ? null : (
                  <Button
                    label={text.chain.remove(n + 1)}
                    onClick={() => changeChain(chain.filter((_, i) => i !== n))}
                  >
                    ×
                  </Button>
                )}
              </div>
              <div class="fields">
                {layer.kind === "conv" ? <ConvFields layer={layer} of={of} onChange={set} /> : null}
                {isPool(layer) ? (
                  <>
                    <PairOf
                      label={text.chain.window}
                      of={of}
                      value={layer.size}
                      least={1}
                      most={LIMITS.kernel}
                      onChange={(size) => set({ ...layer, size })}
                    />
                    <Movement layer={layer} of={of} onChange={set} />
                  </>
                ) : null}
              </div>
            </li>
          );
        })}
      </ol>
      <Button
        disabled={chain.length >= MOST_LAYERS}
        onClick={() => changeChain([...chain, newLayer("relu")])}
      >
        {text.chain.add}
      </Button>
    </section>
  );
}
