/**
 * Winograd's convolution for 3×3 kernels with stride 1 (`assembly/winograd.ts`): blocks of tiles are transformed,
 * multiplied with the transformed kernel point by point, and transformed back. All of a block's data stays in cache, so
 * each block is one thread's task from start to end (`assembly/winograd-tasks.ts`).
 *
 * F(2×2) rounds like direct summation. F(4×4) saves more products; its error relative to the largest output is
 * about ten times that of direct summation.
 */
import { WINOGRAD_BYTES } from "./conv-budgets.ts";
import { FLOAT, Scratch } from "./conv-layout.ts";
import type { Correlation } from "./conv-problem.ts";
import type { Runtime } from "./runtime.ts";

/** Added to the step between points, so that they do not fall on the same cache sets. */
const SKEW = 80;

export type TileSize = 2 | 4;

/** Some rows of tiles of one group of some images. */
interface Block {
  readonly group: number;
  readonly image: number;
  readonly images: number;
  readonly tileRow: number;
  readonly tileRows: number;
}

/** Numbers of stages in assembly/winograd-tasks.ts. */
const PAD = 0;
const INPUT = 1;
const KERNEL = 2;
const PRODUCTS = 3;
const OUTPUT = 4;

/** A stage, how many chunks it has, and its arguments. */
type Step = readonly [stage: number, chunks: number, args: readonly number[]];
/** A thread's steps through a task. */
type Task = (thread: number) => readonly Step[];
/** Numbers that a step takes in memory. */
const STEP = 32;

/** Some of the input channels, or of the rows of tiles. */
interface Share {
  readonly first: number;
  readonly count: number;
}

const bytes = (floats: number): number => floats * FLOAT;

/** `size` things in `parts` shares, as even as can be. */
function divide(size: number, parts: number): Share[] {
  return Array.from({ length: parts }, (_, i) => {
    const first = Math.floor((i * size) / parts);
    return { first, count: Math.floor(((i + 1) * size) / parts) - first };
  });
}

/** Runs tasks of equally many steps, each on one thread. */
function runTasks(rt: Runtime, size: TileSize, tasks: readonly Task[], flops: number): void {
  const steps = tasks[0]!(0).length;
  const program = rt.scratch(bytes(STEP * steps * rt.threads * tasks.length));
  let at = program / FLOAT;
  for (const task of tasks) {
    for (let thread = 0; thread < rt.threads; thread++) {
      for (const [stage, chunks, args] of task(thread)) {
        rt.i32.set([stage, chunks, ...args], at);
        at += STEP;
      }
    }
  }
  rt.run(`winograd${size}Tasks`, [program, steps, rt.threads], tasks.length, flops);
}

