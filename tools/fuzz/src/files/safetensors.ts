/** safetensors files, and the checkpoints that are such files. */
import { arange, type Backend, full, type Tensor, tensor, zeros } from "@corr2d/core";
import { checkpointToBlob, loadCheckpoint, readSafetensors, writeSafetensors } from "@corr2d/io";
import type { Format } from "./format.ts";

/** The length of the header, as if all that was put in or taken out had been in it. */
function withHeaderLength(damaged: Buffer, whole: Uint8Array): Buffer {
  const out = Buffer.from(damaged);
  const length = Buffer.from(whole).readUInt32LE(0) + damaged.length - whole.length;
  if (out.length >= 8 && length >= 0) out.writeBigUInt64LE(BigInt(length), 0);
  return out;
}

/** A header written by hand, for dtypes that corr2d does not write. */
function handwritten(): Uint8Array {
  const text = Buffer.from(
    JSON.stringify({
      half: { dtype: "F16", shape: [2, 1], data_offsets: [0, 4] },
      big: { dtype: "I64", shape: [], data_offsets: [4, 12] },
      flags: { dtype: "BOOL", shape: [3], data_offsets: [12, 15] },
      tiny: { dtype: "F4", shape: [2], data_offsets: [15, 16] },
    }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(16)]);
}

const weights = (backend: Backend): Record<string, Tensor> => ({
  "conv.weight": arange(18, { backend }).reshape([2, 1, 3, 3]),
  "conv.bias": zeros([2], { backend }),
  num_batches_tracked: tensor(3, { backend, dtype: "int32" }),
  empty: zeros([0, 3], { backend }),
});

const refusals = ["DTYPE_UNSUPPORTED", "INVALID_ARGUMENT"]; // the latter for more than eight axes

export const safetensors: Format = {
  name: "safetensors",
  refusals,
  files: async (backend) => [
    await writeSafetensors(weights(backend), { metadata: { format: "pt" }, int64: true }),
    await writeSafetensors({ x: full([2], 0.5, { backend }) }),
    await writeSafetensors({}),
    handwritten(),
  ],
  read: (file, backend) => readSafetensors(file, { backend }),
  mend: withHeaderLength,
};

export const checkpoint: Format = {
  name: "checkpoint",
  refusals,
  async files(backend) {
    const states = [
      {
        model: weights(backend),
        epoch: 3,
        losses: [1, -0, Number.NaN],
        words: Uint32Array.of(1, 2 ** 32 - 1),
      },
      {
        $key: { a: [1n, undefined, null, "text"] },
        list: [zeros([1], { backend }), [zeros([1], { backend })]],
      },
    ];
    const blobs = await Promise.all(states.map((state) => checkpointToBlob(state)));
    return Promise.all(blobs.map(async (blob) => new Uint8Array(await blob.arrayBuffer())));
  },
  read: (file, backend) => loadCheckpoint(file, { backend, strict: false }),
  mend: withHeaderLength,
};
