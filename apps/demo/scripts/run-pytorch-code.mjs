// Runs the code panel's Python programs with PyTorch, and keeps what they print: test/goldens/pytorch-code.json.
// The tests, which need no Python, compare it with what the TypeScript programs print.
//
//   pnpm --filter @corr2d/demo goldens            (PYTHON names the interpreter, if it is not python3)
//
// To be run again when a test says that a program has changed.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createServer, defaultServerConditions } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));

// All programs in one process, each with names of its own.
const RUNNER = `
import contextlib, io, json, sys, torch
printed = {}
for name, program in json.load(sys.stdin).items():
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(program, {"__name__": "__main__"})
    except Exception as error:
        sys.exit(f"{name}: {type(error).__name__}: {error}\\n\\n{program}")
    printed[name] = out.getvalue()
json.dump({"torch": torch.__version__, "printed": printed}, sys.stdout)
`;

const server = await createServer({
  root,
  configFile: false,
  logLevel: "error",
  appType: "custom",
  server: { middlewareMode: true, watch: null, ws: false },
  optimizeDeps: { noDiscovery: true },
  ssr: { resolve: { conditions: ["@corr2d/source", ...defaultServerConditions] } },
});
const { CODE_CASES } = await server.ssrLoadModule("/test/web/code-cases.ts");
await server.close();

const programs = Object.fromEntries(CODE_CASES.map(({ name, code }) => [name, code.py]));
const { status, stdout, stderr, error } = spawnSync(process.env.PYTHON ?? "python3", ["-c", RUNNER], {
  input: JSON.stringify(programs),
  encoding: "utf8",
  maxBuffer: 1 << 28,
});
if (status !== 0) {
  console.error(error?.message ?? stderr);
  process.exit(1);
}
const { torch, printed } = JSON.parse(stdout);
const cases = Object.entries(programs).map(([name, program]) => ({ name, program, printed: printed[name] }));
mkdirSync(`${root}test/goldens`, { recursive: true });
writeFileSync(`${root}test/goldens/pytorch-code.json`, `${JSON.stringify({ torch, cases }, null, 2)}\n`);
console.log(`${cases.length} programs run with PyTorch ${torch}`);
