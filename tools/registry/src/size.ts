/** pnpm size: prints what the packages weigh in an application; fails beyond the ceiling. */
import { bundleSize, CEILING } from "./bundle.ts";

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1).padStart(6)} kB`;

const { total, brotli, parts, kernels } = await bundleSize();
console.log("Minified and gzipped, in an application that trains a convolutional network:");
for (const [name, bytes] of parts) {
  console.log(`${kilobytes(bytes)}  ${name}`);
  if (name === "cpu-wasm")
    console.log(`${" ".repeat(11)}of which ${kilobytes(kernels).trim()} are the kernels`);
}
console.log(`${kilobytes(total)}  in one bundle, which may have ${kilobytes(CEILING).trim()}`);
console.log(`${kilobytes(brotli)}  the same bundle by Brotli, for information`);
if (total > CEILING) {
  console.error(`\nTOO LARGE by ${kilobytes(total - CEILING).trim()}`);
  process.exitCode = 1;
}
