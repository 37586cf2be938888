/** A picture of the reader's own: chosen, dropped anywhere on the page, or pasted. */
import { useEffect, useRef, useState } from "preact/hooks";
import { words } from "../i18n/index.ts";
import { Button } from "../ui/controls.tsx";

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;

/** @returns whether a file is being dragged over the page */
export function useGivenFile(onFile: (file: Blob) => void): boolean {
  const latest = useRef(onFile);
  latest.current = onFile;
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const allow = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const take = (event: Event, files: FileList | undefined): void => {
      setOver(false);
      const file = files?.[0];
      if (file === undefined) return;
      event.preventDefault();
      latest.current(file);
    };
    const drop = (event: DragEvent): void => take(event, event.dataTransfer?.files);
    const paste = (event: ClipboardEvent): void => take(event, event.clipboardData?.files);
    addEventListener("dragover", allow);
    addEventListener("dragleave", leave);
    addEventListener("drop", drop);
    addEventListener("paste", paste);
    return () => {
      removeEventListener("dragover", allow);
      removeEventListener("dragleave", leave);
      removeEventListener("drop", drop);
      removeEventListener("paste", paste);
    };
  }, []);
  return isOver;
}

export function FileHint({ isOver, onChoose }: { readonly isOver: boolean; readonly onChoose: () => void }) {
  const text = words.value.edges;
  return (
    <p class={`file-hint${isOver ? " is-over" : ""}`}>
      <Button onClick={onChoose}>{text.chooseFile}</Button>
      <span class="hint">{isOver ? text.dropHere : text.fileHint}</span>
    </p>
  );
}
