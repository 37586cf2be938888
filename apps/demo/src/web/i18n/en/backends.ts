/** The tab that compares what computes. */
export const backends = {
  heading: "What computes",
  intro:
    "The same library on two backends: plain JavaScript, and WebAssembly with SIMD, on one thread or several. Every number on this page comes from the one chosen here. They must agree, and a suite says so.",
  choice: "This page computes with",
  jsText: "Pure JavaScript. Runs everywhere, also where WebAssembly is forbidden.",
  wasmText: "WebAssembly with SIMD. Threads need a page that is cross-origin isolated.",
  threads: "Threads",
  isolated: "This page is cross-origin isolated, so threads may share memory.",
  notIsolated: "This page is not cross-origin isolated: one thread only.",
  features: "What it says of itself",
  timings: "Time and agreement",
  timingsText:
    "Median time of each operation with reading its result, and the largest difference from cpu-js.",
  measure: "Measure",
  measuring: "Measuring…",
  stop: "Stop",
  workload: "Operation",
  workloads: {
    image: "3 × 3 over an image of 512 × 512",
    layer: "Layer 16 → 32, 3 × 3, 28 × 28, batch 16",
    gradients: "The same layer, forwards and both gradients",
    depthwise: "64 groups, 3 × 3, 56 × 56",
    matmul: "Matrix product 256 × 256 × 256",
    pool: "Maximum pooling 2 × 2, 64 × 64 × 64",
  },
  ms: (text: string): string => `${text} ms`,
  difference: "Difference",
  differenceText: (text: string): string => (text === "0" ? "none" : text),
  conformance: "The conformance suite, here",
  conformanceText:
    "The published suite that every backend must pass, run in this page: each case plainly, and again through a wrapper that checks the contract at every call.",
  part: "Part",
  allParts: "everything",
  run: "Run the suite",
  progress: (done: number, count: number, seconds: string): string =>
    `${done} of ${count} cases, ${seconds} s`,
  summary: (passed: number, failed: number, skipped: number): string =>
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
  failures: "Failures",
  skips: "Skipped, and why",
  matrix: "Operations by element type",
  matrixText:
    "Cases passed of cases run. native: the backend’s own; composed: made by the core from its primitives.",
  member: "Operation",
  native: "native",
  composed: "composed",
  none: "–",
};
