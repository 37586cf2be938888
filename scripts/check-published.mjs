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
  .filter((manifest) => !manifest.private);

const npm = await promisify(execFile)("npm", ["config", "get", "registry"], { cwd: root });
const registry = npm.stdout.trim().replace(/\/*$/, "/");

async function isPublished({ name, version }) {
  const response = await fetch(`${registry}${encodeURIComponent(name)}/${version}`);
  if (response.ok || response.status === 404) return response.ok;
  throw new Error(`check-published: ${registry} answered ${response.status} for ${name} ${version}`);
}

let missing = expected;
for (const pause of [...pauses, undefined]) {
  const answers = await Promise.all(missing.map(isPublished));
  missing = missing.filter((_, i) => !answers[i]);
  if (missing.length === 0 || pause === undefined) break;
  await setTimeout(1000 * pause);
}

const spec = ({ name, version }) => `${name}@${version}`;
for (const manifest of expected) {
  console.log(`${spec(manifest)} ${missing.includes(manifest) ? "MISSING" : "published"}`);
}
if (missing.length > 0) {
  console.error(`check-published: ${registry} does not have ${missing.map(spec).join(", ")}`);
  process.exitCode = 1;
}