/** x ⋆ kernel; 3×3 taps, stride and dilation 1, contiguous output rows, at least 8 tiles. `bias`: pointer, or 0. */
export function correlateWinograd(
  rt: Runtime,
  c: Correlation,
  x: number,
  kernel: number,
  bias: number,
  out: number,
  size: TileSize,
): void {
  const points = (size + 2) ** 2;
  const tileColumns = Math.ceil(c.x.output / size);
  const tileRows = Math.ceil(c.y.output / size);
  const channels = c.inChannels;

  const wanted = Math.max(32, Math.floor(WINOGRAD_BYTES / (points * bytes(channels + c.outChannels))));
  const imageTiles = tileColumns * tileRows;
  let images = Math.max(1, Math.min(c.batch, Math.floor(wanted / imageTiles)));
  // As many for each thread.
  const evenly = rt.threads * Math.ceil(Math.round(imageTiles / wanted) / rt.threads);
  let blocks = images > 1 ? 1 : Math.max(1, Math.min(tileRows, evenly));
  // Tasks are blocks, or parts of the output channels where there are few.
  const byChannels = Math.ceil(c.batch / images) * blocks < 2 * rt.threads;
  if (byChannels) [images, blocks] = [c.batch, 1];
  const blockRows = Math.ceil(tileRows / blocks);
  const tiles = images * tileColumns * blockRows;
  const tileStep = (tiles + 6) & ~3;
  const rows = blockRows * size + 2;
  const row = tileColumns * size + 2;
  const plane = rows * row;

  const cached = 2 * Math.floor(WINOGRAD_BYTES / (points * bytes(channels)) / 2);
  const shared = rt.threads === 1 ? cached : 2 * Math.ceil(c.outChannels / rt.threads / 4);
  const part = byChannels ? Math.min(c.outChannels, Math.max(8, Math.min(cached, shared))) : c.outChannels;
  const partPairs = Math.ceil(part / 2);
  const inputPoint = channels * tileStep + SKEW;
  const kernelPoint = partPairs * channels * 2 + SKEW;
  const productPoint = partPairs * 2 * tileStep + SKEW;

  const scratch = new Scratch();
  /** Room for all threads, or for each; gives what finds a thread's. */
  const reserve = (floats: number, isOwn: boolean): ((thread: number) => number) => {
    const rooms = Array.from({ length: isOwn ? rt.threads : 1 }, () => scratch.reserve(bytes(floats)));
    return (thread) => scratch.at(rooms[isOwn ? thread : 0]!);
  };
  const padded = reserve(images * channels * plane + 64, !byChannels);
  const transformed = reserve(points * inputPoint, !byChannels);
  const kernels = reserve(points * kernelPoint, byChannels);
  const products = reserve(points * productPoint, true);
  const table = scratch.reserve(bytes(channels));
  const zeros = scratch.reserve(8);
  scratch.allocate(rt);
  rt.call.fillTable(scratch.at(table), 1, 0, 1, 0, channels, bytes(tileStep));
  rt.f32.fill(0, scratch.at(zeros) / 4, scratch.at(zeros) / 4 + 2);

  const kernelSteps = [bytes(c.kernelIn), bytes(c.kernelY), bytes(c.kernelX), bytes(c.kernelOut)] as const;
  const inputSteps = [bytes(row), bytes(plane), bytes(channels * plane)] as const;
  const outImage = c.groups * c.outChannels * c.outPlane;
  const kernelAt = (group: number, first: number): number =>
    kernel + bytes(c.kernelBase + group * c.kernelGroup + first * c.kernelOut);
  /** What block's tiles see of its image number `i`, which the last block may not have. */
  const pad = ({ group, image, images, tileRow }: Block, i: number, thread: number, some: Share): Step => {
    const channel = ((image + i) * c.groups + group) * channels + some.first;
    const source = x + bytes(channel * c.y.input * c.x.input);
    const target = padded(thread) + bytes((i * channels + some.first) * plane);
    const args = [source, target, c.y.input, c.x.input, rows, row, c.y.pad - tileRow * size, c.x.pad];
    return [PAD, i < images ? some.count : 0, args];
  };
  const transformInput = (block: Block, thread: number, { first, count }: Share): Step => {
    const source = padded(thread) + bytes(first * plane);
    const target = transformed(thread) + bytes(first * tileStep);
    const sizes = [tileColumns, block.tileRows, block.images, bytes(inputPoint), bytes(tileStep)];
    return [INPUT, count, [source, target, ...inputSteps, ...sizes]];
  };
  const transformKernel = (group: number, first: number, count: number, thread: number): Step => {
    const [kernelIn, kernelY, kernelX, kernelOut] = kernelSteps;
    const args = [kernelAt(group, first), kernels(thread), kernelOut, kernelIn, kernelY, kernelX];
    return [KERNEL, Math.ceil(count / 2), [...args, channels, count, bytes(kernelPoint)]];
  };
  /** The products of `count` output channels from `first` on, and their transforms into the output. */
  const finish = (block: Block, first: number, count: number, thread: number): Step[] => {
    const { group, image, images, tileRow, tileRows } = block;
    const channel = group * c.outChannels + first;
    const target = image * outImage + channel * c.outPlane + c.outBase + tileRow * size * c.outY;
    const factors = [transformed(thread), kernels(thread), products(thread), scratch.at(table)];
    const pointSteps = [bytes(inputPoint), bytes(kernelPoint), bytes(productPoint), bytes(tileStep)];
    const sizes = [c.y.output - tileRow * size, c.x.output, tileColumns, tileRows, images];
    return [
      [
        PRODUCTS,
        points,
        [
          ...[...factors, channels, images * tileColumns * tileRows, Math.ceil(count / 2)],
          ...[...pointSteps, scratch.at(zeros)],
        ],
      ],
      [
        OUTPUT,
        count,
        [
          ...[...kernelSteps, products(thread), bytes(productPoint), bytes(tileStep)],
          ...[out + bytes(target), bytes(c.outY), bytes(c.outPlane), bytes(outImage), ...sizes],
          ...[bias === 0 ? 0 : bias + bytes(channel), padded(thread), ...inputSteps],
          ...[channels, kernelAt(group, first)],
        ],
      ],
    ];
  };

  const places = Array.from({ length: images }, (_, i) => i);
  /** From some channels of the input to transformed tiles. */
  const begin = (block: Block, thread: number, some: Share): Step[] => [
    ...places.map((i) => pad(block, i, thread, some)),
    transformInput(block, thread, some),
  ];
  const flops = 2 * points * channels * c.outChannels * c.batch * imageTiles;

  for (let group = 0; group < c.groups; group++) {
    const tasks: Task[] = [];
    if (byChannels) {
      const block = { group, image: 0, images, tileRow: 0, tileRows };
      const shares = divide(channels, Math.min(channels, 2 * rt.threads));
      runTasks(
        rt,
        size,
        shares.map((share) => (thread) => begin(block, thread, share)),
        flops,
      );
      for (let first = 0; first < c.outChannels; first += part) {
        const count = Math.min(part, c.outChannels - first);
        tasks.push((thread) => [
          transformKernel(group, first, count, thread),
          ...finish(block, first, count, thread),
        ]);
      }
    } else {
      const [, chunks, args] = transformKernel(group, 0, part, 0);
      // Shared like the rest even when it is little: the other threads are awake then when the blocks begin.
      rt.run(`winograd${size}Kernel`, args, chunks, flops);
      const all = { first: 0, count: channels };
      for (let image = 0; image < c.batch; image += images) {
        for (const { first, count } of divide(tileRows, blocks)) {
          const block = {
            ...{ group, image, images: Math.min(images, c.batch - image) },
            ...{ tileRow: first, tileRows: count },
          };
          tasks.push((thread) => [...begin(block, thread, all), ...finish(block, 0, part, thread)]);
        }
      }
    }
    runTasks(rt, size, tasks, flops);
  }
}
