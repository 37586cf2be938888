// The packages that applications load are published as one module each: Node takes about half a millisecond for every
// file it imports, which was 50 ms of the 230 from the start of a process to cpu-wasm's first result
// (docs/decisions/0007). Each package's build runs this in its own folder, after `tsc -b` has written its types.
import { existsSync, readFileSync } from "node:fs";

const ENTRIES = [
  "src/index.ts",
  "src/functional.ts", // of nn: a list of names, exported beside the package
  "src/node.ts", // what Node alone can do
  "src/worker.js", // a script of its own, which the package names by its URL
  "src/node.ts", // what needs Node
];
const { version } = JSON.parse(readFileSync("package.json", "utf8"));

export default {
  input: ENTRIES.filter((path) => existsSync(path)),
  external: /^(@corr2d\/|node:)/,
  platform: "neutral",
  transform: { define: { CORR2D_VERSION: JSON.stringify(version) } },
  output: {
    dir: "dist",
    sourcemap: true,
    chunkFileNames: "shared.js", // what two entries have in common
    // Says that it is a module to who reads nothing but the file.
    footer: (chunk) => (chunk.exports.length === 0 ? "export {};" : ""),
  },
};
