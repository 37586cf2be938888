/**
 * What is said about an error, whatever was thrown: one line on standard error, and the exit code. Where it came from is
 * shown on request only, with --debug or the environment variable DEBUG.
 */
import { getSystemErrorMap, inspect } from "node:util";
import { Corr2dError } from "@corr2d/core";
import type { Terminal } from "./terminal.ts";
import { CommandError, OutputClosed, UsageError } from "./usage-error.ts";

/** What a shell reports for a program that SIGPIPE ended: 128 + 13. */
const CLOSED_PIPE = 141;

export interface Failure {
  /** Empty when there is nothing to say. */
  readonly message: string;
  /** The exit code: 1 failed, 2 not understood. */
  readonly code: number;
}

type Fields = { readonly [name in "name" | "message" | "errno" | "code" | "path"]?: unknown };

/** An error's fields, or none: anything can be thrown. */
function fieldsOf(error: unknown): Fields {
  return typeof error === "object" && error !== null ? error : {};
}

/** Text on one line, with no character that moves a terminal's cursor or changes its colours. */
export function oneLine(text: string): string {
  return text
    .trim()
    .replace(/\s*[\r\n]\s*/g, " ")
    .replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** Why something failed, in a few words: of a system's error its own ones, without the call that met it. */
export function reasonOf(error: unknown): string {
  const { name, message, errno, code } = fieldsOf(error);
  const system = typeof errno === "number" ? getSystemErrorMap().get(errno) : undefined;
  if (system !== undefined) return `${system[1]} (${system[0]})`;
  if (typeof message === "string" && message !== "") return message;
  if (typeof code === "string") return code;
  // Not what `inspect` makes of an error: that is its stack.
  if (typeof error === "object" && error !== null)
    return typeof name === "string" ? name : Object.prototype.toString.call(error);
  return inspect(error);
}

/** What is to be said about an error, and the exit code that it means. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof OutputClosed) return { message: "", code: CLOSED_PIPE };
  if (error instanceof UsageError) return { message: oneLine(error.message), code: 2 };
  // The library's own errors are shown as they are: they say what to do.
  if (error instanceof CommandError || Corr2dError.isInstance(error)) {
    return { message: oneLine(error.message), code: 1 };
  }
  const { name, errno, path } = fieldsOf(error);
  const reason = oneLine(reasonOf(error));
  if (typeof errno === "number") {
    return { message: typeof path === "string" ? `${oneLine(path)}: ${reason}` : reason, code: 1 };
  }
  if (error instanceof RangeError && /allocation failed|array (buffer )?length/i.test(error.message)) {
    return { message: `there is not enough memory for this (${reason})`, code: 1 };
  }
  const what = typeof name === "string" && reason !== name ? `${name}: ${reason}` : reason;
  return {
    message: `unexpected ${oneLine(what)}; this is a bug: please report it, with what --debug shows`,
    code: 1,
  };
}

/**
 * Says on standard error what went wrong.
 * @returns the exit code.
 */
export function reportFailure(error: unknown, terminal: Terminal, debug: boolean = terminal.debug): number {
  const { message, code } = describeFailure(error);
  if (message !== "") terminal.err(`demo: ${message}\n`);
  if (debug) terminal.err(`${inspect(error)}\n`);
  return code;
}
