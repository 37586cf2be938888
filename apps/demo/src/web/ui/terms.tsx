/** Products written out. */
import type { Rows } from "../state/codec.ts";
import { numberText } from "./number-text.ts";

/** A negative number stands in brackets after a sign. */
export const bracketed = (value: number): string =>
  value < 0 ? `(${numberText(value)})` : numberText(value);

/** `0·0 + 1·1 + 3·2 + 4·3`; one factor is the same cell for all where its plane is null. */
export function Terms(props: {
  readonly left: Rows | null;
  readonly right: Rows | null;
  readonly cell: number;
  readonly separator: string;
}) {
  const { left, right, cell, separator } = props;
  const shape = (left ?? right)!;
  const terms = shape.flatMap((row, i) =>
    row.map((_, j) => [left?.[i]?.[j] ?? cell, right?.[i]?.[j] ?? cell] as const),
  );
  return (
    <span class="terms">
      {terms.map(([a, b], n) => [
        // The space stands between the terms, which do not break: here a line may end.
        n === 0 ? "" : separator === "+" ? " + " : ", ",
        <span class="term">
          <span class="factor-left">{bracketed(a)}</span>·<span class="factor-right">{bracketed(b)}</span>
        </span>,
      ])}
    </span>
  );
}
