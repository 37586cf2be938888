// The packages that applications load are published as one module each: Node takes about half a millisecond for every
// file it imports, which was 50 ms of the 230 from the start of a process to cpu-wasm's first result
// (docs/decisions/0007). Each package's build runs this in its own folder, after `tsc -b` has written its types.
import { readFileSync } from "node:fs";

// What a package exports is what its package.json names: modules, and cpu-wasm's worker, a script of its own.
const { exports, version, peerDependencies = {} } = JSON.parse(readFileSync("package.json", "utf8"));

export default {
  input: Object.values(exports).flatMap((entry) => entry["@corr2d/source"] ?? []),
  external: [/^(@corr2d\/|node:)/, ...Object.keys(peerDependencies)],
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
