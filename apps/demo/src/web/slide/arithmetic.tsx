/** The present position in numbers: every product, the sums per channel, the total. */
import { words } from "../i18n/index.ts";
import { numberText } from "../ui/number-text.ts";
import { bracketed, Terms } from "../ui/terms.tsx";
import { firstChannel, type Layer, placeOf, type Step } from "./compute.ts";
import { isPlaying } from "./playback.ts";

export function Arithmetic({
  layer,
  step,
  at,
}: {
  readonly layer: Layer;
  readonly step: Step;
  readonly at: number;
}) {
  const text = words.value.slide;
  const [channel] = placeOf(layer.window, at);
  const first = firstChannel(layer.window, channel);
  const { face } = layer;
  const explanation =
    face === "gather" ? text.gatherText : face === "scatter" ? text.scatterText : text.collectText;
  const channels = step.products.map((_, c) => c);
  return (
    <section class="arithmetic" aria-label={text.arithmetic} aria-live={isPlaying.value ? "off" : "polite"}>
      <h2>{text.arithmetic}</h2>
      <p class="hint">{explanation}</p>
      {channels.map((c) => (
        <p class="sum-line">
          {channels.length > 1 ? <span class="sum-name">{text.partial(first + c)}: </span> : null}
          <Terms
            left={face === "scatter" ? null : step.patch![c]!}
            right={face === "collect" ? null : step.weights![c]!}
            cell={step.cell}
            separator={face === "gather" ? "+" : ","}
          />
          {face === "gather" ? <b class="sum-value"> = {numberText(step.partial[c]!, 6)}</b> : null}
        </p>
      ))}
      {face === "gather" && channels.length > 1 ? (
        <p class="sum-line sum-total">
          <span class="sum-name">{text.sum}: </span>
          <span class="terms">
            {step.partial.map((value, c) => `${c === 0 ? "" : " + "}${bracketed(value)}`).join("")}
          </span>
          <b class="sum-value"> = {numberText(step.cell, 6)}</b>
        </p>
      ) : null}
    </section>
  );
}
