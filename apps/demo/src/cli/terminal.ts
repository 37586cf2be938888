/**
 * Where a command reads its surroundings from and writes to: the process in real life, a record in tests.
 *
 * Standard output carries results only; standard error carries what went wrong. Colour follows the conventions:
 * none when piped, none with NO_COLOR, always with FORCE_COLOR.
 */
import { fstatSync } from "node:fs";
import { WriteStream } from "node:tty";
import { reasonOf } from "./failure.ts";
import { CommandError, OutputClosed } from "./usage-error.ts";
import { writeAll } from "./write-all.ts";

export interface Terminal {
  /** The user's directory: relative paths start here. */
  readonly cwd: string;
  /** Characters in a line. */
  readonly columns: number;
  /** Whether a person is looking. */
  readonly isTTY: boolean;
  /** Bits of colour: 1 (none), 4, 8 or 24. */
  readonly colorDepth: number;
  /** Whether the environment asks where errors come from. */
  readonly debug: boolean;
  /** The module that runs the program, for threads: they run it too. */
  readonly entry: string;
  /** @throws CommandError when the text cannot be written, OutputClosed when nobody reads it. */
  out(text: string): void;
  /** Never throws: when this cannot be written, nobody is left to tell. */
  err(text: string): void;
}

const isSet = (variable: string | undefined): boolean =>
  variable !== undefined && !["", "0", "false"].includes(variable);

/** What it means that standard output cannot be written. */
export function outputError(error: unknown): OutputClosed | CommandError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EPIPE") return new OutputClosed("standard output was closed", { cause: error });
  return new CommandError(`standard output cannot be written: ${reasonOf(error)}`, { cause: error });
}

const STDOUT = 1;

/**
 * Whether standard output is a file or a device. Node writes to those once, and takes it for success when only a part
 * fits on the disk.
 */
function isFile(): boolean {
  if (process.stdout.isTTY) return false;
  const kind = fstatSync(STDOUT);
  return kind.isFile() || kind.isCharacterDevice();
}

/** The terminal of this process. Failures to write to a pipe come later: as `error` events of process.stdout. */
export function processTerminal(entry: string): Terminal {
  const { stdout, stderr, env } = process;
  const { FORCE_COLOR } = env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  const colourful = (stdout.isTTY || forced) && !env.NO_COLOR;
  return {
    cwd: process.cwd(),
    columns: stdout.columns ?? 80,
    isTTY: stdout.isTTY === true,
    colorDepth: colourful ? WriteStream.prototype.getColorDepth.call(stdout, env) : 1,
    debug: isSet(env.DEBUG),
    entry,
    out: (text) => {
      try {
        if (isFile()) writeAll(STDOUT, Buffer.from(text));
        else stdout.write(text);
      } catch (error) {
        throw outputError(error);
      }
    },
    err: (text) => {
      try {
        stderr.write(text);
      } catch {}
    },
  };
}
