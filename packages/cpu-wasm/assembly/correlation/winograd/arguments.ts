/**
 * The argument block of Winograd's kernels. Steps are in bytes. A kernel gradient (`gradient.ts`) goes the way
 * back from `out`, the gradient that arrives, to `kernel`, and the rooms have the gradients of their contents.
 */
@unmanaged
export class WinogradArguments {
  /** Rows and columns of a tile's output: 2 or 4. */
  size: i32;
  x: usize;
  kernel: usize;
  bias: usize;
  out: usize;
  xImage: i32;
  height: i32;
  width: i32;
  top: i32;
  left: i32;
  kernelOut: i32;
  kernelIn: i32;
  kernelRow: i32;
  kernelColumn: i32;
  outImage: i32;
  outPlane: i32;
  outRow: i32;
  rows: i32;
  columns: i32;
  batch: i32;
  channels: i32;
  outChannels: i32;
  tileRows: i32;
  tileColumns: i32;
  /**
   * What a task is: so many images and one of so many blocks of tile rows; or, unless 0, so many output
   * channels.
   */
  images: i32;
  blocks: i32;
  part: i32;
  /** Rooms in scratch memory, each with the step from one thread's to the next, 0 where all share one. */
  padded: usize;
  paddedThread: i32;
  transformed: usize;
  transformedThread: i32;
  kernels: usize;
  kernelsThread: i32;
  products: usize;
  productsThread: i32;
  /** Steps from point to point in the rooms, and from channel to channel of tiles. */
  transformedPoint: i32;
  kernelsPoint: i32;
  productsPoint: i32;
  tiles: i32;
  /** The offsets of the transformed channels, and eight zero bytes. */
  table: usize;
  zeros: usize;
  /**
   * For a kernel gradient: parts of the depth, steps between parts and panels of sums, the offsets of tiles, a word
   * that is 1 when a tap is not finite.
   */
  parts: i32;
  partSums: usize;
  panelSums: usize;
  depthTable: usize;
  spoiled: usize;
}
