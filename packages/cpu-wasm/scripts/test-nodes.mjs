// node scripts/test-nodes.mjs [vitest arguments...]
//
// Runs the package's tests under every supported Node, which npm's `node` package brings. Node 22 and later run the
// relaxed SIMD build without a flag.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const VERSIONS = [20, 22, 24];

const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const failed = [];
for (const version of VERSIONS) {
  console.log(`\n== Node ${version}`);
  const args = ["-y", "--package", `node@${version}`, "--", "node", vitest, "run", ...process.argv.slice(2)];
  const { status } = spawnSync("npx", args, { stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) failed.push(version);
}
if (failed.length > 0) {
  console.error(`failed under Node ${failed.join(", ")}`);
  process.exit(1);
}
