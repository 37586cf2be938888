// node scripts/build-wasm.mjs
//
// Compiles assembly/index.ts twice, with and without relaxed SIMD, into a TypeScript module that carries the bytes,
// src/generated/builds.ts, and one with the names and types of what they export, src/generated/kernels.ts.
//
// Both builds import an unshared memory: one with shared memory differs in one flag byte (src/module.ts sets it).
// Memory below 64 KiB holds the argument block, the threads' control block (src/layout.ts) and the kernels' constants.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import asc from "assemblyscript/asc";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const outputFolder = join(root, "src", "generated");

const FLAGS = [
  ...["--optimizeLevel", "3", "--shrinkLevel", "0", "--noAssert"],
  ...["--runtime", "stub", "--use", "abort="],
  ...["--importMemory", "--noExportMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
  ...["--memoryBase", "4096"],
  ...["--enable", "simd", "--bindings", "raw"],
];

/** Compiles one build; gives its bytes and asc's declaration file. */
async function compile(name, extraFlags) {
  const files = new Map();
  const messages = [];
  const { error } = await asc.main(
    ["assembly/index.ts", "--baseDir", root, "--outFile", `${name}.wasm`, ...FLAGS, ...extraFlags],
    {
      stderr: { write: (text) => messages.push(text) },
      writeFile: (file, contents) => void files.set(file, contents),
    },
  );
  if (error) throw new Error(`${name} build failed:\n${messages.join("")}`);
  return { bytes: files.get(`${name}.wasm`), declarations: files.get(`${name}.d.ts`) };
}

/** Names and parameter lists of the exported functions, from asc's declaration file. */
function exportsOf(declarations) {
  const pattern = /export function (\w+)\((.*)\): (\w+);/g;
  return [...declarations.matchAll(pattern)].map(([, name, parameters, result]) => ({
    name,
    parameters,
    result,
  }));
}

/** Where the flags of the memory import lie: 1 says that it has a maximum, 3 that it is shared too. */
function memoryFlagOffset(name, bytes) {
  const text = Buffer.from(bytes).toString("latin1");
  const entry = "\x03env\x06memory\x02";
  const offset = text.indexOf(entry) + entry.length;
  if (offset < entry.length || bytes[offset] !== 1)
    throw new Error(`${name} build: no unshared memory import`);
  return offset;
}

/** The module must ask for nothing but memory, and its constants must end before the heap. */
function checkModule(name, bytes) {
  const module = new WebAssembly.Module(bytes);
  const imports = WebAssembly.Module.imports(module);
  if (imports.length !== 1)
    throw new Error(`${name} build may only import memory: ${JSON.stringify(imports)}`);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); // a segment beyond its 64 KiB traps
  new WebAssembly.Instance(module, { env: { memory } });
}

/**
 * The builds differ in few places. A block of each in turn, they lie near enough for DEFLATE, which looks back
 * 32 KiB, to store the second as repetitions of the first.
 */
const BLOCK = 8192;
function interleave(a, b) {
  const blocks = [];
  for (let at = 0; at < Math.max(a.length, b.length); at += BLOCK) {
    blocks.push(a.subarray(at, at + BLOCK), b.subarray(at, at + BLOCK));
  }
  return Buffer.concat(blocks);
}

/** Written beside and renamed, so that nobody reads half a file. */
function write(file, text) {
  const path = join(outputFolder, file);
  writeFileSync(`${path}.tmp`, `// Written by scripts/build-wasm.mjs.\n${text}`);
  renameSync(`${path}.tmp`, path);
}

const builds = {
  plain: await compile("plain", []),
  relaxed: await compile("relaxed", ["--enable", "relaxed-simd"]),
};

mkdirSync(outputFolder, { recursive: true });
const layout = {};
for (const [name, { bytes }] of Object.entries(builds)) {
  if (name === "plain" || WebAssembly.validate(bytes)) checkModule(name, bytes); // Node 20 has no relaxed SIMD
  layout[name] = { size: bytes.length, memoryFlag: memoryFlagOffset(name, bytes) };
}
const packed = deflateSync(interleave(builds.plain.bytes, builds.relaxed.bytes), {
  level: 9,
  memLevel: 9,
});
write(
  "builds.ts",
  [
    "/** Both modules, a block of each in turn, deflated, in base64. */",
    `export const packed: string =\n  "${packed.toString("base64")}";`,
    `export const BLOCK = ${BLOCK};`,
    "/** Bytes of each module, and the offset of the byte that says whether its memory is shared: 1 no, 3 yes. */",
    'export const layout: Readonly<Record<"plain" | "relaxed", { size: number; memoryFlag: number }>> =',
    `  ${JSON.stringify(layout)};`,
    "",
  ].join("\n"),
);
console.log(
  `plain ${layout.plain.size} bytes, relaxed ${layout.relaxed.size}, together ${packed.length} packed`,
);

const kernels = exportsOf(builds.plain.declarations);
const isChunked = (kernel) => kernel.parameters === "args: number, begin: number, end: number";
write(
  "kernels.ts",
  [
    "/** Kernels that work on chunks, in the order of their numbers. */",
    "export const KERNELS = [",
    ...kernels.filter(isChunked).map(({ name }) => `  "${name}",`),
    "] as const;",
    "",
    "export type KernelName = (typeof KERNELS)[number];",
    "",
    "/** What the module exports. */",
    "export interface Exports {",
    ...kernels.map(({ name, parameters, result }) => `  ${name}(${parameters}): ${result};`),
    "}",
    "",
  ].join("\n"),
);
