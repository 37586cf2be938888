/** How two operands broadcast (§3.6): the shapes that the binary cases and `select` are tried on. */
import { formatSizes } from "./support.ts";

type Shape = readonly number[];

export interface Broadcast {
  /** `3x1,3x5`: the operands' sizes. */
  readonly text: string;
  readonly shapeA: Shape;
  readonly shapeB: Shape;
  readonly shape: Shape;
}

function broadcast(shapeA: Shape, shapeB: Shape): Broadcast {
  const shape = shapeA.map((n, axis) => Math.max(n, shapeB[axis]!));
  return { text: `${formatSizes(shapeA)},${formatSizes(shapeB)}`, shapeA, shapeB, shape };
}

const swapped = ({ shapeA, shapeB }: Broadcast): Broadcast => broadcast(shapeB, shapeA);

/** No broadcasting, one operand's axes: all, outer, inner, middle and alternating ones; both operands'; 0 to 8 axes. */
export const BROADCASTS: readonly Broadcast[] = [
  broadcast([37], [37]),
  broadcast([], []),
  broadcast([1], [13]),
  broadcast([13], [1]),
  broadcast([3, 5], [1, 5]),
  broadcast([3, 1], [3, 5]),
  broadcast([3, 1], [1, 5]),
  broadcast([1, 1], [4, 6]),
  broadcast([2, 3, 4], [1, 3, 1]),
  broadcast([2, 1, 4], [1, 3, 1]),
  broadcast([2, 1, 3, 1, 2], [1, 4, 1, 2, 1]),
  broadcast([1, 2, 1, 3, 1, 2, 1, 2], [2, 1, 2, 1, 2, 1, 2, 1]),
  broadcast([1, 5], [3, 5]),
  broadcast([3, 5], [3, 1]),
  broadcast([1, 5], [3, 1]),
  broadcast([4, 6], [1, 1]),
  broadcast([1, 3, 1], [2, 3, 4]),
  // one middle axis
  broadcast([2, 1, 3], [2, 5, 3]),
  broadcast([2, 5, 3], [2, 1, 3]),
  broadcast([2, 1, 16], [2, 7, 16]),
  broadcast([2, 3, 1, 4], [2, 3, 5, 4]),
  broadcast([2, 3, 5, 4], [2, 1, 5, 4]),
  broadcast([2, 1, 1, 4], [2, 3, 5, 4]),
  // an inner or an outer axis of three or four
  broadcast([2, 3, 1], [2, 3, 4]),
  broadcast([2, 3, 4], [2, 1, 1]),
  broadcast([1, 3, 4], [2, 3, 4]),
  broadcast([2, 3, 4], [1, 1, 4]),
  broadcast([1, 3, 1, 1], [2, 3, 4, 5]),
  broadcast([2, 3, 4, 5], [1, 3, 1, 1]),
  // both operands, in other places
  broadcast([2, 1, 3], [1, 5, 3]),
  broadcast([2, 5, 1], [1, 5, 3]),
  broadcast([2, 5, 1], [2, 1, 3]),
  broadcast([1, 1, 3], [2, 5, 1]),
];

/** With more than one axis past 64 or 128. */
export const BLOCK_BROADCASTS: readonly Broadcast[] = [
  broadcast([130, 1], [130, 131]),
  broadcast([130, 131], [1, 131]),
  broadcast([130, 1], [1, 131]),
  broadcast([66, 1, 67], [66, 3, 67]),
  broadcast([3, 66, 65], [3, 66, 1]),
  broadcast([66, 1, 3], [1, 67, 3]),
];

/** The same kinds with an axis of `n`, by name: what an implementation has a loop of its own for. */
export function broadcastsOf(n: number): Readonly<Record<string, Broadcast>> {
  const scalar = broadcast([1], [n]);
  const row = broadcast([1, n], [3, n]);
  const column = broadcast([n, 1], [n, 3]);
  const shortColumn = broadcast([3, 1], [3, n]);
  const outer = broadcast([n, 1], [1, 3]);
  const middle = broadcast([2, 1, n], [2, 3, n]);
  const longMiddle = broadcast([2, 1, 3], [2, n, 3]);
  const channel = broadcast([1, n, 1], [2, n, 3]);
  const plane = broadcast([1, 3, 1], [2, 3, n]);
  const both = broadcast([2, 1, n], [1, 3, n]);
  return {
    same: broadcast([n], [n]),
    "scalar-left": scalar,
    "scalar-right": swapped(scalar),
    "row-left": row,
    "row-right": swapped(row),
    "column-left": column,
    "column-right": swapped(column),
    "short-column-left": shortColumn,
    "short-column-right": swapped(shortColumn),
    outer,
    "outer-turned": swapped(outer),
    "middle-left": middle,
    "middle-right": swapped(middle),
    "long-middle-left": longMiddle,
    "long-middle-right": swapped(longMiddle),
    "channel-left": channel,
    "channel-right": swapped(channel),
    "plane-left": plane,
    "plane-right": swapped(plane),
    both,
  };
}
