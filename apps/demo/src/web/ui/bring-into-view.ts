/** Scrolls the page so far that a box is in view: its end, or its beginning where it is higher than the screen. */

/** Pixels that are left free beside the box. */
const MARGIN = 12;

/** Not by scrollIntoView: in a frame, that scrolls the page around it too. */
export function bringIntoView(box: Element): void {
  const { top, bottom } = box.getBoundingClientRect();
  const by = Math.min(bottom + MARGIN - document.documentElement.clientHeight, top - MARGIN);
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (by > 0) scrollBy({ top: by, behavior: isCalm ? "instant" : "smooth" });
}
