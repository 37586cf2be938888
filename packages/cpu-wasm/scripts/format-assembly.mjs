// node scripts/format-assembly.mjs [--check]
//
// Formats assembly/ with the project's formatter. AssemblyScript is TypeScript's syntax but for decorators of functions,
// which stand as comments meanwhile.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "./compile.mjs";

const folder = join(root, "assembly");
const MOST_COLUMNS = 120;
const DECORATOR = /^(@(?:inline|external).*)$/gm;
const COMMENT = /^\/\/ (@(?:inline|external).*)$/gm;

const biome = join(
  dirname(createRequire(join(root, "..", "..", "package.json")).resolve("@biomejs/biome/package.json")),
  "bin",
  "biome",
);
const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".ts"));
const room = mkdtempSync(join(tmpdir(), "assembly-"));
const unlike = [];
try {
  const settings = JSON.parse(readFileSync(join(root, "..", "..", "biome.json"), "utf8"));
  const { formatter, javascript } = settings;
  writeFileSync(join(room, "biome.json"), JSON.stringify({ root: true, formatter, javascript }));
  for (const file of files) {
    mkdirSync(dirname(join(room, file)), { recursive: true });
    writeFileSync(join(room, file), readFileSync(join(folder, file), "utf8").replace(DECORATOR, "// $1"));
  }
  const { status, stderr } = spawnSync(process.execPath, [biome, "format", "--write", "."], {
    cwd: room,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  for (const file of files) {
    const formatted = readFileSync(join(room, file), "utf8").replace(COMMENT, "$1");
    if (formatted === readFileSync(join(folder, file), "utf8")) continue;
    unlike.push(file);
    if (!process.argv.includes("--check")) writeFileSync(join(folder, file), formatted);
  }
} finally {
  rmSync(room, { recursive: true });
}
const isCheck = process.argv.includes("--check");
console.log(`${files.length} files, ${unlike.length} ${isCheck ? "to format" : "formatted"}`);
if (isCheck && unlike.length > 0) {
  console.error(`pnpm format:assembly would change ${unlike.join(", ")}`);
  process.exitCode = 1;
}
// The formatter leaves comments as they are.
for (const file of files) {
  for (const [i, line] of readFileSync(join(folder, file), "utf8").split("\n").entries()) {
    if (line.length <= MOST_COLUMNS) continue;
    console.error(`${file}:${i + 1} has ${line.length} columns`);
    process.exitCode = 1;
  }
}
