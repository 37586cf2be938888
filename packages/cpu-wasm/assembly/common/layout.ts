/**
 * Where things lie in the first 64 KiB of the memory; the heap begins after them. 0 is never handed out, so
 * that 0 can mean "no operand". JavaScript has these numbers from here (border.ts).
 */

/** The window of a correlation or a pool, which JavaScript writes (window.ts). */
export const WINDOW: usize = 64;
/** The same with steps of 1 where nothing moves (correlation/driver.ts). */
export const MOVING_WINDOW: usize = 256;
/** The settings of the backend (host.ts). */
export const SETTINGS: usize = 512;
/** The argument block of the kernel that runs. */
export const ARGUMENTS: usize = 1024;
/** Where JavaScript writes the shapes that a driver reads: integers. */
export const DIMENSIONS: usize = 2048;
/** Lists of axes, while a driver orders them. */
export const AXES: usize = 2560;
/** The threads' control block (src/team.ts). */
export const CONTROL: usize = 3072;
/** The rooms of `tile-room.ts`, for 64 threads. */
export const TILE_ROOMS: usize = 4096;
/** The kernels' own constants, by asc's `--memoryBase`. */
export const CONSTANTS: usize = 20480;
/** The first byte of the heap. */
export const HEAP_START: usize = 65536;
