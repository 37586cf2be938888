/**
 * What the option `winograd` costs in accuracy: a 3×3 layer of 64 channels at 28×28 beside float64 loops, as the
 * table of README.md. Needs a build: `node scripts/winograd-errors.mjs`.
 */
import { convTranspose2d, corr2d, corr2dWindow, tensor } from "@corr2d/core";
import { cpuWasm } from "../dist/index.js";

const CHANNELS = 64;
const SIZE = 28;
const U = 2 ** -24;

/** Deterministic numbers in [−1, 1) (mulberry32, public domain, Tommy Ettinger). */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2147483648 - 1;
  };
}

const numbers = (size, seed, change = (x) => x) => {
  const random = seeded(seed);
  return Float32Array.from({ length: size }, (_, i) => change(random(), i));
};
const image = (change) => numbers(CHANNELS * SIZE * SIZE, 1, change);
const kernel = (change) => numbers(CHANNELS * CHANNELS * 9, 2, change);
const column = (i) => i % SIZE;
const row = (i) => Math.floor(i / SIZE) % SIZE;

/** The sums in float64, and those of the terms' magnitudes. */
function exact(x, k, padding) {
  const size = SIZE + 2 * padding - 2;
  const values = new Float64Array(CHANNELS * size * size);
  const magnitudes = new Float64Array(values.length);
  for (let o = 0; o < CHANNELS; o++)
    for (let c = 0; c < CHANNELS; c++)
      for (let tap = 0; tap < 9; tap++) {
        const weight = k[(o * CHANNELS + c) * 9 + tap];
        const [down, right] = [Math.floor(tap / 3) - padding, (tap % 3) - padding];
        for (let y = Math.max(0, -down); y < Math.min(size, SIZE - down); y++)
          for (let z = Math.max(0, -right); z < Math.min(size, SIZE - right); z++) {
            const term = x[(c * SIZE + y + down) * SIZE + z + right] * weight;
            values[(o * size + y) * size + z] += term;
            magnitudes[(o * size + y) * size + z] += Math.abs(term);
          }
      }
  return { values, magnitudes };
}

/** The same of a kernel's gradient, padding 1. */
function exactGradient(x, g) {
  const values = new Float64Array(CHANNELS * CHANNELS * 9);
  const magnitudes = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const [o, c] = [Math.floor(i / 9 / CHANNELS), Math.floor(i / 9) % CHANNELS];
    const [down, right] = [Math.floor((i % 9) / 3) - 1, (i % 3) - 1];
    for (let y = Math.max(0, -down); y < Math.min(SIZE, SIZE - down); y++)
      for (let z = Math.max(0, -right); z < Math.min(SIZE, SIZE - right); z++) {
        const term = x[(c * SIZE + y + down) * SIZE + z + right] * g[(o * SIZE + y) * SIZE + z];
        values[i] += term;
        magnitudes[i] += Math.abs(term);
      }
  }
  return { values, magnitudes };
}

/** The largest error, in units of u times the magnitudes of its own terms, and where 0 is right of the largest terms. */
function errors(got, { values, magnitudes }) {
  const most = magnitudes.reduce((a, b) => Math.max(a, b), 0);
  let own = 0;
  let zero = 0;
  let whole = 0;
  for (let i = 0; i < values.length; i++) {
    const error = Math.abs(got[i] - values[i]) / U;
    if (magnitudes[i] === 0) zero = Math.max(zero, error / most);
    else own = Math.max(own, error / magnitudes[i]);
    whole = Math.max(whole, error / most);
  }
  return { own, zero, whole };
}

