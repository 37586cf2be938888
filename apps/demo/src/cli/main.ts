#!/usr/bin/env node
/**
 * The command line of the demo. `pnpm demo` runs this in the directory that the user was in (scripts/run-built.mjs), so
 * relative paths mean what the user meant.
 */
import { runProgram } from "./program.ts";
import { processTerminal } from "./terminal.ts";

// A reader that stops early (`demo | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), processTerminal());
