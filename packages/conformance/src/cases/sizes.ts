/**
 * Where implementations cut their work: vectors and unrolled loops, tiles and workgroups, blocks, and 16-bit counts.
 *
 * What is cut has a last piece that is easily forgotten, so every member is tried at and just past each of these sizes, and
 * just below the small ones, along each of its axes. float32 stands for all dtypes where that would take long: the others are then
 * tried just past them.
 */
import type { DType } from "@corr2d/core";
import type { Context } from "../case.ts";

const CUTS = [64, 128, 256, 1024, 4096];
const around = (cut: number): number[] => [cut - 1, cut, cut + 1];

/** 63 … 65 up to 4,096 and 4,097. */
const EDGE_SIZES: readonly number[] = CUTS.flatMap((cut) => (cut < 1024 ? around(cut) : [cut, cut + 1]));

/** 65 … 4,097. */
const PAST_SIZES: readonly number[] = CUTS.map((cut) => cut + 1);

/** Around 16 bits. */
const FAR_SIZES: readonly number[] = [...around(65_535), 65_537];

/** Past 16 bits, and past them as a count of groups. */
const FAR_SIZE = 65_537;

/**
 * What a case tries: the edge sizes (just past the cuts, for dtypes other than float32) and, with `far`, 65,537. The
 * validated run, which reads every value twice more, takes those just past the cuts, but for the largest.
 */
export function sizesFor({ validated }: Context, dtype: DType, far: boolean): readonly number[] {
  if (validated) return PAST_SIZES.slice(0, -1);
  const near = dtype === "float32" ? EDGE_SIZES : PAST_SIZES;
  return far ? [...near, FAR_SIZE] : near;
}

/** What a plain case tries that stands for its whole member: all edge and far sizes. */
export const allSizesFor = (context: Context, dtype: DType): readonly number[] =>
  context.validated ? sizesFor(context, dtype, false) : [...EDGE_SIZES, ...FAR_SIZES];
