/** The assembly is formatted: the linter does not read it. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("pnpm format:assembly would change nothing", () => {
  const script = fileURLToPath(new URL("../scripts/format-assembly.mjs", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
