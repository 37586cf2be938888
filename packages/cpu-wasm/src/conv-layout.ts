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

/** How many images to work on at a time so that `bytesPerImage` scratch stays near `budget`. */
export function imagesAtOnce(batch: number, bytesPerImage: number, budget: number): number {
  return Math.max(1, Math.min(batch, Math.floor(budget / bytesPerImage)));
}

export { needsPadding, reachOf };
