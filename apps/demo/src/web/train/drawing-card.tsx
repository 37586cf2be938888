/** Where the reader draws, and what the network takes it for. */
import { useEffect, useRef } from "preact/hooks";
import { SIDE } from "../../train/pen.ts";
import { isDark } from "../state/appearance.ts";
import { Button } from "../ui/controls.tsx";
import type { DataName, Images } from "./data.ts";
import { extended, PAD, PEN } from "./drawing.ts";
import type { Look } from "./look.ts";
import { paintImage } from "./paint.ts";
import { GreyImage } from "./planes.tsx";
import { question, SAMPLE } from "./state.ts";
import { trainWords } from "./text.ts";

/** Canvas pixels of the pad. */
const RESOLUTION = 560;

function paintPad(canvas: HTMLCanvasElement, image: Uint8Array | undefined): void {
  const context = canvas.getContext("2d")!;
  const asked = question.value;
  if (asked.kind === "test") {
    if (image !== undefined) paintImage(canvas, image, SIDE);
    return;
  }
  [canvas.width, canvas.height] = [RESOLUTION, RESOLUTION];
  context.fillStyle = "black";
  context.fillRect(0, 0, RESOLUTION, RESOLUTION);
  const unit = RESOLUTION / PAD;
  context.lineWidth = (2 * PEN * RESOLUTION) / SIDE;
  [context.lineCap, context.lineJoin] = ["round", "round"];
  context.strokeStyle = asked.strokes === SAMPLE ? "#9a9a9a" : "white";
  for (const stroke of asked.strokes) {
    context.beginPath();
    for (const [x, y] of stroke) context.lineTo(x * unit, y * unit);
    if (stroke.length === 1) context.lineTo(stroke[0]![0] * unit, stroke[0]![1] * unit + 0.1);
    context.stroke();
  }
}

/** Pressing begins a stroke; on the sample or on a test image it begins a drawing. */
function pressed(event: PointerEvent): void {
  const canvas = event.currentTarget as HTMLCanvasElement;
  canvas.setPointerCapture(event.pointerId);
  const asked = question.value;
  const known = asked.kind === "drawing" && asked.strokes !== SAMPLE ? asked.strokes : [];
  question.value = { kind: "drawing", strokes: [...known, []] };
  moved(event);
}

function moved(event: PointerEvent): void {
  const canvas = event.currentTarget as HTMLCanvasElement;
  const asked = question.value;
  if (!canvas.hasPointerCapture(event.pointerId) || asked.kind !== "drawing") return;
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const points = event.getCoalescedEvents?.() ?? [];
  let { strokes } = asked;
  for (const { clientX, clientY } of points.length > 0 ? points : [event]) {
    strokes = extended(strokes, [(PAD * (clientX - left)) / width, (PAD * (clientY - top)) / height]);
  }
  if (strokes !== asked.strokes) question.value = { kind: "drawing", strokes };
}

function Pad({ image }: { readonly image: Uint8Array | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const asked = question.value;
  useEffect(() => paintPad(canvas.current!, image), [asked, image, isDark.value]);
  return (
    <canvas
      class="pad"
      ref={canvas}
      role="img"
      aria-label={trainWords.value.pad}
      onPointerDown={pressed}
      onPointerMove={moved}
    />
  );
}

function Probabilities({ look, data }: { readonly look: Look | undefined; readonly data: DataName }) {
  const text = trainWords.value;
  const shares = look?.probabilities;
  const best = shares === undefined ? -1 : shares.indexOf(Math.max(...shares));
  return (
    <ol class="probabilities" aria-label={text.probabilities}>
      {text.classes[data].map((name, i) => (
        <li class={i === best ? "best" : ""}>
          <span class="class-name">{name}</span>
          <span class="bar" style={{ "--share": shares?.[i] ?? 0 }} />
          <span class="share">{shares === undefined ? "" : text.percent(shares[i]!)}</span>
        </li>
      ))}
    </ol>
  );
}

function Hint({ data, test }: { readonly data: DataName; readonly test: Images | undefined }) {
  const text = trainWords.value;
  const asked = question.value;
  if (asked.kind === "test") {
    const kind = test?.classes.data[asked.index];
    return <>{kind === undefined ? "" : text.testHint(asked.index, text.classes[data][kind]!)}</>;
  }
  return <>{asked.strokes === SAMPLE ? text.sampleHint : asked.strokes.length === 0 ? text.emptyHint : ""}</>;
}

interface DrawingCardProps {
  readonly image: Uint8Array | undefined;
  readonly look: Look | undefined;
  readonly data: DataName;
  readonly test: Images | undefined;
  /** After which step the network is as it answers. */
  readonly step: number | undefined;
}

export function DrawingCard({ image, look, data, test, step }: DrawingCardProps) {
  const text = trainWords.value;
  const asked = question.value;
  const shares = look?.probabilities;
  const best = shares === undefined ? -1 : shares.indexOf(Math.max(...shares));
  const takeTest = (): void => {
    const count = test?.classes.data.length ?? 1;
    question.value = { kind: "test", index: asked.kind === "test" ? (asked.index + 1) % count : 0 };
  };
  return (
    <section class="card drawing-card" aria-labelledby="train-drawing">
      <h2 id="train-drawing">{text.drawing}</h2>
      <div class="drawing-columns">
        <div class="pad-box">
          <Pad image={image} />
          <p class="hint pad-hint">
            <Hint data={data} test={test} />
          </p>
          <div class="edit-tools">
            <Button
              onClick={() => {
                question.value = { kind: "drawing", strokes: [] };
              }}
            >
              {text.clear}
            </Button>
            <Button onClick={takeTest} disabled={test === undefined}>
              {text.takeTest}
            </Button>
          </div>
        </div>
        <div class="answer-box">
          <p class="answer" data-class={best} data-step={step}>
            {shares === undefined || best < 0
              ? asked.kind === "drawing" && asked.strokes.length === 0
                ? text.nothingDrawn
                : text.noAnswer
              : text.answer(text.classes[data][best]!, text.percent(shares[best]!))}
          </p>
          <Probabilities look={look} data={data} />
          {image === undefined ? null : (
            <p class="seen hint">
              <GreyImage bytes={image} />
              {text.seen}
            </p>
          )}
        </div>
      </div>
    </section>
  );
}
