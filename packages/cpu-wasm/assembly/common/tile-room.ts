/** Where a thread puts the sums of a tile that are to be added to others. */
import { TILE_ROOMS } from "./layout";

/** Bytes of the largest tile's sums, rounded up. */
const TILE_ROOM_BYTES: i32 = 256;

/** The number of this instance's thread, which JavaScript gives. */
@external("env", "thread")
export declare const thread: i32;

/** This thread's room. */
@inline
export function tileRoom(): usize {
  return TILE_ROOMS + TILE_ROOM_BYTES * thread;
}
