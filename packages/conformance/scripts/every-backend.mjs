// node packages/conformance/scripts/every-backend.mjs [arguments of corr2d-conformance...]
//
// The command on every backend of this repository that is built, side by side, then on those that were named.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "../dist/command.js";

const packages = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const built = readdirSync(packages)
  .filter((folder) => folder.startsWith("cpu-"))
  .map((folder) => join(packages, folder, "dist", "index.js"))
  .filter((module) => existsSync(module));

process.exitCode = await main([...built, ...process.argv.slice(2)], {
  directory: process.cwd(),
  write: (text) => process.stdout.write(text),
});