const MASKED = [5, 6, 7, 8];
const masked = (x, i) => (MASKED.includes(i % 9) ? 0 : x);
const CASES = [
  ["ordinary", image(), kernel(), 1],
  [
    "one column of the image 10⁴ times larger",
    image((x, i) => (column(i) === 14 ? 1e4 * x : x)),
    kernel(),
    1,
  ],
  [
    "… and the taps that meet it 10⁴ times smaller",
    image((x, i) => (column(i) === 13 ? 1e4 * x : x)),
    kernel((x, i) => (i % 3 === 2 ? 1e-4 * x : x)),
    1,
  ],
  ["one tap 10⁴ times larger", image(), kernel((x, i) => (i % 9 === 4 ? 1e4 * x : x)), 1],
  ["4 taps 0 in every filter", image(), kernel(masked), 1],
  ["4 taps 0 in every other filter", image(), kernel((x, i) => (i % 18 < 9 ? masked(x, i) : x)), 1],
  [
    "one cell in an image of zeros",
    image((x, i) => (column(i) === 13 && row(i) === 13 ? x : 0)),
    kernel(),
    1,
  ],
  ["padding 3: windows in padding alone", image(), kernel(), 3],
];

const backends = {};
for (const winograd of ["off", "default", "large"]) backends[winograd] = await cpuWasm({ winograd });

/** Two digits, and large numbers as powers of ten. */
const format = (x) => {
  if (x === 0 || (x >= 1 && x < 100)) return x.toPrecision(2).replace(/^0\.0$/, "0");
  return x >= 0.1 && x < 1 ? x.toFixed(1) : x.toExponential(0).replace("e+", "e");
};
console.log("| layer | error relative to | `off` | `default` | `large` |\n|---|---|---|---|---|");
/** The lines of a case; `compute` gives a backend's values. */
async function compare(name, reference, compute) {
  const found = [];
  for (const backend of Object.values(backends)) found.push(errors(await compute(backend), reference));
  const line = (what, key) => console.log(`| ${what} | ${found.map((e) => format(e[key])).join(" | ")} |`);
  line(`${name} | its own terms`, "own");
  line(" | the layer's largest terms", "whole");
  if (reference.magnitudes.includes(0)) line(" | those, where 0 is right", "zero");
}
const PLANES = [1, CHANNELS, SIZE, SIZE];
const KERNEL = [CHANNELS, CHANNELS, 3, 3];
for (const [name, x, k, padding] of CASES) {
  await compare(name, exact(x, k, padding), (backend) => {
    const image = tensor(x, { shape: PLANES, backend });
    return corr2d(image, tensor(k, { shape: KERNEL, backend }), { padding }).data();
  });
}
const WINDOW = corr2dWindow(PLANES, KERNEL, { padding: 1 });
const gradient = (change) => numbers(CHANNELS * SIZE * SIZE, 3, change);
const cell = (x, i) => (column(i) === 13 && row(i) === 13 ? x : 0);
for (const [name, x, g] of [
  ["kernel gradient, ordinary", image(), gradient()],
  ["one column of the image 10⁴ times larger", image((x, i) => (column(i) === 14 ? 1e4 * x : x)), gradient()],
  [
    "one column of the gradient 10⁴ times larger",
    image(),
    gradient((x, i) => (column(i) === 14 ? 1e4 * x : x)),
  ],
  ["one cell in an image of zeros", image(cell), gradient()],
  ["… and in the gradient", image(cell), gradient(cell)],
]) {
  await compare(name, exactGradient(x, g), (backend) => {
    const dk = backend.corr2dKernel(backend.upload(x), backend.upload(g), WINDOW, "float32");
    return backend.read(dk, KERNEL[0] * KERNEL[1] * 9, "float32");
  });
}

// The gradient of one output through a masked kernel, where no path leads: 0.
const g = new Float32Array(CHANNELS * SIZE * SIZE);
for (let o = 0; o < CHANNELS; o++) g[(o * SIZE + 13) * SIZE + 13] = 1;
const leaks = [];
for (const backend of Object.values(backends)) {
  const dx = await convTranspose2d(
    tensor(g, { shape: [1, CHANNELS, SIZE, SIZE], backend }),
    tensor(kernel(masked), { shape: [CHANNELS, CHANNELS, 3, 3], backend }),
    { padding: 1 },
  ).data();
  const behind = dx.filter((_, i) => row(i) > 13 || (row(i) === 13 && column(i) > 13));
  leaks.push(behind.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
}
console.log(
  `| input gradient through 4 taps 0 in every filter, where no path is | (absolute) | ${leaks.map(format).join(" | ")} |`,
);
for (const backend of Object.values(backends)) backend.close();
