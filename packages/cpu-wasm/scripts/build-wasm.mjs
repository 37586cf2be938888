// node scripts/build-wasm.mjs
//
// Compiles assembly/index.ts into a TypeScript module that carries the bytes, src/generated/kernels-module.ts, and one
// with the names and types of what they export, src/generated/kernels.ts; and assembly/border.ts into one with the
// numbers that both sides know, src/generated/border.ts.
//
// The module imports an unshared memory: one with shared memory differs in one flag byte. Builds with and without
// relaxed SIMD differ in a few instructions, all of one length. src/module.ts and assembly/unpack make the changes.
// Memory below 64 KiB holds the argument block, the threads' control block (src/layout.ts) and the kernels' constants.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { borderSource } from "./border.mjs";
import { compileKernels, root } from "./compile.mjs";
import { slimModule } from "./module-sections.mjs";
import { compileUnpacker, pack } from "./pack-module.mjs";

const outputFolder = join(root, "src", "generated");

/** What JavaScript calls. */
const CALLED = [
  ...["configure", "correlation", "matmul", "unary", "binary", "fill", "addScaled", "reduce"],
  ...["strided", "stridedAdd", "copyPart", "gather", "maxPool2d", "avgPool2d", "softmax"],
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

/** What assembly/common/simd.ts has the compiler write for a product, and for a sum. Each takes three bytes. */
const STAND_INS = { product: "i16x8.q15mulr_sat_s", sum: "i16x8.avgr_u" };
const STAND_IN_BYTES = { product: [0xfd, 0x82, 0x01], sum: [0xfd, 0x9b, 0x01] };

/** Replaces each of three bytes; gives how many. */
function replaceAll(bytes, from, to) {
  let count = 0;
  for (let at = 0; at < bytes.length - 2; at++) {
    if (from.some((byte, i) => bytes[at + i] !== byte)) continue;
    bytes.set(to, at);
    count++;
  }
  return count;
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

  const fused = Uint8Array.from(bytes);
  const replacements = {
    product: [0x01, 0x01, 0x01], // nop
    sum: [0xfd, 0x52, 0x01], // bitselect and nop: as many operands as relaxed_madd, which Node 20 does not know
  };
  for (const [name, instruction] of Object.entries(STAND_INS)) {
    const written = text.split(instruction).length - 1;
    const found = replaceAll(fused, STAND_IN_BYTES[name], replacements[name]);
    if (written === 0 || found !== written)
      throw new Error(`${written} times ${instruction}, found ${found}`);
  }
  if (!WebAssembly.validate(fused)) throw new Error("a product is used by something else than its sum");
}

/** Written beside and renamed, so that nobody reads half a file. */
function write(file, text) {
  const path = join(outputFolder, file);
  writeFileSync(`${path}.tmp`, `// Written by scripts/build-wasm.mjs.\n${text}`);
  renameSync(`${path}.tmp`, path);
}

const compiled = await compileKernels();
const kernels = exportsOf(compiled.declarations);
const bytes = slimModule(
  compiled.bytes,
  (name) => name === "table" || kernels.some((kernel) => kernel.name === name),
);
checkModule(bytes, compiled.text);
const unpacker = await compileUnpacker();
const packed = await pack(bytes);

mkdirSync(outputFolder, { recursive: true });
write(
  "kernels-module.ts",
  [
    "/** The module of assembly/unpack: as numbers, which gzip packs a quarter smaller than base64. */",
    `export const unpacker: readonly number[] = [${unpacker.join()}];`,
    "/** The kernels' module, packed, and its size. */",
    `export const packed: string =\n  \`${packed}\`;`,
    `export const size = ${bytes.length};`,
    "/** The offset of the byte that says whether its memory is shared: 1 no, 3 yes. */",
    `export const memoryFlag = ${memoryFlagOffset(bytes)};`,
    "",
  ].join("\n"),
);
console.log(`${bytes.length} bytes, ${packed.length} characters packed, unpacker ${unpacker.length}`);

write("border.ts", await borderSource());
write(
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
