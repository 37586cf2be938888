// node scripts/make-template.mjs
//
// Writes template/src/index.ts: docs/examples/minimal-backend/backend.ts, with the names of the template and links
// instead of paths into this repository. A backend thus exists once, and its tests are those of the example.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const folder = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const example = join(folder, "..", "..", "docs", "examples", "minimal-backend", "backend.ts");
const docs = "https://github.com/corr2d/corr2d/blob/main/docs";

const HEADER = `/**
 * my-backend: a backend for corr2d, complete in the twelve required functions over typed arrays. Every function is the
 * loop that its clause of the contract (§) describes; core composes corr2d, pooling, softmax and the rest from them.
 *
 * The contract: ${docs}/backend-contract.md
 * How to go on from here: ${docs}/writing-a-backend.md
 */
`;

const changes = [
  [/^\/\*\*[\s\S]*?\*\/\n/, HEADER],
  [/^\/\/ biome-ignore .*\n/m, ""],
  [
    /Makes the backend\. .*?(?= \*\/)/,
    "Makes the backend. Being the module's default export, it is what corr2d's programs call.",
  ],
  [/minimalBackend/g, "myBackend"],
  [/name: "minimal"/, 'name: "my-backend"'],
];

let text = readFileSync(example, "utf8");
for (const [pattern, replacement] of changes) {
  const changed = text.replace(pattern, replacement);
  if (changed === text) throw new Error(`make-template: ${example} no longer has ${pattern}`);
  text = changed;
}

mkdirSync(join(folder, "template", "src"), { recursive: true });
writeFileSync(join(folder, "template", "src", "index.ts"), text);
