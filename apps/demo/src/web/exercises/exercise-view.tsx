/** One exercise: the question, the grids or fields to fill in, the check, and what it showed. */
import { useId, useState } from "preact/hooks";
import { session } from "../compute/session.ts";
import { Button } from "../ui/controls.tsx";
import { NumberGrid } from "../ui/number-grid.tsx";
import { numberText } from "../ui/number-text.ts";
import { readNumber } from "../ui/read-number.ts";
import { type Answer, type Exercise, type Grid, isComplete, type Verdict } from "./exercise.ts";
import { answers, open, solved } from "./state.ts";
import { type ExerciseText, exerciseWords } from "./text.ts";

const scaleOf = (grid: Grid): number =>
  grid.flat().reduce((most, value) => (Number.isNaN(value) ? most : Math.max(most, Math.abs(value))), 0);

function withCell(answer: Answer, grid: number, row: number, column: number, value: number): Answer {
  return answer.map((rows, g) =>
    g !== grid
      ? rows
      : rows.map((line, i) => line.map((old, j) => (i === row && j === column ? value : old))),
  );
}

interface WidgetProps {
  readonly exercise: Exercise;
  readonly text: ExerciseText;
  readonly answer: Answer;
  readonly onAnswer: (answer: Answer) => void;
}

function Labelled({ label, grid }: { readonly label: string; readonly grid: Grid }) {
  return (
    <figure class="array">
      <figcaption>{label}</figcaption>
      <NumberGrid
        small={grid[0]!.length > 4}
        label={label}
        values={grid}
        scale={scaleOf(grid)}
        format={(value) => numberText(value, 3)}
      />
    </figure>
  );
}

