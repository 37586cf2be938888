/** An operand with the sign before it: the two stay together when a line breaks. */
import type { ComponentChildren } from "preact";

export function Signed({ sign, children }: { readonly sign: string; readonly children: ComponentChildren }) {
  return (
    <div class="signed">
      <span class="stage-sign" aria-hidden="true">
        {sign}
      </span>
      {children}
    </div>
  );
}
