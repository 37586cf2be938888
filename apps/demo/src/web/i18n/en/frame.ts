/** What surrounds the lab: links out of it, the presentation, the frame inside another page. */
export const frame = {
  links: "Read on",
  book: "The book’s chapter 7",
  about: "What this tab shows, in code",
  build: "From the lab to a page of your own",
  source: "Source",
  copyFrame: "Copy as a frame",
  copyFrameHint: "HTML that shows this stage inside another page.",
  openLab: "Open in the Convolution Lab",
  present: "Present",
  presentHint: "Fills the screen (key P). PageDown and PageUp, or a clicker, move on.",
  leave: "Leave the presentation (P)",
  takeFurther: "Take it further: pixels, a loop that does not freeze, files",
};
