/** Inside the network: its first kernels, what every layer makes of the image, the gradient that reaches each layer. */
import { useRef } from "preact/hooks";
import { numberText } from "../ui/number-text.ts";
import type { Snapshot, Stored } from "./fit.ts";
import type { Layer } from "./layers.ts";
import type { LayerLook, Look } from "./look.ts";
import { useWhenNear } from "./near.ts";
import { largestOf } from "./paint.ts";
import { Plane } from "./planes.tsx";
import { trainWords } from "./text.ts";

/** How many maps of a layer are drawn, and how many numbers of a vector. */
const [MOST_MAPS, MOST_NUMBERS] = [32, 512];

function Kernels({ layers, snapshot }: { readonly layers: readonly Layer[]; readonly snapshot: Snapshot }) {
  const text = trainWords.value;
  const index = layers.findIndex(({ kind }) => kind === "conv");
  const weight: Stored | undefined = snapshot.weights[`${index}.weight`];
  return (
    <div>
      <h3>{text.kernels}</h3>
      {weight === undefined ? <p class="hint">{text.noKernels}</p> : <KernelPlanes weight={weight} />}
    </div>
  );
}

function KernelPlanes({ weight }: { readonly weight: Stored }) {
  const [outs, ins, height, width] = weight.shape as [number, number, number, number];
  const scale = largestOf(weight.data);
  const size = height * width;
  return (
    <div
      class="planes-row kernels"
      role="img"
      aria-label={trainWords.value.kernelsText(outs * ins, height, numberText(scale, 3))}
    >
      {Array.from({ length: Math.min(outs * ins, MOST_MAPS) }, (_, i) => (
        <Plane values={weight.data.subarray(i * size, (i + 1) * size)} size={[height, width]} scale={scale} />
      ))}
    </div>
  );
}

function Maps({ layer }: { readonly layer: LayerLook }) {
  const text = trainWords.value;
  const { shape, values } = layer;
  const scale = largestOf(values);
  const isMaps = shape.length === 3;
  const [count, height, width] = isMaps ? (shape as [number, number, number]) : [values.length, 1, 1];
  const what = isMaps ? text.maps(count, height, width) : text.vector(count);
  const most = isMaps ? MOST_MAPS : MOST_NUMBERS;
  return (
    <>
      <p class="maps-note hint">
        {what}
        {count > most ? `, ${text.firstMaps(most)}` : ""}
      </p>
      <div
        class={isMaps ? "planes-row maps" : "vector"}
        role="img"
        aria-label={text.mapsText(what, numberText(scale, 3))}
      >
        {isMaps ? (
          Array.from({ length: Math.min(count, most) }, (_, i) => (
            <Plane
              values={values.subarray(i * height * width, (i + 1) * height * width)}
              size={[height, width]}
              scale={scale}
            />
          ))
        ) : (
          <Plane values={values.subarray(0, most)} size={[1, Math.min(count, most)]} scale={scale} />
        )}
      </div>
    </>
  );
}

/** The smallest power of ten that the bars show. */
const LEAST_POWER = -8;

function Gradients({ layers, snapshot }: { readonly layers: readonly Layer[]; readonly snapshot: Snapshot }) {
  const text = trainWords.value;
  const { gradients } = snapshot;
  return (
    <div class="gradients">
      <h3>{text.gradients}</h3>
      <p class="hint">{gradients.length === 0 ? text.noGradients : text.gradientsText}</p>
      <ol class="gradient-bars">
        {gradients.map((size, i) => {
          const power = size > 0 ? Math.log10(size) : LEAST_POWER;
          const share = Math.max(0, Math.min(1, (power - LEAST_POWER) / -LEAST_POWER));
          return (
            <li data-gradient={size}>
              <span class="class-name">
                {i + 1} {text.kinds[layers[i]!.kind]}
              </span>
              <span class="bar" style={{ "--share": share }} />
              <span class="share">{numberText(size, 2)}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

interface InsideCardProps {
  readonly layers: readonly Layer[];
  readonly snapshot: Snapshot;
  readonly look: Look | undefined;
}

function Inside({ layers, snapshot, look }: InsideCardProps) {
  const text = trainWords.value;
  return (
    <div class="inside-columns">
      <div class="layer-maps">
        <p class="hint">{text.insideText}</p>
        {look?.layers.map((layer, i) => (
          <section aria-label={text.layerNumber(i + 1)}>
            <h3>
              {i + 1} {text.kinds[layers[i]!.kind]} <code>{layer.name}</code>
            </h3>
            <Maps layer={layer} />
          </section>
        ))}
      </div>
      <div class="inside-side">
        <Kernels layers={layers} snapshot={snapshot} />
        <Gradients layers={layers} snapshot={snapshot} />
      </div>
    </div>
  );
}

export function InsideCard(props: InsideCardProps) {
  const box = useRef<HTMLElement>(null);
  const shown = useWhenNear(box, props);
  return (
    <section class="card inside-card" aria-labelledby="train-inside" ref={box}>
      <h2 id="train-inside">{trainWords.value.inside}</h2>
      {shown === undefined ? null : <Inside {...shown} />}
    </section>
  );
}
