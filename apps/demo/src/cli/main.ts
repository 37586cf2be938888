#!/usr/bin/env node
/**
 * The command line of the demo. `pnpm demo` runs this in the directory that the user was in (scripts/run-built.mjs), so
 * relative paths mean what the user meant.
 */
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { reportFailure } from "./failure.ts";
import { runProgram } from "./program.ts";
import { outputError, processTerminal } from "./terminal.ts";
import { runRank } from "./train/on-threads.ts";
import { CommandError } from "./usage-error.ts";

function main(): void {
  const terminal = processTerminal(fileURLToPath(import.meta.url));
  const debug = terminal.debug || process.argv.includes("--debug");

  const fail = (error: unknown): void => process.exit(reportFailure(error, terminal, debug));
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  // Pipes tell later that nobody reads them (`demo | head`).
  process.stdout.on("error", (error) => fail(outputError(error)));
  process.stderr.on("error", () => {});

  // The process ends by itself when there is nothing left to wait for: a promise that nothing will ever settle, as well.
  process.exitCode = 1;
  const forgotten = (): void =>
    fail(new CommandError("nothing happens any more, and the command is not done: a backend never answered"));
  process.once("beforeExit", forgotten);
  runProgram(process.argv.slice(2), terminal).then((code) => {
    process.off("beforeExit", forgotten);
    process.exitCode = code;
  }, fail);
}

// A thread is a rank of a training.
if (isMainThread) main();
else await runRank();
