/** pnpm size: prints what the packages weigh in an application; fails beyond the budget. */
import { BUDGET, bundleSize } from "./bundle.ts";

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1).padStart(6)} kB`;

const { total, parts, kernels } = await bundleSize();
console.log("Minified and gzipped, in an application that trains a convolutional network:");
for (const [name, bytes] of parts) {
  console.log(`${kilobytes(bytes)}  ${name}`);
  if (name === "cpu-wasm")
    console.log(`${" ".repeat(11)}of which ${kilobytes(kernels).trim()} are the kernels`);
}
console.log(`${kilobytes(total)}  in one bundle, of ${kilobytes(BUDGET).trim()} allowed`);
if (total > BUDGET) {
  console.error(`\nOVER THE BUDGET by ${kilobytes(total - BUDGET).trim()}`);
  process.exitCode = 1;
}
