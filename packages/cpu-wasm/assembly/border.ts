/**
 * What both sides of the JavaScript border know: where things lie in the memory, and which number an
 * operation has. The build compiles this file for itself, and writes what it exports to
 * src/generated/border.ts (scripts/border.mjs).
 */
import { Window, WindowAxis } from "./common/window";

export { ARGUMENTS, CONTROL, DIMENSIONS, HEAP_START, WINDOW } from "./common/layout";
export { Member, Winograd } from "./correlation/operations";
export { Binary, Flat } from "./elementwise/operations";
export { Gather } from "./gather/operations";
export { Fold } from "./reduce/operations";

/** Where in a window its sizes and axes are, in elements. */
export enum WindowSlot {
  BATCH = offsetof<Window>("batch") >> 2,
  IN_CHANNELS = offsetof<Window>("inChannels") >> 2,
  OUT_CHANNELS = offsetof<Window>("outChannels") >> 2,
  GROUPS = offsetof<Window>("groups") >> 2,
  Y = offsetof<Window>() >> 2,
  X = (offsetof<Window>() + offsetof<WindowAxis>()) >> 2,
}

/** And where in an axis its sizes are. */
export enum AxisSlot {
  INPUT = offsetof<WindowAxis>("input") >> 2,
  KERNEL = offsetof<WindowAxis>("kernel") >> 2,
  OUTPUT = offsetof<WindowAxis>("output") >> 2,
  STRIDE = offsetof<WindowAxis>("stride") >> 2,
  BEFORE = offsetof<WindowAxis>("before") >> 2,
  AFTER = offsetof<WindowAxis>("after") >> 2,
  DILATION = offsetof<WindowAxis>("dilation") >> 2,
}
