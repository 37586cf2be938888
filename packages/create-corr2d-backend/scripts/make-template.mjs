// node scripts/make-template.mjs
//
// Writes the sources of the templates (template/src, template/late/src) and the tests of the late one from docs/examples,
// with the names of the template and links instead of paths into this repository. A backend thus exists once, and its tests
// are those of the example.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const home = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const examples = join(home, "..", "..", "docs", "examples");
const docs = "https://github.com/corr2d/corr2d/blob/main/docs";

const LINKS = ` *
 * The contract: ${docs}/backend-contract.md
 * How to go on from here: ${docs}/writing-a-backend.md
 */
`;
const HEADER = `/**
 * my-backend: a backend for corr2d, complete in the thirteen required functions over typed arrays. Every function is the
 * loop that its clause of the contract (§) describes; core composes corr2d, pooling, softmax and the rest from them.
${LINKS}`;
const ARITHMETIC_HEADER = `/**
 * What is computed, in the worker: a backend of its own, complete in the thirteen required functions over typed arrays. Every
 * function is the loop that its clause of the contract (§) describes. What you add here (a corr2d, a dtype, an optional
 * function), my-backend has too.
${LINKS}`;
const LATE_HEADER = `/**
 * my-backend: a backend for corr2d that works later. Every operation gives its handles at once, and a worker thread does the
 * work. This thread numbers the values, counts them and asks for what is read; \`queue.ts\` holds what waits, \`worker.ts\` is
 * the other side, \`arithmetic.ts\` what is computed there. No file lists operations: which arguments are handles, and how
 * large the results are, core's table says.
${LINKS}`;

const FILE_COMMENT = /^\/\*\*[\s\S]*?\*\/\n/;
const LINT = [/^\/\/ biome-ignore .*\n/m, ""];
const WHO_CALLS = [
  /(Being the module's default export, it is what) .*?(?= \*\/)/,
  "$1 corr2d's programs call.",
];
const SOURCES = [/"\.\/(\w+)\.ts"/g, '"./$1.js"'];
const BUILD = [/dist\/late-backend\/backend\.js/g, "dist/index.js"];
const NAMES = [/lateBackend/g, "myBackend"];
const MESSAGES = [/\blate: /g, "my-backend: "];

/** Where each file comes from, and what is different in it. Every difference has to occur. */
const files = {
  "template/src/index.ts": {
    from: "minimal-backend/backend.ts",
    changes: [
      [FILE_COMMENT, HEADER],
      LINT,
      WHO_CALLS,
      [/minimalBackend/g, "myBackend"],
      [/name: "minimal"/, 'name: "my-backend"'],
    ],
  },
  "template/late/src/index.ts": {
    from: "late-backend/backend.ts",
    changes: [
      [FILE_COMMENT, LATE_HEADER],
      LINT,
      WHO_CALLS,
      SOURCES,
      NAMES,
      MESSAGES,
      [/LateOptions/g, "Options"],
      [/name: "late"/, 'name: "my-backend"'],
    ],
  },
  "template/late/src/arithmetic.ts": {
    from: "minimal-backend/backend.ts",
    changes: [
      [FILE_COMMENT, ARITHMETIC_HEADER],
      LINT,
      [/Makes the backend\. .*?(?= \*\/)/, "Makes the backend that the worker computes with."],
      [/minimalBackend/g, "arithmetic"],
      [/name: "minimal"/, 'name: "arithmetic"'],
    ],
  },
  "template/late/src/messages.ts": { from: "late-backend/messages.ts", changes: [] },
  "template/late/src/queue.ts": { from: "late-backend/queue.ts", changes: [SOURCES, MESSAGES] },
  "template/late/src/thread.ts": { from: "late-backend/thread.ts", changes: [SOURCES, MESSAGES] },
  "template/late/src/worker.ts": {
    from: "late-backend/worker.ts",
    changes: [
      [/with the minimal backend/, "with the backend of `arithmetic.ts`"],
      [/minimalBackend from "[^"]*"/, 'arithmetic from "./arithmetic.js"'],
      [/minimalBackend/, "arithmetic"],
      SOURCES,
      MESSAGES,
    ],
  },
  "template/late/test/conformance.test.ts": {
    from: "late-backend/test/conformance.test.ts",
    changes: [BUILD, NAMES],
  },
  "template/late/test/late.test.ts": {
    from: "late-backend/test/late.test.ts",
    changes: [BUILD, NAMES, MESSAGES, [/LateOptions/g, "Options"]],
  },
  "template/late/test/process.test.ts": {
    from: "late-backend/test/process.test.ts",
    changes: [
      [/a late backend/, "a backend that works later"],
      BUILD,
      NAMES,
      MESSAGES,
      [/"dist", "late-backend"/, '"dist"'],
      [/"backend\.js"/, '"index.js"'],
    ],
  },
};

for (const [to, { from, changes }] of Object.entries(files)) {
  let text = readFileSync(join(examples, from), "utf8");
  for (const [pattern, replacement] of changes) {
    const changed = text.replace(pattern, replacement);
    if (changed === text) throw new Error(`make-template: docs/examples/${from} no longer has ${pattern}`);
    text = changed;
  }
  mkdirSync(dirname(join(home, to)), { recursive: true });
  writeFileSync(join(home, to), text);
}
