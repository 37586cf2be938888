/**
 * Where a command reads its surroundings from and writes to: the process in real life, a record in tests.
 *
 * Standard output carries results only; standard error carries what went wrong. Colour follows the conventions:
 * none when piped, none with NO_COLOR, always with FORCE_COLOR.
 */
import { WriteStream } from "node:tty";

export interface Terminal {
  /** The user's directory: relative paths start here. */
  readonly cwd: string;
  /** Characters in a line. */
  readonly columns: number;
  /** Whether a person is looking. */
  readonly isTTY: boolean;
  /** Bits of colour: 1 (none), 4, 8 or 24. */
  readonly colorDepth: number;
  out(text: string): void;
  err(text: string): void;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const { FORCE_COLOR } = env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  const colourful = (stdout.isTTY || forced) && !env.NO_COLOR;
  return {
    cwd: process.cwd(),
    columns: stdout.columns ?? 80,
    isTTY: stdout.isTTY === true,
    colorDepth: colourful ? WriteStream.prototype.getColorDepth.call(stdout, env) : 1,
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
  };
}
