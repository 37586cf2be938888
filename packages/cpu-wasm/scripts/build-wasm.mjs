// node scripts/build-wasm.mjs
//
// Compiles assembly/index.ts into src/generated: kernels-module.ts, a TypeScript module that carries the bytes, deflated;
// kernels.wasm, the plain build as a file, for hosts that compile nothing at run time; and kernels.ts, the names and types
// of what they export. And assembly/border.ts into border.ts, the numbers that both sides know.
//
// The module imports an unshared memory: one with shared memory differs in one flag byte. Builds with and without
// relaxed SIMD differ in a few instructions, all of one length. src/module.ts makes the changes.
// Memory below 64 KiB holds the argument block, the threads' control block (assembly/common/layout.ts) and the kernels' constants.
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zlibAsync } from "@gfx/zopfli";
import { borderSource } from "./border.mjs";
import { compileKernels, root } from "./compile.mjs";
import { slimModule, withNote } from "./module-sections.mjs";

const outputFolder = join(root, "src", "generated");

/** What JavaScript calls. */
const CALLED = [
  ...["configure", "correlation", "matmul", "unary", "binary", "fill", "addScaled", "reduce"],
  ...["strided", "stridedAdd", "copyPart", "gather", "gatherSum", "maxPool2d", "avgPool2d", "softmax"],
  ...["sort", "cumsum"],
  ...["normalize", "normalizeInput", "normalizeGrads"],
];

/** Names and parameter lists of the functions to export, from asc's declaration file. */
function exportsOf(declarations) {
  const pattern = /export function (\w+)\((.*)\): (\w+);/g;
  return [...declarations.matchAll(pattern)]
    .map(([, name, parameters, result]) => ({ name, parameters, result }))
    .filter(({ name }) => CALLED.includes(name));
}

/** Where the flags of the memory import lie: 1 says that it has a maximum, 3 that it is shared too. */
function memoryFlagOffset(bytes) {
  const text = Buffer.from(bytes).toString("latin1");
  const entry = "\x03env\x06memory\x02";
  const offset = text.indexOf(entry) + entry.length;
  if (offset < entry.length || bytes[offset] !== 1) throw new Error("the module imports no unshared memory");
  return offset;
}

/**
 * A product and the sum that follows it: the instructions that assembly/common/simd.ts has the compiler write, and what a
 * build has in their place. Each takes three bytes.
 */
const STAND_INS = { product: "i16x8.q15mulr_sat_s", sum: "i16x8.avgr_u" };
const MULTIPLY_ADD = {
  product: {
    standIn: [0xfd, 0x82, 0x01],
    plain: [0xfd, 0xe6, 0x01], // f32x4.mul
    relaxed: [0x01, 0x01, 0x01], // nop: both factors stay on the stack
  },
  sum: {
    standIn: [0xfd, 0x9b, 0x01],
    plain: [0xfd, 0xe4, 0x01], // f32x4.add
    relaxed: [0xfd, 0x85, 0x02], // f32x4.relaxed_madd
  },
};

/** The module with other instructions for a product and a sum; `count(name, places)` hears in how many places. */
function withInstructions(bytes, instructions, count = () => {}) {
  const latin1 = (part) => Buffer.from(part).toString("latin1");
  let text = latin1(bytes);
  for (const [name, instruction] of Object.entries(instructions)) {
    const pieces = text.split(latin1(MULTIPLY_ADD[name].standIn));
    count(name, pieces.length - 1);
    text = pieces.join(latin1(instruction));
  }
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

/**
 * The module must ask for nothing but memory, scratch space and threads, its constants must end before the heap, and the
 * loader must be able to replace the stand-ins: their bytes occur nowhere else, and a sum belongs to each product, whose
 * place is then free.
 */
function checkModule(bytes, text) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); // a segment beyond its 64 KiB traps
  new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory, thread: 0, scratch() {}, share() {} },
  });

  const fused = withInstructions(
    bytes,
    {
      product: MULTIPLY_ADD.product.relaxed,
      sum: [0xfd, 0x52, 0x01], // bitselect and nop: as many operands as relaxed_madd, which Node 20 does not know
    },
    (name, found) => {
      const written = text.split(STAND_INS[name]).length - 1;
      if (written === 0 || found !== written)
        throw new Error(`${written} times ${STAND_INS[name]}, found ${found}`);
    },
  );
  if (!WebAssembly.validate(fused)) throw new Error("a product is used by something else than its sum");
}

/** Written beside and renamed, so that nobody reads half a file. */
function write(file, contents) {
  const path = join(outputFolder, file);
  writeFileSync(`${path}.tmp`, contents);
  renameSync(`${path}.tmp`, path);
}

const writeSource = (file, text) => write(file, `// Written by scripts/build-wasm.mjs.\n${text}`);

const compiled = await compileKernels();
const kernels = exportsOf(compiled.declarations);
const slim = slimModule(
  compiled.bytes,
  (name) => name === "table" || kernels.some((kernel) => kernel.name === name),
);
checkModule(slim, compiled.text);

/** The custom section that tells these kernels from other modules, and from those of another version. */
const NOTE = "corr2d";
const note = createHash("sha256").update(slim).digest("hex").slice(0, 16);
const bytes = withNote(slim, NOTE, note);
const memoryFlag = memoryFlagOffset(bytes);
const packed = Buffer.from(await zlibAsync(bytes, { numiterations: 5 }));

const { product, sum } = MULTIPLY_ADD;
const file = withInstructions(bytes, { product: product.plain, sum: sum.plain });
file[memoryFlag] = 3;

mkdirSync(outputFolder, { recursive: true });
write("kernels.wasm", file);
writeSource(
  "kernels-module.ts",
  [
    "/** The kernels' module: deflated, with zlib's header and checksum, as base64. */",
    `export const packed: string =\n  "${packed.toString("base64")}";`,
    "/** The offset of the byte that says whether its memory is shared: 1 no, 3 yes. */",
    `export const memoryFlag = ${memoryFlag};`,
    "/** The bytes that stand for a product and for the sum that follows it, and what the builds have in their place. */",
    `export const multiplyAdd: readonly Readonly<Record<"standIn" | "plain" | "relaxed", readonly number[]>>[] =`,
    `  ${JSON.stringify([product, sum])};`,
    "/** The custom section that tells these kernels from other modules, and what it says. */",
    `export const noteName = "${NOTE}";`,
    `export const note = "${note}";`,
    "",
  ].join("\n"),
);
console.log(`${bytes.length} bytes, ${packed.length} deflated`);

writeSource("border.ts", await borderSource());
writeSource(
  "kernels.ts",
  [
    "/** What the module exports. */",
    "export interface Exports {",
    "  /** The functions that drivers run in chunks, among others. */",
    "  readonly table: WebAssembly.Table;",
    ...kernels.map(({ name, parameters, result }) => `  ${name}(${parameters}): ${result};`),
    "}",
    "",
  ].join("\n"),
);
