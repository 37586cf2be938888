/**
 * Scratch memory of one operation, carved from a single allocation, and what is laid out in it: offset tables and
 * padded planes.
 */
import type { Axis, Correlation } from "./conv-problem.ts";
import { needsPadding, reachOf } from "./conv-problem.ts";
import type { Runtime } from "./runtime.ts";

export const FLOAT = 4;

/** Hands out pieces of scratch memory, each aligned to 64 bytes. Ask for all sizes first: `rt.scratch` is called once. */
export class Scratch {
  #sizes = 0;
  #base = 0;

  /** Reserves `bytes`; gives the offset that `at` turns into a pointer. */
  reserve(bytes: number): number {
    const offset = this.#sizes;
    // Kernels may read, never use, a vector beyond the end.
    this.#sizes += (bytes + 16 + 63) & ~63;
    return offset;
  }

  allocate(rt: Runtime): void {
    this.#base = rt.scratch(this.#sizes);
  }

  at(offset: number): number {
    return this.#base + offset;
  }
}

/** How the planes of an input lie in memory for a kernel that reads them without tests at the borders. Sizes in floats. */
export interface Planes {
  /** Where the window at (0, 0) begins. */
  readonly base: number;
  readonly row: number;
  readonly plane: number;
}

/** The rows and columns a padded copy has: what the windows reach. */
export function paddedPlane(c: Correlation): { readonly rows: number; readonly columns: number } {
  return { rows: reachOf(c.y), columns: reachOf(c.x) };
}

/** Planes that need no copy: nothing is padded, and cropping is a shift. */
export function planesInPlace(y: Axis, x: Axis): Planes {
  return { base: -y.pad * x.input - x.pad, row: x.input, plane: y.input * x.input };
}

/** Copies `planes` planes into the middle of zeros. */
export function padPlanes(
  rt: Runtime,
  source: number,
  out: number,
  planes: number,
  c: { readonly y: Axis; readonly x: Axis },
): void {
  const rows = reachOf(c.y);
  const columns = reachOf(c.x);
  const args = [source, out, c.y.input, c.x.input, rows, columns, c.y.pad, c.x.pad];
  rt.run("padPlanes", args, planes, 2 * planes * rows * columns);
}

/** Planes whose rows are split into the residues of the horizontal stride, so that lanes read neighbouring floats. */
export interface RowPlanes extends Planes {
  /** Whether they are a copy; otherwise the input as it lies. */
  readonly copied: boolean;
  readonly rows: number;
  readonly residues: number;
  readonly residueColumns: number;
}

/** `extraColumns`: output columns beyond the last that lanes may read. */
export function rowPlanes(c: Correlation, extraColumns = 0): RowPlanes {
  const x = { ...c.x, output: c.x.output + extraColumns };
  if (c.x.stride > 1 || needsPadding({ y: c.y, x })) return copiedRows(c.y, x);
  return { ...planesInPlace(c.y, x), copied: false, rows: c.y.input, residues: 1, residueColumns: c.x.input };
}

/** The copy's layout for so many output rows as `y` has. */
export function copiedRows(y: Axis, x: Axis): RowPlanes {
  const residues = x.stride;
  const residueColumns = Math.ceil(reachOf(x) / residues);
  const rows = reachOf(y);
  const row = residues * residueColumns;
  return { copied: true, base: 0, row, plane: rows * row, rows, residues, residueColumns };
}

/** Makes the copy of `count` planes. */
export function copyRows(
  rt: Runtime,
  c: Correlation,
  p: RowPlanes,
  source: number,
  out: number,
  count: number,
): void {
  const args = [source, out, c.y.input, c.x.input, p.rows, p.row, c.y.pad, c.x.pad];
  const flops = 2 * count * p.plane;
  if (p.residues === 1) rt.run("padPlanes", args, count, flops);
  else rt.run("splitPlanes", [...args, p.residues, p.residueColumns], count, flops);
}

/** Writes the byte offsets of the taps (channel, row, column) of one group. */
export function tapOffsets(rt: Runtime, c: Correlation, p: RowPlanes, out: number): void {
  const stepY = c.y.dilation * p.row * FLOAT;
  const plane = p.plane * FLOAT;
  if (p.residues === 1) {
    rt.call.fillTable(out, c.inChannels, plane, c.y.taps, stepY, c.x.taps, c.x.dilation * FLOAT);
    return;
  }
  const table = rt.i32;
  let i = out / 4;
  for (let channel = 0; channel < c.inChannels; channel++) {
    for (let ky = 0; ky < c.y.taps; ky++) {
      for (let kx = 0; kx < c.x.taps; kx++) {
        const column = kx * c.x.dilation;
        const residue = column % p.residues;
        const offset = residue * p.residueColumns + (column - residue) / p.residues;
        table[i++] = channel * plane + ky * stepY + offset * FLOAT;
      }
    }
  }
}

/** How many images to work on at a time so that `bytesPerImage` scratch stays near `budget`. */
export function imagesAtOnce(batch: number, bytesPerImage: number, budget: number): number {
  return Math.max(1, Math.min(batch, Math.floor(budget / bytesPerImage)));
}

export { needsPadding, reachOf };
