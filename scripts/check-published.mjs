// node scripts/check-published.mjs
//
// The last step of `pnpm release`: asks the registry for the version of every public package of this workspace and
// fails if one is missing. changesets 2.31 exits with 0 when `pnpm publish`, from pnpm 11 on, has failed, and its
// version 3 does not run on Node 20. A registry may show a new version late, so a missing one is asked for again.
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const pauses = (process.env.CORR2D_PUBLISH_PAUSES ?? "5,15,30").split(",").filter(Boolean).map(Number); // seconds

const folders = readdirSync(join(root, "packages")).map((name) =>
  join(root, "packages", name, "package.json"),
);
const expected = folders
  .filter((file) => existsSync(file))
  .map((file) => JSON.parse(readFileSync(file, "utf8")))
  .filter((manifest) => !manifest.private)
  .map(({ name, version }) => `${name}@${version}`);

/** npm answers with nothing for a version it does not have, and with E404 for a name that it does not know. */
async function isPublished(spec) {
  try {
    const { stdout } = await promisify(execFile)("npm", ["view", spec, "version"], { cwd: root });
    return stdout.trim() !== "";
  } catch (error) {
    if (String(error.stderr).includes("E404")) return false;
    throw error;
  }
}

let missing = expected;
for (const pause of [...pauses, undefined]) {
  const answers = await Promise.all(missing.map(isPublished));
  missing = missing.filter((_, i) => !answers[i]);
  if (missing.length === 0 || pause === undefined) break;
  await setTimeout(1000 * pause);
}

for (const spec of expected) console.log(`${spec} ${missing.includes(spec) ? "MISSING" : "published"}`);
if (missing.length > 0) {
  console.error(`check-published: the registry does not have ${missing.join(", ")}`);
  process.exitCode = 1;
}
