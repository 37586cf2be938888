/**
 * The contract's operations by their definitions, as loops in float64 over plain arrays, with the error that §9 allows;
 * and the comparison with them. For tools that make cases of their own, such as fuzzers.
 */
export { type Expected, expectValues } from "../compare.ts";
export { createRandom, type Random } from "../random.ts";
export * from "./arrays.ts";
export { binary, binaryResult, cast, select, unary } from "./elementwise.ts";
export * from "./rows.ts";
export { exactly, Sums } from "./sums.ts";
export * from "./windows.ts";
