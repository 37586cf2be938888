// Compiles AssemblyScript.
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

/** The package's folder. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

const FLAGS = ["--noAssert", "--runtime", "stub", "--use", "abort=", "--bindings", "raw"];

/** Compiles a module; gives its bytes, its text, and asc's declaration file. */
export async function compile(entry, flags) {
  const files = new Map();
  const messages = [];
  const { error } = await asc.main(
    [entry, "--baseDir", root, "--outFile", "out.wasm", "--textFile", "out.wat", ...FLAGS, ...flags],
    {
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
