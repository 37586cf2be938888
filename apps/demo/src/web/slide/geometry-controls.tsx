/** Sizes, stride, padding, dilation, groups: everything that the library takes. */
import { words } from "../i18n/index.ts";
import { Select, Stepper } from "../ui/controls.tsx";
import { LIMITS, type Size } from "./arrays.ts";
import { resize, type Sizes, sizesOf } from "./resize.ts";
import { change, PADDING_MODES, type SlideState, slide } from "./state.ts";

type PairName = "stride" | "padding" | "dilation" | "outputPadding";

function PairField(props: {
  readonly label: string;
  readonly name: PairName;
  readonly value: Size;
  readonly least: number;
  readonly most: number;
  readonly disabled?: boolean;
}) {
  const { label, name, value, least, most, disabled = false } = props;
  const { vertical, horizontal } = words.value.slide;
  const set = (axis: 0 | 1, next: number): void => {
    const pair: Size = axis === 0 ? [next, value[1]] : [value[0], next];
    change({ [name]: pair } as Partial<SlideState>);
  };
  return (
    <fieldset class="field pair">
      <legend>{label}</legend>
      {([vertical, horizontal] as const).map((direction, axis) => (
        <Stepper
          hideLabel
          label={direction}
          name={`${label}, ${direction}`}
          value={value[axis]!}
          least={least}
          most={most}
          disabled={disabled}
          onChange={(next) => set(axis as 0 | 1, next)}
        />
      ))}
    </fieldset>
  );
}

function SizeField(props: {
  readonly label: string;
  readonly rows: "height" | "kernelHeight";
  readonly columns: "width" | "kernelWidth";
  readonly most: number;
}) {
  const text = words.value.slide;
  const sizes = sizesOf(slide.value);
  return (
    <fieldset class="field pair">
      <legend>{props.label}</legend>
      {([props.rows, props.columns] as const).map((name, axis) => (
        <Stepper
          hideLabel
          label={axis === 0 ? text.rows : text.columns}
          name={`${props.label}, ${axis === 0 ? text.rows : text.columns}`}
          value={sizes[name]}
          least={1}
          most={props.most}
          onChange={(next) => change(resize(slide.value, { [name]: next }))}
        />
      ))}
    </fieldset>
  );
}

function CountField({
  label,
  name,
}: {
  readonly label: string;
  readonly name: "channels" | "outputs" | "groups";
}) {
  const sizes: Sizes = sizesOf(slide.value);
  return (
    <Stepper
      label={label}
      value={sizes[name]}
      least={1}
      most={LIMITS.channels}
      onChange={(next) => change(resize(slide.value, { [name]: next }))}
    />
  );
}

export function GeometryControls() {
  const text = words.value.slide;
  const state = slide.value;
  const isSame = state.padding === "same";
  const numbers: Size = state.padding === "same" ? [0, 0] : state.padding;
  return (
    <section class="card controls" aria-label={text.controls}>
      <h2>{text.controls}</h2>
      <div class="fields">
        <SizeField label={text.inputSize} rows="height" columns="width" most={LIMITS.side} />
        <SizeField label={text.kernelSize} rows="kernelHeight" columns="kernelWidth" most={LIMITS.kernel} />
        <PairField label={text.stride} name="stride" value={state.stride} least={1} most={LIMITS.stride} />
        <PairField
          label={text.padding}
          name="padding"
          value={numbers}
          least={0}
          most={LIMITS.padding}
          disabled={isSame}
        />
        {state.transposed ? (
          <PairField
            label={text.outputPadding}
            name="outputPadding"
            value={state.outputPadding}
            least={0}
            most={LIMITS.stride}
          />
        ) : (
          <>
            <div class="field same-field">
              <label class="checkbox">
                <input
                  type="checkbox"
                  checked={isSame}
                  onChange={() => change({ padding: isSame ? [0, 0] : "same" })}
                />
                <span>
                  {text.padding}: <code>{text.paddingSame}</code>
                </span>
              </label>
            </div>
            <Select
              label={text.paddingMode}
              options={PADDING_MODES}
              names={text.paddingModes}
              value={state.paddingMode}
              onChange={(paddingMode) => change({ paddingMode })}
            />
          </>
        )}
        <PairField
          label={text.dilation}
          name="dilation"
          value={state.dilation}
          least={1}
          most={LIMITS.dilation}
        />
        <CountField label={text.channelsIn} name="channels" />
        <CountField label={text.channelsOut} name="outputs" />
        <CountField label={text.groups} name="groups" />
      </div>
    </section>
  );
}
