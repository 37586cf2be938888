/** The edges tab: a picture of the reader's own through a kernel, live. */
import { useEffect, useRef, useState } from "preact/hooks";
import { edgesCode } from "../code/edges-code.ts";
import { backendChoice } from "../compute/session.ts";
import { language, words } from "../i18n/index.ts";
import { Segmented } from "../ui/controls.tsx";
import { CodePanel } from "../ui/notes.tsx";
import { BookExample } from "./book-example.tsx";
import type { Picture } from "./frame-source.ts";
import { FileHint, useGivenFile } from "./given-file.tsx";
import { KernelPanel } from "./kernel-panel.tsx";
import { LiveView } from "./live-view.tsx";
import { blankDrawing, closeCamera, loadFile, loadPhoto, openCamera } from "./picture.ts";
import { bindEdges, finish, isGray, kernel, SOURCES, type Source, source } from "./state.ts";

bindEdges();

/** The picture that the chosen source gives, once it is there. */
function usePicture(): {
  picture: Picture | null;
  drawing: HTMLCanvasElement | null;
  problem: string | null;
  openFile: (file: Blob) => void;
} {
  const [picture, setPicture] = useState<Picture | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const drawing = useRef<HTMLCanvasElement | null>(null);
  const chosen = source.value;

  useEffect(() => {
    let current = true;
    let camera: HTMLVideoElement | null = null;
    const take = (loaded: Picture): void => {
      if (current) setPicture(() => loaded);
      else if (loaded instanceof HTMLVideoElement) closeCamera(loaded);
    };
    const fail = (error: unknown): void => {
      if (current) setProblem(String((error as Error).message));
    };
    setProblem(null);
    if (chosen === "drawing") {
      drawing.current ??= blankDrawing();
      take(drawing.current);
    } else if (chosen === "camera") {
      openCamera().then((video) => {
        camera = video;
        take(video);
      }, fail);
    } else if (chosen !== "own") {
      loadPhoto(chosen).then(take, fail);
    }
    return () => {
      current = false;
      if (camera !== null) closeCamera(camera);
    };
  }, [chosen]);

  const openFile = (file: Blob): void => {
    setProblem(null);
    loadFile(file).then(
      (image) => {
        source.value = "own";
        setPicture(() => image);
      },
      () => setProblem(words.value.edges.noImage),
    );
  };
  return { picture, drawing: chosen === "drawing" ? drawing.current : null, problem, openFile };
}

export function EdgesTab() {
  const text = words.value.edges;
  const input = useRef<HTMLInputElement>(null);
  const { picture, drawing, problem, openFile } = usePicture();
  const isOver = useGivenFile(openFile);
  const chooseFile = (): void => input.current!.click();
  const choose = (next: Source): void => {
    if (next === "own") chooseFile();
    else source.value = next;
  };
  return (
    <div class="tab edges-tab">
      <div class="intro">
        <h2 class="tab-heading">{text.heading}</h2>
        <p>{text.intro}</p>
      </div>
      <div class="toolbar">
        <Segmented
          label={text.source}
          options={SOURCES}
          names={text.sources}
          value={source.value}
          onChange={choose}
        />
        <input
          ref={input}
          class="visually-hidden"
          type="file"
          accept="image/*"
          tabIndex={-1}
          aria-label={text.sources.own}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file !== undefined) openFile(file);
            event.currentTarget.value = "";
          }}
        />
        <FileHint isOver={isOver} onChoose={chooseFile} />
      </div>
      {problem === null ? null : (
        <p class="backend-note" role="alert">
          {source.value === "camera" ? `${text.noCamera} ` : ""}
          {problem}
        </p>
      )}
      <div class="columns edges-columns">
        <LiveView picture={picture} drawing={drawing} />
        <KernelPanel />
      </div>
      <BookExample />
      <CodePanel
        code={edgesCode(kernel.value, finish.value, isGray.value, backendChoice.value, language.value)}
      />
    </div>
  );
}
