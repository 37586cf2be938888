/** From pixel to sum: the window under the kernel, the products, what they add up to, and what is painted for it. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Matrix } from "../../chapter/filter-kernels.ts";
import { useComputed } from "../compute/latest.ts";
import { session } from "../compute/session.ts";
import { words } from "../i18n/index.ts";
import { bringIntoView } from "../ui/bring-into-view.ts";
import { Button, Segmented, Stepper } from "../ui/controls.tsx";
import { NumberGrid } from "../ui/number-grid.tsx";
import { numberText } from "../ui/number-text.ts";
import { Signed } from "../ui/signed.tsx";
import { bracketed, Terms } from "../ui/terms.tsx";
import { openInSlide } from "./open-in-slide.ts";
import { sumPixel } from "./pixel-sum.ts";
import type { Sample } from "./sample.ts";
import { COLOURS, colour, isHeld, type Pixel, pixel } from "./state.ts";

/** Which of two kernels, as the sums are called. */
const LETTERS = ["a", "b"] as const;

/** The channel whose sum is shown; null for grey. */
const channelOf = ({ settings }: Sample): number | null =>
  settings.gray ? null : COLOURS.indexOf(colour.value);

interface PixelPanelProps {
  readonly sample: Sample | null;
  /** Whether it changes by itself, again and again: nobody wants to hear all of that. */
  readonly isLive: boolean;
  /** Whether the reader has just chosen a pixel, and wants to see its sum. */
  readonly isAwaited: RefObject<boolean>;
}

export function PixelPanel({ sample, isLive, isAwaited }: PixelPanelProps) {
  const text = words.value.edges;
  return (
    <section class="pixel-panel" aria-labelledby="pixel-heading">
      <div class="pixel-controls">
        <h2 id="pixel-heading">{text.pixel}</h2>
        {sample === null ? null : <PixelControls sample={sample} channel={channelOf(sample)} />}
      </div>
      {sample === null ? null : (
        <Explanation sample={sample} channel={channelOf(sample)} isLive={isLive} isAwaited={isAwaited} />
      )}
      <p class="hint">{text.pixelHint}</p>
    </section>
  );
}

interface SampleProps {
  readonly sample: Sample;
  readonly channel: number | null;
}

type ExplanationProps = SampleProps & Pick<PixelPanelProps, "isLive" | "isAwaited">;

function Explanation({ sample, channel, isLive, isAwaited }: ExplanationProps) {
  const text = words.value.edges;
  const { settings, at } = sample;
  const { matrices } = settings.kernel;
  const { value } = useComputed(
    async (backend) => ({
      sample,
      ...(await sumPixel(backend, sample.window.cells, channel, matrices)),
    }),
    [sample, channel],
  );
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isAwaited.current || value?.sample !== sample || box.current === null) return;
    isAwaited.current = false;
    bringIntoView(box.current);
  }, [value]);
  const name = (what: string, n: number): string => (matrices.length === 1 ? what : `${what} ${n + 1}`);
  if (value?.sample.settings.kernel.matrices.length !== matrices.length) return null;
  return (
    <div ref={box} aria-live={isLive ? "off" : "polite"} class="pixel-sums">
      {matrices.map((matrix, n) => (
        <div class="pixel-sum">
          <div class="stage book-row">
            <Numbers label={text.window} values={value.window} />
            <Signed sign="⊙">
              <Numbers label={name(text.kernel, n)} values={matrix} />
            </Signed>
            <Signed sign="=">
              <Numbers label={name(text.products, n)} values={value.kernels[n]!.products} />
            </Signed>
          </div>
          <p class="sum-line">
            {matrices.length === 1 ? null : <span>{LETTERS[n]} = </span>}
            <Terms left={value.window} right={matrix} cell={0} separator="+" />
            <b class="sum-value"> = {numberText(value.kernels[n]!.sum)}</b>
          </p>
        </div>
      ))}
      <p class="painted">
        {matrices.length === 1 ? null : (
          <span class="sum-line">
            √({value.kernels.map(({ sum }) => `${bracketed(sum)}²`).join(" + ")}) ={" "}
            <b class="sum-value">{numberText(value.result)}</b>
          </span>
        )}
        <span>
          {text.painted(
            at,
            numberText(value.result),
            String(sample.painted[channel ?? 0]),
            text.finishes[settings.finish],
          )}
        </span>
      </p>
    </div>
  );
}

function Numbers({ label, values }: { readonly label: string; readonly values: Matrix }) {
  return (
    <figure class="array">
      <figcaption>{label}</figcaption>
      <NumberGrid small label={label} values={values} scale={Math.max(...values.flat().map(Math.abs))} />
    </figure>
  );
}

function PixelControls({ sample, channel }: SampleProps) {
  const text = words.value.edges;
  const { at, size } = sample;
  const { backend } = session.value;
  const move = (next: Pixel): void => {
    pixel.value = next;
    isHeld.value = true;
  };
  return (
    <div class="pixel-controls">
      <Stepper
        label={text.row}
        value={at[0]}
        least={0}
        most={size.height - 1}
        onChange={(row) => move([row, at[1]])}
      />
      <Stepper
        label={text.column}
        value={at[1]}
        least={0}
        most={size.width - 1}
        onChange={(column) => move([at[0], column])}
      />
      {channel === null ? null : (
        <Segmented
          label={text.colour}
          options={COLOURS}
          names={text.colours}
          value={colour.value}
          onChange={(next) => {
            colour.value = next;
          }}
        />
      )}
      <Button
        pressed={isHeld.value}
        onClick={() => {
          pixel.value = at;
          isHeld.value = !isHeld.value;
        }}
      >
        {text.hold}
      </Button>
      <Button onClick={() => void openInSlide(backend, sample, channel)}>{text.openInSlide}</Button>
    </div>
  );
}
