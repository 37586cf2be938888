/** The argument block of Winograd's kernels. Steps are in bytes. */
export const enum Slot {
  /** Rows and columns of a tile's output: 2 or 4. */
  SIZE,
  X,
  KERNEL,
  BIAS,
  OUT,
  X_IMAGE,
  HEIGHT,
  WIDTH,
  TOP,
  LEFT,
  KERNEL_OUT,
  KERNEL_IN,
  KERNEL_ROW,
  KERNEL_COLUMN,
  OUT_IMAGE,
  OUT_PLANE,
  OUT_ROW,
  ROWS,
  COLUMNS,
  BATCH,
  CHANNELS,
  OUT_CHANNELS,
  TILE_ROWS,
  TILE_COLUMNS,
  /**
   * What a task is: so many images and one of so many blocks of tile rows; or, unless 0, so many output
   * channels.
   */
  IMAGES,
  BLOCKS,
  PART,
  /** Rooms in scratch memory, each with the step from one thread's to the next, 0 where all share one. */
  PADDED,
  PADDED_THREAD,
  TRANSFORMED,
  TRANSFORMED_THREAD,
  KERNELS,
  KERNELS_THREAD,
  PRODUCTS,
  PRODUCTS_THREAD,
  /** Steps from point to point in the rooms, and from channel to channel of tiles. */
  TRANSFORMED_POINT,
  KERNELS_POINT,
  PRODUCTS_POINT,
  TILES,
  /** The offsets of the transformed channels, and eight zero bytes. */
  TABLE,
  ZEROS,
}
