/** Where things lie in the WebAssembly memory, as assembly/common/layout.ts says. */
export { ARGUMENTS, CONTROL, DIMENSIONS, HEAP_START, WINDOW } from "./generated/border.ts";

/** Bytes of a WebAssembly page. */
export const PAGE: number = 65536;
