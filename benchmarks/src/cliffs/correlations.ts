/** The correlation triple around the borders of cpu-wasm's plan (`packages/cpu-wasm/assembly/correlation/plan.ts`). */
import { type ConvolutionKind, convolution } from "../workloads/workload.ts";
import { all, correlations, type Sweep } from "./sweep.ts";

const F = "forward";
const DX = "input-gradient";
const DW = "kernel-gradient";
const ALL: readonly ConvolutionKind[] = [F, DX, DW];

const P1 = { padding: 1 };

const WIDTHS = [4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 28];
const CHANNELS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 20, 24, 32];
const PLANES = [28, 31, 32, 33, 48, 63, 64, 65, 95, 96, 97, 127, 128, 129];
const MAPS = [4, 5, 6, 7, 8, 9, 10];
const BATCHES = [2, 4, 8, 12, 15, 16, 17, 24, 31, 32, 33, 64];

const dimensionsOf = (label: string): [number, number] => label.split("×").map(Number) as [number, number];

const FIRST_BORDER = "from 1000 multiply-adds on packing pays, at first not yet";
const NARROW = "a plane costs something by itself, and vectors of 4 columns are not full";
const NO_TRANSFORM = "the transform takes 10 channels in and 4 out, of a group";
const ONLY_3X3 = "3×3 alone has a transform, or a kernel of its own";
const TILES = "a tile is 2×2: odd maps are rounded up";
const KERNEL_READ = "the kernel is read, and transformed, for few pixels";
const HALF_EMPTY = "a block of lanes is 16 images";
const EIGHTS = "columns of the matrix kernels come in eights, channels of rows in pairs";
const CELLS = "a stride of n meets n² as many cells";
const GRADIENT_TRANSFORM = "the kernel gradient's transform takes 12 channels of both";
const PADDING_ALONE = "taps that meet padding alone keep the kernel gradient's transform away";
const HALF_PANEL = "its panels have sixteen output channels";
const FLOAT64 = "more than 16384 terms go on in float64, on the matrix kernels";
const SLIVERS = "rows of fewer than 4 columns are summed with the padding between them";
const ONE_ROW = "over one row, taps that meet padding alone are left out";
const ONE_PLACE = "rows of half a page meet in one place of the cache";

/** One sweep for each member. */
const each = (of: (kind: ConvolutionKind) => Sweep, kinds: readonly ConvolutionKind[] = ALL): Sweep[] =>
  kinds.map(of);

/** `direct`: what is tiny. */
const DIRECT: Sweep[] = each((kind) =>
  correlations(
    kind,
    "of one plane n×n, 3×3",
    [11, 12, 13, 14, 16],
    (n) => convolution([1, 1, n, n], 1, [3, 3]),
    FIRST_BORDER,
  ),
);

/** `depthwise3`, and its neighbours: narrow and wide rows, strides, several outputs per channel. */
const DEPTHWISE: Sweep[] = [
  ...([1, 2] as const).flatMap((stride) =>
    each((kind) =>
      correlations(
        kind,
        `depthwise 256 channels, output n×n, 3×3 s${stride} p1`,
        WIDTHS,
        (n) => convolution([1, 256, n * stride, n * stride], 256, [3, 3], { ...P1, stride, groups: 256 }),
        all([4, 5, 6, 7, 9, 10, 14], NARROW),
      ),
    ),
  ),
  ...each((kind) =>
    correlations(
      kind,
      "depthwise 8 channels, 64 rows of n, 3×3 p1",
      [510, 511, 512, 513, 1023, 1024, 1025],
      (n) => convolution([1, 8, 64, n], 8, [3, 3], { ...P1, groups: 8 }),
      all([512, 513, 1025], ONE_PLACE),
    ),
  ),
  ...each((kind) =>
    correlations(
      kind,
      "64 channels @28 in n groups, 3×3 p1",
      [1, 2, 4, 8, 16, 32, 64],
      (groups) => convolution([1, 64, 28, 28], 64, [3, 3], { ...P1, groups }),
      { ...all([8, 16, 32], NO_TRANSFORM), ...all([64], NARROW) },
    ),
  ),
  ...each((kind) =>
    correlations(
      kind,
      "depthwise 64 channels @28, n×n",
      [2, 3, 4, 5, 7],
      (n) => convolution([1, 64, 28, 28], 64, [n, n], { padding: n >> 1, groups: 64 }),
      all([2, 4, 5], ONLY_3X3),
    ),
  ),
];

