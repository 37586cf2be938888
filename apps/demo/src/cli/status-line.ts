/** What a long command is doing, for a person: one line that is written over, and gone at the end. */
import type { Terminal } from "./terminal.ts";

export async function withStatus<Result>(
  terminal: Terminal,
  isShown: boolean,
  work: (show: (text: string) => void) => Promise<Result>,
): Promise<Result> {
  const write = (text: string): void => {
    if (isShown) terminal.out(`\r\u001b[K${text}`);
  };
  try {
    return await work((text) => write(text.slice(0, terminal.columns - 1)));
  } finally {
    write("");
  }
}
