/** Runs a command line in this process and keeps what it wrote. */
import { runProgram } from "../src/cli/program.ts";
import type { Terminal } from "../src/cli/terminal.ts";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `args` as a shell would split them: an array. Not a terminal, 80 columns and no colour unless given. */
export async function runCli(args: readonly string[], given: Partial<Terminal> = {}): Promise<Outcome> {
  let out = "";
  let err = "";
  const terminal: Terminal = {
    cwd: process.cwd(),
    columns: 80,
    isTTY: false,
    colorDepth: 1,
    debug: false,
    entry: "",
    ...given,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  };
  const code = await runProgram(args, terminal);
  return { code, out, err };
}
