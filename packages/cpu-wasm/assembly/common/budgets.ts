/**
 * How much of an operation is laid out in scratch memory at a time, in one place: what bounds the memory that
 * an operation takes, and keeps what is written soon before it is read in cache (32–48 KiB first level,
 * 512–1024 KiB second level). Results do not depend on these numbers but for rounding.
 *
 * SMALL_BUDGETS, a constant of the compiler's command line, is 1 in a build for tests: everything that is cut
 * into parts when it is large (batches, bands, depths, strips, Winograd's blocks) then happens on small
 * geometries too.
 */

/** Bytes of padded copies, packed panels and transposed images that are made for several images at a time. */
export const COPY_BYTES: i32 = SMALL_BUDGETS ? 6000 : 2 << 20;
/** Floats of one image's padded copy; larger images are done in bands of rows. */
export const BAND_FLOATS: i32 = SMALL_BUDGETS ? 1500 : 4 << 20;
/** Bytes of packed matrices of a batch. */
export const PACKED_BYTES: i32 = SMALL_BUDGETS ? 6000 : 8 << 20;
/** Bytes of the left operand that every column block passes over: half of a second-level cache. */
export const SLICE_BYTES: i32 = SMALL_BUDGETS ? 3000 : 256 << 10;
/**
 * A deeper product leaves the first-level cache with its panel and rows: it is cut into blocks of about
 * `DEPTH`.
 */
export const LONGEST_DEPTH: i32 = SMALL_BUDGETS ? 40 : 640;
export const DEPTH: i32 = SMALL_BUDGETS ? 30 : 512;
/**
 * Terms that are added one after the other in float32. Equal terms may all round in one direction: K of them
 * are then off by K / 4 units, and the contract allows 4·√K. Longer sums are sums of chains.
 */
export const CHAIN: i32 = SMALL_BUDGETS ? 8 : 256;
/** So many chains are added in float32, and blocks of a depth; more go on in float64. */
export const CHAINS: i32 = SMALL_BUDGETS ? 3 : 64;
/** Taps that the tiles of `positions.ts` add up at most. */
export const LONGEST_WALK: i32 = CHAIN * CHAINS;
/**
 * Bytes of the padded rows of a strip; 24 to 192 KiB measure the same, 64 KiB leaves few rows to be copied
 * twice.
 */
export const STRIP_BYTES: i32 = SMALL_BUDGETS ? 1500 : 64 << 10;
/** Floats of a column phase's sums: those of all, and of two channels, stay in the first-level cache. */
export const PHASE_FLOATS: i32 = SMALL_BUDGETS ? 40 : 1024;
/** Positions of a unit of the dot products: its rows of x and g stay in the first-level cache. */
export const UNIT_POSITIONS: i32 = SMALL_BUDGETS ? 64 : 2048;
/** Bytes of a block's transformed input and products, and of the transformed kernel when it is used once. */
export const WINOGRAD_BYTES: i32 = SMALL_BUDGETS ? 6000 : 1 << 20;
/** Tiles of a block of Winograd's kernel gradient: the depth of its products. */
export const WINOGRAD_DEPTH: i32 = SMALL_BUDGETS ? 12 : 192;
/** Bytes of the sums of a kernel gradient's parts. */
export const WINOGRAD_SUMS_BYTES: i32 = SMALL_BUDGETS ? 100000 : 4 << 20;
/** A transposed left operand beyond this is copied first: its columns would be read across too many pages. */
export const TRANSPOSE_BYTES: i32 = SMALL_BUDGETS ? 3000 : 256 << 10;
