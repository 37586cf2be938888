/** The few drawings on buttons. Decorative: the buttons carry the names. */
const PATHS = {
  first: "M6 5v14M19 5.5v13L9 12z",
  back: "M16 5.5v13L7 12z",
  play: "M7 4.5v15L20 12z",
  pause: "M8 5v14M16 5v14",
  step: "M8 5.5v13L17 12z",
  undo: "M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10h-3",
  redo: "m16 5 4 4-4 4M20 9H10a5 5 0 0 0 0 10h3",
  screen: "M3 5h18v11H3zM12 16v4M8 20h8",
  reset: "M5 5v5h5M5.5 10A7.5 7.5 0 1 1 5 14",
} as const;

const STROKED: ReadonlySet<string> = new Set(["undo", "redo", "reset", "pause", "screen"]);

export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg
      class={`icon ${STROKED.has(name) ? "stroked" : "filled"}`}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
