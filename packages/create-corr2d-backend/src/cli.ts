#!/usr/bin/env node
/** npm create corr2d-backend <folder> [package name] */
import { createBackend } from "./create.ts";

const [folder, name, ...rest] = process.argv.slice(2);

if (folder === undefined || folder.startsWith("-") || rest.length > 0) {
  console.log(
    "npm create corr2d-backend <folder> [package name]\n\nStarts a backend for corr2d in a new folder.",
  );
  process.exitCode = folder === "--help" || folder === "-h" ? 0 : 2;
} else {
  try {
    await createBackend(folder, name);
    console.log(`${folder} has a backend that passes the suite. Next:\n
  cd ${folder}
  npm install
  npm test\n\nIts README says how to go on.`);
  } catch (error) {
    console.error(`create-corr2d-backend: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
