/** Saves the network of the shown moment, and opens one that was saved. */
import { Corr2dError } from "@corr2d/core";
import { useRef, useState } from "preact/hooks";
import { session } from "../compute/session.ts";
import { Button } from "../ui/controls.tsx";
import { ErrorNote } from "../ui/notes.tsx";
import type { Snapshot } from "./fit.ts";
import { checkWeights } from "./look.ts";
import { modelBytes, readModel } from "./model-file.ts";
import { type RunState, startFrom } from "./run.ts";
import { trainWords } from "./text.ts";

function download(bytes: Uint8Array, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

interface FileCardProps {
  readonly run: RunState;
  readonly shown: Snapshot | undefined;
}

export function FileCard({ run, shown }: FileCardProps) {
  const text = trainWords.value;
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<Corr2dError>();
  const [note, setNote] = useState("");

  const attempt = (act: () => Promise<void>): void => {
    setError(undefined);
    setNote("");
    act().catch((failure: unknown) => {
      if (!Corr2dError.isInstance(failure)) throw failure;
      setError(failure);
    });
  };
  const save = async (): Promise<void> => {
    const { layers, data } = run.settings;
    const bytes = await modelBytes({ layers, data, weights: shown!.weights }, session.value.backend);
    download(bytes, `${data}-step-${shown!.step}.safetensors`);
  };
  const open = async (file: File): Promise<void> => {
    const { backend } = session.value;
    const model = await readModel(file, backend);
    if (model === undefined) {
      setNote(text.noNet(file.name));
      return;
    }
    await checkWeights(model.layers, model.weights, backend);
    await startFrom(file.name, model);
  };
  return (
    <section class="card file-card" aria-labelledby="train-file">
      <h2 id="train-file">{text.file}</h2>
      <p class="hint">{text.fileText}</p>
      <div class="edit-tools">
        <Button disabled={shown === undefined} onClick={() => attempt(save)}>
          {text.save}
        </Button>
        <Button onClick={() => input.current!.click()}>{text.open}</Button>
        <input
          class="visually-hidden"
          ref={input}
          type="file"
          accept=".safetensors"
          aria-label={text.open}
          tabIndex={-1}
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            event.currentTarget.value = "";
            if (file !== undefined) attempt(() => open(file));
          }}
        />
      </div>
      <p class="hint" role="status">
        {note === "" && error === undefined && run.opened !== undefined
          ? text.opened(run.opened, run.steps.length > 0)
          : note}
      </p>
      {error === undefined ? null : <ErrorNote error={error} />}
    </section>
  );
}
