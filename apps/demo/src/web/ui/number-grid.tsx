/**
 * A grid of numbers: seen as colours, read as numbers, edited in place, painted with the pointer.
 *
 * It is an ARIA grid with one tab stop. Arrows move, Home and End go to the ends of a row; in an editable grid a digit,
 * a minus sign, Enter or F2 starts to edit (numbers as read-number.ts reads them), Delete writes 0. Colours come from the style sheet: a cell only says its
 * sign and how large it is beside the largest of the scale (--m, from 0 to 1).
 */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { words } from "../i18n/index.ts";
import { numberText } from "./number-text.ts";
import { BEGINS, readNumber } from "./read-number.ts";

export interface NumberGridProps {
  readonly label: string;
  readonly values: readonly (readonly number[])[];
  /** What is coloured most strongly. */
  readonly scale: number;
  /** Classes of a cell: where the window is, what is border, … */
  readonly mark?: ((row: number, column: number) => string) | undefined;
  readonly onEdit?: ((row: number, column: number, value: number) => void) | undefined;
  /** With a brush, pressing and dragging writes its value. */
  readonly brush?: number | undefined;
  /** A stroke or an edit is complete. */
  readonly onEditEnd?: (() => void) | undefined;
  /** The pointer or the keyboard is on a cell. */
  readonly onVisit?: ((row: number, column: number) => void) | undefined;
  /** How a value is written; a blank text leaves the cell empty. */
  readonly format?: ((value: number, row: number, column: number) => string) | undefined;
  /** Cells that cannot be edited although the grid can: a border. */
  readonly isFixed?: ((row: number, column: number) => boolean) | undefined;
  /** Cells of half the size, for many numbers. */
  readonly small?: boolean;
}

interface Editing {
  readonly row: number;
  readonly column: number;
  readonly text: string;
  /** The text is the first key of a new value, not the value that was there. */
  readonly isNew: boolean;
}

/** NaN is a cell that nobody has filled in yet. */
const editText = (value: number): string => (Number.isNaN(value) ? "" : String(value));

