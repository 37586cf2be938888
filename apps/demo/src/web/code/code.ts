/** What is on the screen as a program, in the two languages that the page speaks. */
export interface Code {
  /** TypeScript, with this library. */
  readonly ts: string;
  /** Python, with PyTorch. */
  readonly py: string;
}
