/** The three runs whose numbers are known, computed by the chapter's own program on the backend in use. */
import { agrees } from "../../chapter/comparison.ts";
import { compareLearntKernel, KNOWN_RUNS, learnKernel } from "../../chapter/learn-kernel.ts";
import { useComputed } from "../compute/latest.ts";
import { words } from "../i18n/index.ts";
import { Button } from "../ui/controls.tsx";
import { ErrorNote } from "../ui/notes.tsx";
import { fixedText } from "../ui/number-text.ts";
import { ScrollBox } from "../ui/scroll-box.tsx";
import { at, BOOK_RATE, BOOK_STEPS, rate, runLength, start } from "./state.ts";

function load(chosen: readonly [number, number]): void {
  start.value = chosen;
  rate.value = BOOK_RATE;
  runLength.value = BOOK_STEPS;
  at.value = BOOK_STEPS;
}

export function BookRuns() {
  const text = words.value.learn;
  const { value, error } = useComputed(async (backend) => {
    const runs = [];
    for (const known of KNOWN_RUNS) {
      const computed = await learnKernel(backend, { start: known.start });
      runs.push({ known, computed, agree: compareLearntKernel(computed).every(agrees) });
    }
    return runs;
  }, []);
  return (
    <section class="card book-runs" aria-labelledby="book-runs">
      <h2 id="book-runs">{text.bookRuns}</h2>
      <p class="hint">{text.bookRunsText}</p>
      {error === undefined ? null : <ErrorNote error={error} />}
      <ScrollBox label={text.bookRunsTable}>
        <table class="data">
          <thead>
            <tr>
              <th scope="col">{text.startColumn}</th>
              {[2, 4, 6, 8, 10].map((epoch) => (
                <th scope="col">{text.epoch(epoch)}</th>
              ))}
              <th scope="col">{text.kernelColumn}</th>
              <th scope="col">{text.agreeColumn}</th>
            </tr>
          </thead>
          <tbody>
            {value?.map(({ known, computed, agree }) => (
              <tr>
                <th scope="row">
                  <Button onClick={() => load(known.start)}>[{known.start.join(", ")}]</Button>
                  <span class="note">{known.source === "book" ? text.sourceBook : text.sourcePyTorch}</span>
                </th>
                {computed.losses.map(({ loss }) => (
                  <td>{fixedText(loss, 3)}</td>
                ))}
                <td>[{computed.kernel.map((weight) => fixedText(weight, 4)).join(", ")}]</td>
                <td class={agree ? "good" : "bad"}>{agree ? text.agree : text.disagree}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}
