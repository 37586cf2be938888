// Compiles AssemblyScript.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

/** The package's folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

const FLAGS = ["--noAssert", "--runtime", "stub", "--use", "abort=", "--bindings", "raw"];

/** Keeps the optimiser from inlining the functions whose names match, but for what reads or writes a struct's field. */
function keepWhole(pattern) {
  return class {
    afterCompile(module) {
      for (const name of this.program.instancesByName.keys()) {
        if (!pattern.test(name) || /#[gs]et:/.test(name)) continue;
        this.binaryen.setPassArgument("no-inline", name);
        module.runPasses(["no-inline"]);
      }
      this.binaryen.clearPassArguments();
    }
  };
}

/** Matches nothing. */
const NONE = /^$/;

/** Compiles a module; gives its bytes, its text, and asc's declaration file. */
export async function compile(entry, flags, whole = NONE) {
  const files = new Map();
  const messages = [];
  const { error } = await asc.main(
    [entry, "--baseDir", root, "--outFile", "out.wasm", "--textFile", "out.wat", ...FLAGS, ...flags],
    {
      transforms: [keepWhole(whole)],
      stderr: { write: (text) => messages.push(text) },
      writeFile: (file, contents) => void files.set(file, contents),
    },
  );
  if (error) throw new Error(`${entry} does not compile:\n${messages.join("")}`);
  return {
    bytes: files.get("out.wasm"),
    text: files.get("out.wat"),
    declarations: files.get("out.d.ts"),
  };
}

/** Where the kernels' own constants lie. */
const [, CONSTANTS] = readFileSync(join(root, "assembly", "common", "layout.ts"), "utf8").match(
  /CONSTANTS: usize = (\d+);/,
);

const KERNEL_FLAGS = [
  ...["--optimizeLevel", "3", "--shrinkLevel", "0", "--enable", "simd"],
  ...["--importMemory", "--noExportMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
  ...["--memoryBase", CONSTANTS, "--exportTable"],
];

/** What runs once for an operation, or for a row: each function where it is, since copies would only take space. */
const WHOLE =
  /^assembly\/((.*driver|common\/(host|tables)|correlation\/(correlation|plan|planes|reduced)|pool\/window)\/|reduce\/rows\/sumRow$|softmax\/kernels\/shiftOf$)/;

/** Compiles the kernels; for tests with small budgets (assembly/common/budgets.ts). */
export function compileKernels({ smallBudgets = false } = {}) {
  return compile(
    "assembly/index.ts",
    [...KERNEL_FLAGS, "--use", `SMALL_BUDGETS=${smallBudgets ? 1 : 0}`],
    WHOLE,
  );
}
