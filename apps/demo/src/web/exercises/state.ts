/** Which exercises are open, what was answered, and what was solved: all of it in the address. */
import { type Signal, signal } from "@preact/signals";
import { bindAddress, type Params } from "../state/route.ts";
import { channels } from "./channels.ts";
import { convLayer } from "./conv-layer.ts";
import type { Answer, Exercise, ExerciseId } from "./exercise.ts";
import { lenet } from "./lenet.ts";
import { padding } from "./padding.ts";
import { pooling } from "./pooling.ts";
import { whyConv } from "./why-conv.ts";

export const EXERCISES: readonly Exercise[] = [
  ...whyConv,
  ...convLayer,
  ...padding,
  ...channels,
  ...pooling,
  ...lenet,
];

export const open: Signal<ReadonlySet<ExerciseId>> = signal(new Set<ExerciseId>([EXERCISES[0]!.id]));
export const answers: Signal<Partial<Record<ExerciseId, Answer>>> = signal({});
export const solved: Signal<ReadonlySet<ExerciseId>> = signal(new Set<ExerciseId>());

/** `1,,3;4,5,6|7`: empty where nothing was filled in. */
const answerText = (answer: Answer): string =>
  answer
    .map((grid) => grid.map((row) => row.map((n) => (Number.isNaN(n) ? "" : n)).join(",")).join(";"))
    .join("|");

/** An answer of the same size as the blank one, or nothing. */
function parseAnswer(text: string | undefined, blank: Answer): Answer | undefined {
  if (text === undefined) return undefined;
  const parsed = text
    .split("|")
    .map((grid) =>
      grid.split(";").map((row) => row.split(",").map((n) => (n.trim() === "" ? Number.NaN : Number(n)))),
    );
  const size = (answer: Answer): string =>
    answer.map((grid) => grid.map((row) => row.length).join()).join(";");
  return size(parsed) === size(blank) ? parsed : undefined;
}

function parseIds(text: string | undefined): ReadonlySet<ExerciseId> {
  const names = (text ?? "").split(",");
  return new Set(EXERCISES.map(({ id }) => id).filter((id) => names.includes(id)));
}

function read(params: Params): void {
  open.value = params.open === undefined ? new Set([EXERCISES[0]!.id]) : parseIds(params.open);
  solved.value = parseIds(params.solved);
  const given = EXERCISES.map(({ id, blank }) => [id, parseAnswer(params[id], blank)] as const);
  answers.value = Object.fromEntries(given.filter(([, answer]) => answer !== undefined));
}

function write(): Params {
  const isUsual = open.value.size === 1 && open.value.has(EXERCISES[0]!.id);
  return {
    open: isUsual ? undefined : [...open.value].join(","),
    solved: solved.value.size === 0 ? undefined : [...solved.value].join(","),
    ...Object.fromEntries(Object.entries(answers.value).map(([id, answer]) => [id, answerText(answer)])),
  };
}

export function bindExercises(): void {
  bindAddress("exercises", { read, write });
}
