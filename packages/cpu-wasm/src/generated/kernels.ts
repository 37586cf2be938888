// Written by scripts/build-wasm.mjs.
/** Kernels that work on chunks, in the order of their numbers. */
export const KERNELS = [
  "addFlat",
] as const;

export type KernelName = (typeof KERNELS)[number];

/** What the module exports. */
export interface Exports {
  addFlat(args: number, begin: number, end: number): void;
}
