/** The conformance suite, run by the reader: progress, what failed, and the matrix of operations. */
import { COMPOSITES, DTYPE_NAMES, nativeComposites } from "@corr2d/core";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { backendChoice, session } from "../compute/session.ts";
import { words } from "../i18n/index.ts";
import { Button, Select } from "../ui/controls.tsx";
import { fixedText } from "../ui/number-text.ts";
import { ScrollBox } from "../ui/scroll-box.tsx";
import { cellKey, runSuite, type SuiteProgress, suiteGroups } from "./run-suite.ts";

export function ConformanceSuite() {
  const text = words.value.backends;
  const groups = useMemo(suiteGroups, []);
  const [part, setPart] = useState("");
  const [progress, setProgress] = useState<SuiteProgress | null>(null);
  const [controller, setController] = useState<AbortController | null>(null);
  const running = useRef<AbortController | null>(null);
  running.current = controller;
  useEffect(() => () => running.current?.abort(), []);
  const { name, threads } = backendChoice.value;
  useEffect(() => {
    running.current?.abort();
    setProgress(null);
  }, [name, threads]);

  const start = (): void => {
    const made = new AbortController();
    setController(made);
    setProgress(null);
    void runSuite(backendChoice.value, part === "" ? null : part, made.signal, (next) => {
      if (!made.signal.aborted) setProgress(next);
    }).finally(() => setController(null));
  };
  const names = { ...Object.fromEntries(groups.map((group) => [group, group])), "": text.allParts };
  return (
    <section class="card suite" aria-labelledby="suite" data-busy={controller !== null}>
      <header class="card-header">
        <h2 id="suite">{text.conformance}</h2>
        <Select
          label={text.part}
          hideLabel
          options={["", ...groups]}
          names={names}
          value={part}
          onChange={setPart}
        />
        <Button
          primary={controller === null}
          onClick={controller === null ? start : () => controller.abort()}
        >
          {controller === null ? text.run : text.stop}
        </Button>
      </header>
      <p class="hint">{text.conformanceText}</p>
      {progress === null ? null : <Progress progress={progress} />}
    </section>
  );
}

function Progress({ progress }: { readonly progress: SuiteProgress }) {
  const text = words.value.backends;
  const { done, count, seconds, total, failures, skips } = progress;
  return (
    <div class="suite-progress">
      <progress value={done} max={count} aria-label={text.conformance} />
      <p>
        {text.progress(done, count, fixedText(seconds, 1))}
        {" · "}
        <b class={total.failed === 0 ? "good" : "bad"} data-summary>
          {text.summary(total.passed, total.failed, total.skipped)}
        </b>
      </p>
      {failures.length === 0 ? null : (
        <details open>
          <summary>{text.failures}</summary>
          <ul class="failures" lang="en">
            {failures.map(({ id, message }) => (
              <li>
                <code>{id}</code> {message}
              </li>
            ))}
          </ul>
        </details>
      )}
      {skips.size === 0 ? null : (
        <details>
          <summary>{text.skips}</summary>
          <ul class="failures" lang="en">
            {[...skips].map(([reason, n]) => (
              <li>
                {n} × {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
      <Matrix progress={progress} />
    </div>
  );
}

function Matrix({ progress }: { readonly progress: SuiteProgress }) {
  const text = words.value.backends;
  const members = [...new Set([...progress.cells.keys()].map((key) => key.split(" ")[0]!))];
  if (members.length === 0) return null;
  const native: readonly string[] = nativeComposites(session.value.backend);
  const composites: readonly string[] = COMPOSITES;
  return (
    <>
      <h3>{text.matrix}</h3>
      <p class="hint">{text.matrixText}</p>
      <ScrollBox label={text.matrix}>
        <table class="data op-matrix">
          <thead>
            <tr>
              <th scope="col">{text.member}</th>
              <td />
              {DTYPE_NAMES.map((dtype) => (
                <th scope="col">{dtype}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {members.map((member) => (
              <tr>
                <th scope="row">
                  <code>{member}</code>
                </th>
                <td class="note">
                  {composites.includes(member) && !native.includes(member) ? text.composed : text.native}
                </td>
                {DTYPE_NAMES.map((dtype) => {
                  const counts = progress.cells.get(cellKey(member, dtype));
                  if (counts === undefined || counts.passed + counts.failed === 0)
                    return <td>{text.none}</td>;
                  const run = counts.passed + counts.failed;
                  return (
                    <td class={counts.failed === 0 ? "good" : "bad"}>
                      {counts.failed === 0 ? "✓" : "✗"} {counts.passed}/{run}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </>
  );
}
