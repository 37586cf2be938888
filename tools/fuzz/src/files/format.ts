/** What the campaign has to know of a file format: a row in `formats.ts`. */
import type { Backend } from "@corr2d/core";

export interface Format {
  readonly name: string;
  /** Whole files: small, and different. */
  files(backend: Backend): Promise<readonly Uint8Array[]>;
  /** Reads a file from memory, or as a stream. What it gives and holds memory has a `dispose`. */
  read(file: Uint8Array | ReadableStream<Uint8Array>, backend: Backend): Promise<unknown>;
  /** Codes of refusals besides FILE_INVALID: of files that are right, and hold what the library has no place for. */
  readonly refusals: readonly string[];
  /** Makes lengths and checksums right again as far as it can, so that the damage gets further. */
  mend?(damaged: Buffer, whole: Uint8Array): Buffer;
}
