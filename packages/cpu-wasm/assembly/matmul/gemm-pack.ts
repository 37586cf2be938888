/**
 * Packing for the matrix kernels: address tables, and panels of columns that one tile reads from front to
 * back.
 *
 * A panel holds up to 8 or 16 columns ("lanes") of a [depth, columns] matrix as rows of lanes, behind one
 * header row that starts the sums (a bias, or zeros); missing columns are zero. The matrix is addressed
 * through a table of byte offsets, one per depth, so that any layout (transposed, flipped, strided, im2col)
 * packs without a copy before.
 *
 * Source of panels: Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication".
 */

/** Columns of a panel; the last one is half as wide when it needs no more. */
const LANES: i32 = 16;

/** Four depths of four columns, `step` (4 or −4) bytes apart in each column. */
@inline
function transpose4(p0: usize, p1: usize, p2: usize, p3: usize, step: i32, to: usize, toStep: usize): void {
  const back = step < 0;
  const shift: usize = back ? 12 : 0;
  const a = v128.load(p0 - shift),
    b = v128.load(p1 - shift),
    c = v128.load(p2 - shift),
    d = v128.load(p3 - shift);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5),
    ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5),
    cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  const first = back ? to + 3 * toStep : to;
  const next: usize = back ? 0 - toStep : toStep;
  v128.store(first, v128.shuffle<f64>(ab0, cd0, 0, 2));
  v128.store(first + next, v128.shuffle<f64>(ab0, cd0, 1, 3));
  v128.store(first + 2 * next, v128.shuffle<f64>(ab1, cd1, 0, 2));
  v128.store(first + 3 * next, v128.shuffle<f64>(ab1, cd1, 1, 3));
}

/** Packs `columns` (1 to 4) columns from `source` into one vector per depth, `toStep` bytes apart. */
function packFour(
  source: usize,
  table: usize,
  depth: i32,
  columns: i32,
  columnStep: usize,
  to: usize,
  toStep: usize,
): void {
  let k = 0;
  if (columns == 4 && columnStep == 4) {
    for (; k < depth; k++, to += toStep) {
      v128.store(to, v128.load(source + load<i32>(table + ((<usize>k) << 2))));
    }
    return;
  }
  const s1 = source + columnStep,
    s2 = s1 + columnStep,
    s3 = s2 + columnStep;
  if (columns == 4) {
    while (k < depth) {
      const at = table + ((<usize>k) << 2);
      const offset = load<i32>(at);
      if (k + 4 <= depth) {
        const span = load<i32>(at + 12) - offset;
        const step = load<i32>(at + 4) - offset;
        if ((span == 12 && step == 4) || (span == -12 && step == -4)) {
          transpose4(source + offset, s1 + offset, s2 + offset, s3 + offset, step, to, toStep);
          k += 4;
          to += toStep << 2;
          continue;
        }
      }
      store<f32>(to, load<f32>(source + offset));
      store<f32>(to + 4, load<f32>(s1 + offset));
      store<f32>(to + 8, load<f32>(s2 + offset));
      store<f32>(to + 12, load<f32>(s3 + offset));
      k++;
      to += toStep;
    }
    return;
  }
  for (; k < depth; k++, to += toStep) {
    const offset = load<i32>(table + ((<usize>k) << 2));
    v128.store(to, f32x4.splat(0));
    store<f32>(to, load<f32>(source + offset));
    if (columns > 1) store<f32>(to + 4, load<f32>(s1 + offset));
    if (columns > 2) store<f32>(to + 8, load<f32>(s2 + offset));
  }
}

/** The argument block of `packPanels`. Steps are in bytes, and in the source unless they say otherwise. */
@unmanaged
export class PackArguments {
  source: usize;
  /** One float per column that starts its sums, in the first block; or 0. */
  header: usize;
  out: usize;
  /** Offsets of the depth in the source. */
  table: usize;
  /** Depth of a block, and of the last inner one of each outer block. */
  depth: i32;
  lastDepth: i32;
  outer: i32;
  inner: i32;
  outerStep: i32;
  innerStep: i32;
  columns: i32;
  columnStep: usize;
  groups: i32;
  imageStep: i32;
  groupStep: i32;
  groupHeader: i32;
  /** Output steps per (image, group), and per block. */
  groupOut: usize;
  blockOut: usize;
  blockChunks: i32;
}

/**
 * Chunks are panels: (column block, image, group, outer block, inner block), so that threads pack the panels
 * that they multiply by. A column block has 16 columns, the last one 8 when it needs no more.
 */
export function packPanels(args: PackArguments, begin: i32, end: i32): void {
  const columns = args.columns,
    groups = args.groups;
  const outer = args.outer,
    inner = args.inner;
  const columnStep = args.columnStep;
  const blockChunks = args.blockChunks;
  for (let chunk = begin; chunk < end; chunk++) {
    const columnBlock = chunk / blockChunks;
    const first = columnBlock * LANES;
    let rest = chunk - columnBlock * blockChunks;
    let next = rest / inner;
    const i = rest - next * inner;
    rest = next / outer;
    const o = next - rest * outer;
    const image = rest / groups;
    const group = rest - image * groups;

    const depth = i == inner - 1 ? args.lastDepth : args.depth;
    const count = min(columns - first, LANES);
    const width = count <= 8 ? 8 : LANES;
    const source =
      args.source +
      args.imageStep * image +
      args.groupStep * group +
      args.outerStep * o +
      args.innerStep * i +
      <usize>first * columnStep;
    const header = args.header && o + i == 0 ? args.header + args.groupHeader * group + (first << 2) : 0;
    const to =
      args.out +
      args.groupOut * rest +
      args.blockOut * (o * inner + i) +
      ((<usize>(first * (depth + 1))) << 2);
    const toStep = (<usize>width) << 2;
    for (let c = 0; c < width; c++) {
      store<f32>(to + ((<usize>c) << 2), header && c < count ? load<f32>(header + ((<usize>c) << 2)) : 0);
    }
    for (let c = 0; c < width; c += 4) {
      const target = to + toStep + ((<usize>c) << 2);
      const valid = min(count - c, 4);
      if (valid > 0) {
        packFour(source + <usize>c * columnStep, args.table, depth, valid, columnStep, target, toStep);
      } else {
        for (let k = 0, at = target; k < depth; k++, at += toStep) v128.store(at, f32x4.splat(0));
      }
    }
  }
}
