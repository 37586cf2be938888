// Writes the page's slice of Fashion-MNIST, src/web/train/fashion: the first images to train with, and the first to test with,
// in 16 shades of grey instead of 256, which halves what they take.
//
//   pnpm --filter @corr2d/demo fashion [FOLDER]      FOLDER has the four files; Debian's package dataset-fashion-mnist puts them
//                                                    where they are looked for
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";

const [TRAIN, TEST] = [1200, 250];

const folder = process.argv[2] ?? "/usr/share/datasets/fashion-mnist";
const out = fileURLToPath(new URL("../src/web/train/fashion/", import.meta.url));

/** The numbers behind the header of an IDX file of bytes. */
function contents(name) {
  const bytes = gunzipSync(readFileSync(`${folder}/${name}.gz`));
  return bytes.subarray(4 + 4 * bytes[3]);
}

/** An IDX file of bytes. */
function idx(shape, parts) {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  return gzipSync(Buffer.concat([header, ...parts]), { level: 9 });
}

const part = (name, count, each) => contents(name).subarray(0, count * each);
const pixels = 28 * 28;
const shades = (bytes) => bytes.map((value) => 17 * Math.round(value / 17));
const images = idx(
  [TRAIN + TEST, 28, 28],
  [
    shades(part("train-images-idx3-ubyte", TRAIN, pixels)),
    shades(part("t10k-images-idx3-ubyte", TEST, pixels)),
  ],
);
const labels = idx(
  [TRAIN + TEST],
  [part("train-labels-idx1-ubyte", TRAIN, 1), part("t10k-labels-idx1-ubyte", TEST, 1)],
);
writeFileSync(`${out}images.idx3.gz`, images);
writeFileSync(`${out}labels.idx1.gz`, labels);
writeFileSync(
  `${out}counts.ts`,
  `/** Written by scripts/make-fashion-slice.mjs: how many images there are to learn from, and behind them to test with. */
export const FASHION_TRAIN = ${TRAIN};
export const FASHION_TEST = ${TEST};
`,
);
console.log(`${images.length + labels.length} bytes`);