/** `winograd2` and what is below it, `rows` and `gemm`: channels, tiles, kernels. */
const DENSE: Sweep[] = [
  ...each((kind) =>
    correlations(
      kind,
      "64 → n channels @28, 3×3 p1",
      CHANNELS,
      (n) => convolution([1, 64, 28, 28], n, [3, 3], P1),
      {
        ...all([3, 4, 5, 6, 7, 8, 9], NO_TRANSFORM),
        ...all([9, 17], EIGHTS),
        ...(kind === DW ? { ...all([10, 11], GRADIENT_TRANSFORM), ...all([18, 20, 24], HALF_PANEL) } : {}),
      },
    ),
  ),
  ...each((kind) =>
    correlations(
      kind,
      "n → 64 channels @28, 3×3 p1",
      CHANNELS,
      (n) => convolution([1, n, 28, 28], 64, [3, 3], P1),
      {
        ...all([3, 4, 5, 6, 7, 8, 9], NO_TRANSFORM),
        ...all([9, 17], EIGHTS),
        ...(kind === DW ? all([10, 11], GRADIENT_TRANSFORM) : {}),
      },
    ),
  ),
  ...each((kind) =>
    correlations(
      kind,
      "64 → 64 channels @n, 3×3 p1",
      [...MAPS, 14, 28],
      (n) => convolution([1, 64, n, n], 64, [3, 3], P1),
      { ...all([5, 7, 9], TILES), ...all([4, 6], KERNEL_READ) },
    ),
  ),
  ...each((kind) =>
    correlations(
      kind,
      "512 → 512 channels @n, 3×3 p1",
      MAPS,
      (n) => convolution([1, 512, n, n], 512, [3, 3], P1),
      { ...all([4, 5, 6, 8], KERNEL_READ), ...all([7, 9], TILES) },
    ),
  ),
  ...each((kind) =>
    correlations(
      kind,
      "512 → 512 channels @4, batch n, 3×3 p1",
      [1, 2, 3, 4],
      (n) => convolution([n, 512, 4, 4], 512, [3, 3], P1),
      KERNEL_READ,
    ),
  ),
  ...each((kind) =>
    correlations(
      kind,
      "16 → 16 channels @28, n×n same",
      [1, 2, 3, 4, 5, 6, 7],
      (n) => convolution([1, 16, 28, 28], 16, [n, n], { padding: n >> 1 }),
      all([1, 2, 4], ONLY_3X3),
    ),
  ),
  ...each((kind) =>
    correlations(
      kind,
      "n channels → 1 @8, 3×3 p1",
      [64, 256, 1024, 1820, 1821],
      (n) => convolution([1, n, 8, 8], 1, [3, 3], P1),
      all([1821], FLOAT64),
    ),
  ),
  correlations(F, "8 → 8 channels @n, 3×3 p1", [700, 720, 730], (n) =>
    convolution([1, 8, n, n], 8, [3, 3], P1),
  ),
];

/** Batches: `images`, and those that merge small maps. */
const BATCHED: Sweep[] = [
  ...each((kind) =>
    correlations(
      kind,
      "6 → 16 channels @14, batch n, 5×5",
      BATCHES,
      (n) => convolution([n, 6, 14, 14], 16, [5, 5]),
      all([2, 4, 8, 12], HALF_EMPTY),
    ),
  ),
  ...each((kind) =>
    correlations(kind, "1 → 6 channels @28, batch n, 5×5 p2", BATCHES, (n) =>
      convolution([n, 1, 28, 28], 6, [5, 5], { padding: 2 }),
    ),
  ),
  ...each((kind) =>
    correlations(
      kind,
      "1 → n channels @28, batch 16, 5×5 p2",
      CHANNELS.slice(0, 16),
      (n) => convolution([16, 1, 28, 28], n, [5, 5], { padding: 2 }),
      all([3, 5, 7, 9, 17], EIGHTS),
    ),
  ),
];

/** 1×1: planes that meet in one place of the caches, depths that are cut, rows that are joined. */
const POINTWISE: Sweep[] = [
  ...each((kind) =>
    correlations(kind, "64 → 64 channels @n, 1×1", PLANES, (n) => convolution([1, 64, n, n], 64, [1, 1])),
  ),
  ...each((kind) =>
    correlations(kind, "n → 64 channels @14, 1×1", [256, 512, 576, 640, 656, 768, 1024], (n) =>
      convolution([1, n, 14, 14], 64, [1, 1]),
    ),
  ),
  ...each((kind) =>
    correlations(
      kind,
      "128 → 128 channels @n, 1×1",
      [...MAPS, 12, 13, 14, 15, 16, 17],
      (n) => convolution([1, 128, n, n], 128, [1, 1]),
      all([4, 5], KERNEL_READ),
    ),
  ),
];

/** `phases`, and the forward passes of strides. */
const STRIDED: Sweep[] = [4, 8, 16]
  .flatMap((channels) =>
    each((kind) =>
      correlations(
        kind,
        `${channels} → ${channels} channels, output 28×28, 5×5 stride n`,
        [1, 2, 3, 4, 5],
        (stride) =>
          convolution([1, channels, 27 * stride + 5, 27 * stride + 5], channels, [5, 5], { stride }),
        CELLS,
      ),
    ),
  )
  .concat(
    each((kind) =>
      correlations(
        kind,
        "n → 16 channels, output 28×28, 3×3 s2 p1",
        CHANNELS.slice(0, 16),
        (n) => convolution([1, n, 56, 56], 16, [3, 3], { ...P1, stride: 2 }),
        all([3, 5, 7, 8, 9, 17], EIGHTS),
      ),
    ),
  );

const IMAGES: readonly string[] = [
  "1×8192",
  "4×2048",
  "16×512",
  "64×128",
  "128×64",
  "512×16",
  "1024×8",
  "2048×4",
  "4096×2",
  "8192×1",
];
/** Wide, square and tall images. */
const TALL: Sweep[] = [1, 16].flatMap((channels) =>
  each((kind) =>
    correlations(
      kind,
      `${channels} → ${channels} channels of h×w, 3×3 p1`,
      IMAGES,
      (label) => convolution([1, channels, ...dimensionsOf(label)], channels, [3, 3], P1),
      {
        ...all(["2048×4", "4096×2", "8192×1"], SLIVERS),
        ...all(["4×2048"], ONE_ROW),
        ...(kind === DW ? all(["1×8192"], PADDING_ALONE) : {}),
      },
    ),
  ),
);
const ALONG: Sweep[] = each((kind) =>
  correlations(kind, "one axis of 8192, kernel of 5 along it", ["1×8192", "8192×1"], (label) => {
    const [height, width] = dimensionsOf(label);
    return convolution([1, 1, height, width], 1, [Math.min(5, height), Math.min(5, width)]);
  }),
);

export const CORRELATIONS: readonly Sweep[] = [
  ...DIRECT,
  ...DENSE,
  ...BATCHED,
  ...POINTWISE,
  ...DEPTHWISE,
  ...STRIDED,
  ...TALL,
  ...ALONG,
];
