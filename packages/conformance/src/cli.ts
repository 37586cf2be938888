#!/usr/bin/env node
/** The process around `command.ts`. */
import { main } from "./command.ts";

process.exitCode = await main(process.argv.slice(2), {
  directory: process.cwd(),
  write: (text) => process.stdout.write(text),
});