const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export function NumberGrid(props: NumberGridProps) {
  const { label, values, scale, mark, onEdit, brush, onEditEnd, onVisit, format, isFixed, small } = props;
  const table = useRef<HTMLTableElement>(null);
  const [focus, setFocus] = useState<readonly [number, number]>([0, 0]);
  const [editing, setEditing] = useState<Editing | null>(null);
  const painting = useRef(false);
  // The edit that has begun, also before its input is on the page: a quick typist's second key comes to the cell.
  const begun = useRef<Editing | null>(null);
  const [rows, columns] = [values.length, values[0]!.length];
  const stop = [Math.min(focus[0], rows - 1), Math.min(focus[1], columns - 1)] as const;
  const canEdit = (row: number, column: number): boolean =>
    onEdit !== undefined && isFixed?.(row, column) !== true;

  const focusCell = (row: number, column: number): void => {
    setFocus([row, column]);
    const cell = table.current?.rows[row]?.cells[column];
    cell?.focus();
  };
  const edit = (next: Editing | null): void => {
    begun.current = next;
    setEditing(next);
  };
  const commit = (text: string, refocus: boolean): void => {
    if (begun.current === null) return;
    const { row, column } = begun.current;
    const value = readNumber(text);
    edit(null);
    if (value !== undefined && value !== values[row]![column]) onEdit?.(row, column, value);
    onEditEnd?.();
    if (refocus) focusCell(row, column);
  };

  const onKeyDown = (event: KeyboardEvent, row: number, column: number): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (move !== undefined) {
      focusCell(
        Math.max(0, Math.min(rows - 1, row + move[0])),
        Math.max(0, Math.min(columns - 1, column + move[1])),
      );
    } else if (event.key === "Home" || event.key === "End") {
      focusCell(row, event.key === "Home" ? 0 : columns - 1);
    } else if (!canEdit(row, column)) {
      return;
    } else if ((begun.current === null ? BEGINS : /^.$/u).test(event.key)) {
      edit({ row, column, text: (begun.current?.text ?? "") + event.key, isNew: true });
    } else if (event.key === "Enter" && begun.current !== null) {
      commit(begun.current.text, true);
    } else if (event.key === "Enter" || event.key === "F2") {
      edit({ row, column, text: editText(values[row]![column]!), isNew: false });
    } else if (event.key === "Delete" || event.key === "Backspace") {
      onEdit?.(row, column, 0);
      onEditEnd?.();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const paint = (row: number, column: number): void => {
    if (brush !== undefined && canEdit(row, column) && values[row]![column] !== brush) {
      onEdit?.(row, column, brush);
    }
  };
  const onPointerDown = (event: PointerEvent, row: number, column: number): void => {
    if (brush === undefined || !canEdit(row, column)) return;
    (event.target as Element).releasePointerCapture?.(event.pointerId); // so that other cells hear the drag
    painting.current = true;
    const end = (): void => {
      painting.current = false;
      onEditEnd?.();
    };
    addEventListener("pointerup", end, { once: true });
    paint(row, column);
  };
  const onPointerEnter = (row: number, column: number): void => {
    onVisit?.(row, column);
    if (painting.current) paint(row, column);
  };

  const className = `grid${small ? " grid-small" : ""}${brush !== undefined && onEdit ? " grid-paint" : ""}`;
  return (
    <div class="grid-box">
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a data grid on a table, as ARIA's guide has it.
        role="grid"
        aria-label={label}
        aria-readonly={onEdit === undefined}
        class={className}
        ref={table}
        style={{ "--columns": columns }}
      >
        <tbody>
          {values.map((line, row) => (
            <tr>
              {line.map((value, column) => {
                const isEditing = editing?.row === row && editing.column === column;
                const isStop = stop[0] === row && stop[1] === column;
                const sign = value > 0 ? "positive" : value < 0 ? "negative" : "zero";
                const marks = mark?.(row, column) ?? "";
                const strength = scale > 0 ? Math.min(1, Math.abs(value) / scale) : 0;
                return (
                  <td
                    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: as above.
                    role="gridcell"
                    tabIndex={isStop ? 0 : -1}
                    aria-readonly={onEdit !== undefined && !canEdit(row, column) ? true : undefined}
                    class={`cell ${sign}${canEdit(row, column) ? " editable" : ""} ${marks}`}
                    style={{ "--m": Number.isFinite(strength) ? strength.toFixed(3) : "1" }}
                    onFocus={() => {
                      setFocus([row, column]);
                      onVisit?.(row, column);
                    }}
                    onKeyDown={(event) => onKeyDown(event, row, column)}
                    onPointerDown={(event) => onPointerDown(event, row, column)}
                    onPointerEnter={() => onPointerEnter(row, column)}
                    onClick={() => {
                      if (brush === undefined && canEdit(row, column) && !isEditing) {
                        edit({ row, column, text: editText(value), isNew: false });
                      }
                    }}
                  >
                    {isEditing ? (
                      <CellEditor
                        label={words.value.shell.editCell(row + 1, column + 1)}
                        {...editing}
                        onCommit={commit}
                        onCancel={() => {
                          edit(null);
                          focusCell(row, column);
                        }}
                      />
                    ) : (
                      (format?.(value, row, column) ?? numberText(value))
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellEditorProps extends Editing {
  readonly label: string;
  readonly onCommit: (text: string, refocus: boolean) => void;
  readonly onCancel: () => void;
}

function CellEditor(props: CellEditorProps) {
  const input = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useLayoutEffect(() => {
    input.current!.focus();
    // A first key is continued; a number that was there is replaced by typing.
    const { length } = input.current!.value;
    input.current!.setSelectionRange(props.isNew ? length : 0, length);
  }, []);
  return (
    <input
      class="cell-input"
      type="text"
      inputMode="text"
      aria-label={props.label}
      defaultValue={props.text}
      ref={input}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") {
          done.current = true;
          props.onCommit(event.currentTarget.value, true);
        } else if (event.key === "Escape") {
          done.current = true;
          props.onCancel();
        }
      }}
      onBlur={(event) => {
        if (!done.current) props.onCommit(event.currentTarget.value, false);
      }}
    />
  );
}
