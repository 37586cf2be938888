/** A box that scrolls sideways, so that what is too wide for a phone does not widen the page. */
import type { ComponentChildren } from "preact";

interface ScrollBoxProps {
  readonly label: string;
  readonly children: ComponentChildren;
}

export function ScrollBox({ label, children }: ScrollBoxProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
    <section class="scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
