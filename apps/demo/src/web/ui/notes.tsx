/** Short pieces around the numbers: the library's errors, the colour scale, a button that copies, code. */
import type { Corr2dError } from "@corr2d/core";
import { useEffect, useId, useState } from "preact/hooks";
import type { Code } from "../code/code.ts";
import { words } from "../i18n/index.ts";
import { buildingOn } from "../links.ts";
import { Button, Segmented } from "./controls.tsx";
import { numberText } from "./number-text.ts";
import { ScrollBox } from "./scroll-box.tsx";

interface ErrorNoteProps {
  readonly error: Corr2dError;
  /** What the page knows of it, where that is more than the message says. */
  readonly sentence?: string | undefined;
}

/** What is wrong, in the reader's language, and the library's own words, in the language of the library. */
export function ErrorNote({ error, sentence }: ErrorNoteProps) {
  const { shell, errors } = words.value;
  const original = `${error.code}: ${error.message}`;
  const explanation = sentence ?? errors.explain(original);
  return (
    <div class="error-note" role="alert">
      {explanation === undefined ? null : <p>{explanation}</p>}
      <strong>{shell.errorLabel}</strong>
      <code lang="en">{original}</code>
    </div>
  );
}

/** The colours from −scale to +scale. */
export function Legend({ scale }: { readonly scale: number }) {
  const { legend, legendText } = words.value.shell;
  const [least, most] = [numberText(-scale, 3), numberText(scale, 3)];
  return (
    <div class="legend" role="img" aria-label={`${legend}. ${legendText(least, most)}`}>
      <span>{least}</span>
      <span class="legend-bar" />
      <span>{most}</span>
    </div>
  );
}

export function CopyButton({ text, label }: { readonly text: () => string; readonly label?: string }) {
  const { copy, copied, copyFailed } = words.value.shell;
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const write = (): void => {
    navigator.clipboard.writeText(text()).then(
      () => setState("copied"),
      () => setState("failed"),
    );
  };
  return (
    <>
      <Button onClick={write}>{state === "copied" ? copied : (label ?? copy)}</Button>
      <span role="status" class={state === "failed" ? "" : "visually-hidden"}>
        {state === "copied" ? copied : state === "failed" ? copyFailed : ""}
      </span>
    </>
  );
}

const CODE_LANGUAGES = ["ts", "py"] as const;

/** What is on the screen as a program: in TypeScript with this library, and with PyTorch. */
export function CodePanel({ code }: { readonly code: Code }) {
  const { shell, frame } = words.value;
  const [shown, setShown] = useState<(typeof CODE_LANGUAGES)[number]>("ts");
  const id = useId();
  return (
    <section class="card code-panel" aria-labelledby={id}>
      <header class="card-header">
        <h2 id={id}>{shell.code}</h2>
        <Segmented
          label={shell.code}
          hideLabel
          options={CODE_LANGUAGES}
          names={shell.codeLabel}
          value={shown}
          onChange={setShown}
        />
        <CopyButton text={() => code[shown]} />
      </header>
      <ScrollBox label={shell.codeLabel[shown]}>
        <pre>
          <code>{code[shown]}</code>
        </pre>
      </ScrollBox>
      <p class="take-further">
        <a href={buildingOn}>{frame.takeFurther}</a>
      </p>
    </section>
  );
}
