/** Play, step, back, speed; undo; what the pointer does. */
import { useEffect } from "preact/hooks";
import { words } from "../i18n/index.ts";
import { Button, Segmented, Slider, Stepper } from "../ui/controls.tsx";
import { Icon } from "../ui/icons.tsx";
import { countingPlane } from "./examples.ts";
import { goToStart, isPlaying, move, speed, steps, togglePlay } from "./playback.ts";
import { canRedo, canUndo, change, position, redo, slide, undo } from "./state.ts";

export const TOOLS = ["edit", "paint"] as const;
export type Tool = (typeof TOOLS)[number];

export function Transport() {
  const text = words.value.slide;
  const count = steps.value;
  const none = count === 0;
  return (
    <fieldset class="transport" aria-label={text.transport}>
      <Button label={text.first} disabled={none} onClick={goToStart}>
        <Icon name="first" />
      </Button>
      <Button label={text.back} disabled={none || position.value === 0} onClick={() => move(-1)}>
        <Icon name="back" />
      </Button>
      <Button primary label={isPlaying.value ? text.pause : text.play} disabled={none} onClick={togglePlay}>
        <Icon name={isPlaying.value ? "pause" : "play"} />
      </Button>
      <Button label={text.step} disabled={none || position.value >= count - 1} onClick={() => move(1)}>
        <Icon name="step" />
      </Button>
      <span class="position">{none ? "–" : text.positionOf(Math.min(position.value + 1, count), count)}</span>
      <Slider
        label={text.speed}
        value={speed.value}
        least={1}
        most={20}
        step={1}
        text={text.speedValue(speed.value)}
        onChange={(value) => {
          speed.value = value;
        }}
      />
    </fieldset>
  );
}

interface EditToolsProps {
  readonly tool: Tool;
  readonly onTool: (tool: Tool) => void;
  readonly brush: number;
  readonly onBrush: (value: number) => void;
}

const FILLS = ["count", "zeros", "ones", "random"] as const;

function fill(kind: (typeof FILLS)[number]): void {
  const cell = { zeros: () => 0, ones: () => 1, random: () => Math.floor(Math.random() * 10) };
  const input = slide.value.input.map((plane, c) =>
    kind === "count"
      ? countingPlane(plane.length, plane[0]!.length, c)
      : plane.map((row) => row.map(() => cell[kind]())),
  );
  change({ input });
}

export function EditTools({ tool, onTool, brush, onBrush }: EditToolsProps) {
  const text = words.value.slide;
  return (
    <div class="edit-tools">
      <Button label={text.undo} disabled={!canUndo()} onClick={undo}>
        <Icon name="undo" />
      </Button>
      <Button label={text.redo} disabled={!canRedo()} onClick={redo}>
        <Icon name="redo" />
      </Button>
      <Segmented
        label={text.tool}
        hideLabel
        options={TOOLS}
        names={text.tools}
        value={tool}
        onChange={onTool}
      />
      {tool === "paint" ? (
        <Stepper hideLabel label={text.brush} value={brush} least={-9} most={9} onChange={onBrush} />
      ) : null}
      <fieldset class="fills" aria-label={text.fill}>
        {FILLS.map((kind) => (
          <Button onClick={() => fill(kind)}>{text.fills[kind]}</Button>
        ))}
      </fieldset>
    </div>
  );
}

const TYPING = "input, select, textarea, button, [role=gridcell], a, pre";

/** Space plays, arrows step, Ctrl+Z undoes: unless the key belongs to what has the focus. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const target = event.target as Element;
      const isText = target.matches("input[type=text], textarea");
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !isText) {
        event.preventDefault();
        (event.shiftKey ? redo : undo)();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest(TYPING) !== null) return;
      if (event.key === " ") togglePlay();
      else if (event.key === "ArrowRight") move(1);
      else if (event.key === "ArrowLeft") move(-1);
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}
