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
const DECORATOR = /^(@(?:inline|external).*)$/gm;
const COMMENT = /^\/\/ (@(?:inline|external).*)$/gm;

const biome = join(
  dirname(createRequire(join(root, "..", "..", "package.json")).resolve("@biomejs/biome/package.json")),
  "bin",
  "biome",
);
const files = readdirSync(folder, { recursive: true }).filter(
  (file) => file.endsWith(".ts") && !file.startsWith("unpack"),
);
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
  const { status, error } = spawnSync(process.execPath, [biome, "format", "--write", "."], {
    cwd: room,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) throw error ?? new Error("the formatter failed");
  for (const file of files) {
    const formatted = readFileSync(join(room, file), "utf8").replace(COMMENT, "$1");
    if (formatted === readFileSync(join(folder, file), "utf8")) continue;
    unlike.push(file);
    if (!process.argv.includes("--check")) writeFileSync(join(folder, file), formatted);
  }
} finally {
  rmSync(room, { recursive: true });
}
if (process.argv.includes("--check") && unlike.length > 0) {
  console.error(`not formatted (node scripts/format-assembly.mjs): ${unlike.join(", ")}`);
  process.exit(1);
}
console.log(`${files.length} files, ${unlike.length} ${process.argv.includes("--check") ? "to format" : "formatted"}`);
