// `pnpm conformance`: the published suite on every backend, side by side; with `--vectors DIR`, external test vectors.
const external = process.argv.some(
  (argument) => argument === "--vectors" || argument.startsWith("--vectors="),
);
await import(
  external ? "../tools/vectors/dist/main.js" : "../packages/conformance/scripts/every-backend.mjs"
);