function GridWidget({ exercise, text, answer, onAnswer }: WidgetProps) {
  return (
    <div class="stage exercise-stage">
      {exercise.given.map((grid, i) => (
        <Labelled label={text.given?.[i] ?? ""} grid={grid} />
      ))}
      {answer.map((grid, g) => (
        <figure class="array">
          <figcaption>
            <strong>{text.labels[g]}</strong>
          </figcaption>
          <NumberGrid
            small={grid[0]!.length > 6}
            label={text.labels[g]!}
            values={grid}
            scale={scaleOf(grid)}
            format={(value) => (Number.isNaN(value) ? "" : numberText(value, 3))}
            isFixed={(row, column) => exercise.isFixed?.(g, row, column) ?? false}
            mark={(row, column) =>
              Number.isNaN(grid[row]![column]!) ? "blank" : exercise.isFixed?.(g, row, column) ? "" : "filled"
            }
            onEdit={(row, column, value) => onAnswer(withCell(answer, g, row, column, value))}
          />
        </figure>
      ))}
    </div>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

/** What cannot be read stays, to be mended, and counts as not filled in. */
function NumberField({ label, value, onChange }: NumberFieldProps) {
  const id = useId();
  const [unread, setUnread] = useState<string | null>(null);
  const isUnread = unread !== null && Number.isNaN(value);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class="number-field"
        type="text"
        inputMode="text"
        aria-invalid={isUnread}
        value={isUnread ? unread : Number.isNaN(value) ? "" : value}
        onChange={(event) => {
          const typed = event.currentTarget.value;
          const read = readNumber(typed);
          setUnread(read === undefined && typed.trim() !== "" ? typed : null);
          onChange(read ?? Number.NaN);
        }}
      />
    </div>
  );
}

function NumberWidget({ exercise, text, answer, onAnswer }: WidgetProps) {
  return (
    <div class="number-fields">
      {exercise.given.map((grid, i) => (
        <Labelled label={text.given?.[i] ?? ""} grid={grid} />
      ))}
      {answer[0]![0]!.map((value, i) => (
        <NumberField
          label={text.labels[i]!}
          value={value}
          onChange={(next) => onAnswer(withCell(answer, 0, 0, i, next))}
        />
      ))}
    </div>
  );
}

function ChoiceWidget({ text, answer, onAnswer }: WidgetProps) {
  const name = useId();
  return (
    <fieldset class="choices" aria-label={text.title}>
      {text.labels.map((label, i) => (
        <label class="choice">
          <input
            type="radio"
            name={name}
            checked={answer[0]![0]![0] === i}
            onChange={() => onAnswer([[[i]]])}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

const WIDGETS = { grids: GridWidget, numbers: NumberWidget, choice: ChoiceWidget } as const;

type Result =
  | { readonly status: "none" | "incomplete" }
  | { readonly status: "checked"; readonly verdict: Verdict };

export function ExerciseView({ exercise }: { readonly exercise: Exercise }) {
  const words = exerciseWords.value;
  const { id } = exercise;
  const text = words.items[id];
  const [result, setResult] = useState<Result>({ status: "none" });
  // Another number empties what the fields themselves keep.
  const [clearing, setClearing] = useState(0);
  const answer = answers.value[id] ?? exercise.blank;
  const isOpen = open.value.has(id);
  const setAnswer = (next: Answer): void => {
    answers.value = { ...answers.value, [id]: next };
    setResult({ status: "none" });
  };
  const clear = (): void => {
    const { [id]: _, ...others } = answers.value;
    answers.value = others;
    setClearing(clearing + 1);
    setResult({ status: "none" });
  };
  const check = (): void => {
    if (!isComplete(answer)) {
      setResult({ status: "incomplete" });
      return;
    }
    void exercise.check(session.value.backend, answer).then((verdict) => {
      setResult({ status: "checked", verdict });
      if (verdict.ok) solved.value = new Set([...solved.value, id]);
    });
  };
  const Widget = WIDGETS[exercise.kind];
  return (
    <details
      class="card exercise"
      open={isOpen}
      data-exercise={id}
      onToggle={(event) => {
        const next = new Set(open.value);
        if (event.currentTarget.open) next.add(id);
        else next.delete(id);
        if (next.size !== open.value.size) open.value = next;
      }}
    >
      <summary>
        <span class="note">{words.number(exercise.number)}</span> <h4>{text.title}</h4>
        {solved.value.has(id) ? <span class="good solved">✓ {words.isSolved}</span> : null}
      </summary>
      {isOpen ? (
        <>
          <p class="question">{text.question}</p>
          <Widget key={clearing} {...{ exercise, text, answer }} onAnswer={setAnswer} />
          <div class="exercise-foot">
            <Button primary onClick={check}>
              {words.check}
            </Button>
            <Button onClick={clear}>{words.clear}</Button>
            <Feedback result={result} kind={exercise.kind} />
          </div>
          <Findings result={result} text={text} />
        </>
      ) : null}
    </details>
  );
}

function Feedback({ result, kind }: { readonly result: Result; readonly kind: Exercise["kind"] }) {
  const words = exerciseWords.value;
  const isRight = result.status === "checked" && result.verdict.ok;
  return (
    <p role="status" class={`feedback ${isRight ? "good" : "bad"}`}>
      {result.status === "none"
        ? ""
        : result.status === "incomplete"
          ? words.incomplete[kind]
          : isRight
            ? `✓ ${words.right}`
            : `✗ ${words.wrong}`}
    </p>
  );
}

function Findings({ result, text }: { readonly result: Result; readonly text: ExerciseText }) {
  if (result.status !== "checked") return null;
  const { ok, evidence } = result.verdict;
  return (
    <>
      {ok ? <p class="why">{text.explanation}</p> : null}
      {evidence === undefined ? null : (
        <section aria-label={exerciseWords.value.evidence}>
          <h5>{exerciseWords.value.evidence}</h5>
          <div class="stage exercise-stage">
            {evidence.map((grid, i) => (
              <Labelled label={text.evidence?.[i] ?? ""} grid={grid} />
            ))}
          </div>
        </section>
      )}
    </>
  );
}
