/**
 * Type-checks the programs of all pages and turns them into JavaScript, as a user's project would: packages by name, from
 * their builds, under `strict` for TypeScript and with inference alone for JavaScript.
 */
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { type Program, readersBackend } from "./programs.ts";
import { root } from "./repository.ts";

/** Ignored by git. Inside this member, so that its programs find the packages. */
const folder = resolve(import.meta.dirname, "../.blocks");

// The workspace's compiler: this member's own `typescript` is an older one, for src/public-api.ts.
const workspace = createRequire(join(root, "package.json"));
const compiler = join(dirname(workspace.resolve("typescript/package.json")), "bin/tsc");

const options = {
  target: "ES2022",
  lib: ["ES2022", "DOM", "DOM.AsyncIterable", "ESNext.Disposable"],
  module: "NodeNext",
  moduleDetection: "force",
  types: ["node"],
  skipLibCheck: true,
  rewriteRelativeImportExtensions: true,
  rootDir: ".",
  outDir: "out",
  sourceMap: true,
};

function compile(config: string, settings: object, files: readonly string[]): Promise<string> {
  if (files.length === 0) return Promise.resolve("");
  const project = join(folder, config);
  writeFileSync(project, JSON.stringify({ compilerOptions: { ...options, ...settings }, files }));
  const args = [compiler, "--pretty", "false", "-p", project];
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      done(error && stdout === "" ? `${stderr}${error}` : stdout),
    );
  });
}

export interface Compiled {
  /** The module to run. */
  readonly module: string;
  readonly errors: readonly string[];
}

export async function compilePrograms(programs: readonly Program[]): Promise<(program: Program) => Compiled> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  copyFileSync(join(root, readersBackend), join(folder, "my-backend.ts"));
  for (const program of programs) writeFileSync(join(folder, program.file), program.source);
  const files = programs.map((program) => program.file);
  const isScript = (file: string): boolean => file.endsWith(".js");
  const reports = await Promise.all([
    compile("tsconfig.ts.json", { strict: true }, [
      ...files.filter((file) => !isScript(file)),
      "my-backend.ts",
    ]),
    compile("tsconfig.js.json", { strict: false, allowJs: true, checkJs: true }, files.filter(isScript)),
  ]);
  const report = reports.join("").split("\n");
  const outside = report.filter((line) => line.includes("error TS") && !/^[\w-]+\.[jt]sx?\(/.test(line));
  if (outside.length > 0) throw new Error(outside.join("\n"));
  return (program) => ({
    module: join(folder, "out", program.file.replace(/\.\w+$/, ".js")),
    errors: report.filter((line) => line.startsWith(`${program.file}(`)),
  });
}
