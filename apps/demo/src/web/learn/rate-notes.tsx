/** Why the learning rate has a limit: the eigenvalues of the loss, and what a step does along each. */
import { converges, learningRate } from "../../chapter/learning-rate.ts";
import { useComputed } from "../compute/latest.ts";
import { words } from "../i18n/index.ts";
import { fixedText } from "../ui/number-text.ts";
import { rate } from "./state.ts";

export type Verdict = "smooth" | "oscillates" | "edge" | "diverges" | "still";

/** What a learning rate leads to, given the eigenvalues (smaller first). */
export function verdictOf(lr: number, eigenvalues: readonly [number, number]): Verdict {
  if (lr === 0) return "still";
  const factor = 1 - lr * eigenvalues[1];
  if (Math.abs(factor + 1) < 1e-9) return "edge";
  if (!converges(lr, eigenvalues)) return "diverges";
  return factor >= 0 ? "smooth" : "oscillates";
}

export function RateNotes() {
  const text = words.value.learn;
  const { value } = useComputed((backend) => learningRate(backend, []), []);
  if (value === undefined) return null;
  const { eigenvalues, hessian, limit } = value;
  const lr = rate.value;
  const verdict = verdictOf(lr, eigenvalues);
  return (
    <section class="rate-notes" aria-labelledby="rate-notes">
      <h2 id="rate-notes">{text.whyLimit}</h2>
      <p class={`verdict verdict-${verdict}`} role="status">
        {text.verdicts[verdict]}
      </p>
      <p>
        {text.hessianText(
          JSON.stringify(hessian).replaceAll(",", ", "),
          eigenvalues.map((e) => fixedText(e, 0)).join(", "),
        )}
      </p>
      <table class="data factors">
        <thead>
          <tr>
            <th scope="col">{text.direction}</th>
            <th scope="col">λ</th>
            <th scope="col">1 − lr·λ</th>
          </tr>
        </thead>
        <tbody>
          {eigenvalues.map((eigenvalue, i) => (
            <tr>
              <th scope="row">{i === 0 ? "[1, −1]" : "[1, 1]"}</th>
              <td>{fixedText(eigenvalue, 0)}</td>
              <td class={Math.abs(1 - lr * eigenvalue) < 1 ? "good" : "bad"}>
                {fixedText(1 - lr * eigenvalue, 3)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>{text.limitText(fixedText(limit, 4))}</p>
    </section>
  );
}
