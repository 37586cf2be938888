#!/usr/bin/env node
/** npm create corr2d-backend <folder> [package name] [-- --late] */
import { runCommand } from "./command.ts";

process.exitCode = await runCommand(process.argv.slice(2), console);
