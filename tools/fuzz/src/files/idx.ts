/** IDX files, gzipped and not. */
import { gzipSync } from "node:zlib";
import { type FileSource, readIdx, writeIdx } from "@corr2d/data";
import type { Format } from "./format.ts";

const FILES: readonly Uint8Array[] = [
  writeIdx({ data: Uint8Array.from({ length: 24 }, (_, i) => i * 11), shape: [2, 3, 4] }),
  writeIdx({ data: Int16Array.of(1, -2, 300), shape: [3] }),
  writeIdx({ data: Float64Array.of(0.5, -1e300), shape: [1, 2] }),
  writeIdx({ data: new Uint8Array(), shape: [0, 28, 28] }),
  writeIdx({ data: Float32Array.of(1), shape: [] }),
];

const read: Format["read"] = (file) => readIdx(file as FileSource);

/** The sizes of the last axis as if all that was put in or taken out had been numbers of it. */
function withSizes(damaged: Buffer, whole: Uint8Array): Buffer {
  const out = Buffer.from(damaged);
  const axes = whole[3]!;
  const at = 4 * axes;
  const length = axes === 0 ? -1 : Buffer.from(whole).readUInt32BE(at) + damaged.length - whole.length;
  if (length >= 0 && out.length >= at + 4) out.writeUInt32BE(length, at);
  return out;
}

export const idx: Format = { name: "idx", refusals: [], files: async () => FILES, read, mend: withSizes };

export const gzippedIdx: Format = {
  name: "gzipped idx",
  refusals: [],
  files: async () => FILES.map((file) => gzipSync(file)),
  read,
};
