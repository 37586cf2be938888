/** Small form controls of one look: a number with − and +, a choice of a few, a list, a slider, a button. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { words } from "../i18n/index.ts";
import { readNumber } from "./read-number.ts";

interface StepperProps {
  readonly label: string;
  /** Where the visible label is shared, what this one is called. */
  readonly name?: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
  readonly disabled?: boolean;
  readonly hideLabel?: boolean;
}

/** A whole number. */
export function Stepper({
  label,
  name = label,
  value,
  least,
  most,
  onChange,
  disabled,
  hideLabel,
}: StepperProps) {
  const id = useId();
  const set = (next: number): void => onChange(Math.max(least, Math.min(most, Math.round(next))));
  const { increase, decrease } = words.value.shell;
  return (
    <div class="field">
      {hideLabel ? null : <label for={id}>{label}</label>}
      <div class="stepper">
        <button
          type="button"
          aria-label={decrease(name)}
          disabled={disabled || value <= least}
          onClick={() => set(value - 1)}
        >
          −
        </button>
        <input
          id={id}
          type="text"
          inputMode="numeric"
          aria-label={hideLabel || name !== label ? name : undefined}
          value={value}
          disabled={disabled}
          onChange={(event) => {
            const next = readNumber(event.currentTarget.value);
            if (next === undefined) event.currentTarget.value = String(value);
            else set(next);
          }}
          onKeyDown={(event) => {
            const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
            if (by === 0) return;
            event.preventDefault();
            set(value + by);
          }}
        />
        <button
          type="button"
          aria-label={increase(name)}
          disabled={disabled || value >= most}
          onClick={() => set(value + 1)}
        >
          +
        </button>
      </div>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly options: readonly T[];
  readonly names: Readonly<Record<T, string>>;
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly hideLabel?: boolean;
}

/** One of a few, all in sight: a group of radio buttons drawn as one bar. */
export function Segmented<T extends string>({
  label,
  options,
  names,
  value,
  onChange,
  hideLabel,
}: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset class="field segmented-field">
      <legend class={hideLabel ? "visually-hidden" : ""}>{label}</legend>
      <div class="segmented">
        {options.map((option) => (
          <label class={option === value ? "chosen" : ""}>
            <input
              type="radio"
              name={name}
              value={option}
              checked={option === value}
              onChange={() => onChange(option)}
            />
            <span>{names[option]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** One of many. */
export function Select<T extends string>({
  label,
  options,
  names,
  value,
  onChange,
  hideLabel,
}: ChoiceProps<T>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id} class={hideLabel ? "visually-hidden" : ""}>
        {label}
      </label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map((option) => (
          <option value={option} selected={option === value}>
            {names[option]}
          </option>
        ))}
      </select>
    </div>
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
  /** The value as text. */
  readonly text: string;
}

export function Slider({ label, value, least, most, step, onChange, text }: SliderProps) {
  const id = useId();
  return (
    <div class="field slider">
      <label for={id}>{label}</label>
      <output for={id}>{text}</output>
      <input
        id={id}
        type="range"
        min={least}
        max={most}
        step={step}
        value={value}
        aria-valuetext={text}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
    </div>
  );
}

interface ButtonProps {
  readonly onClick: () => void;
  readonly children: ComponentChildren;
  readonly disabled?: boolean | undefined;
  readonly primary?: boolean;
  readonly pressed?: boolean;
  readonly label?: string;
}

export function Button({ onClick, children, disabled, primary, pressed, label }: ButtonProps) {
  return (
    <button
      type="button"
      class={`button${primary ? " primary" : ""}`}
      onClick={onClick}
      disabled={disabled}
      aria-pressed={pressed}
      aria-label={label}
      title={label}
    >
      {children}
    </button>
  );
}
