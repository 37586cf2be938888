// node scripts/run-built.mjs <turbo filter> <built module> [arguments...]
//
// Builds what the filter names, silently unless that fails, then runs the module with the arguments given. The
// argument `web` also builds the package's web page, which nothing else waits for.
// The module's working directory is the user's own (pnpm moves to the workspace root and leaves the
// user's in INIT_CWD), so relative paths on the command line mean what the user meant.
import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const [filter, modulePath, ...args] = process.argv.slice(2);

const tasks = args.includes("web") ? ["build", "build:web"] : ["build"];

const turbo = createRequire(import.meta.url).resolve("turbo/bin/turbo");
const build = spawnSync(
  process.execPath,
  [turbo, "run", ...tasks, `--filter=${filter}`, "--output-logs=errors-only"],
  {
    cwd: root,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
    encoding: "utf8",
    maxBuffer: 1 << 28,
  },
);
if (build.status !== 0) {
  process.stderr.write(`${build.stdout}${build.stderr}${build.error ?? ""}\n`);
  process.exit(build.status ?? 1);
}

const child = spawn(process.execPath, [resolve(root, modulePath), ...args], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 1 : code));
