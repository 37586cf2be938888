/**
 * What the option `winograd` costs in accuracy: a 3×3 layer of 64 channels at 28×28 beside float64 loops, as the
 * table of README.md. Needs a build: `node scripts/winograd-errors.mjs`.
 */
import { convTranspose2d, corr2d, tensor } from "@corr2d/core";
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
for (const [name, x, k, padding] of CASES) {
  const reference = exact(x, k, padding);
  const found = [];
  for (const backend of Object.values(backends)) {
    const y = corr2d(
      tensor(x, { shape: [1, CHANNELS, SIZE, SIZE], backend }),
      tensor(k, { shape: [CHANNELS, CHANNELS, 3, 3], backend }),
      { padding },
    );
    found.push(errors(await y.data(), reference));
  }
  const line = (what, key) => console.log(`| ${what} | ${found.map((e) => format(e[key])).join(" | ")} |`);
  line(`${name} | its own terms`, "own");
  line(" | the layer's largest terms", "whole");
  if (reference.magnitudes.includes(0)) line(" | those, where 0 is right", "zero");
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
  `| the same kernel's gradient where no path is | (absolute) | ${leaks.map(format).join(" | ")} |`,
);
for (const backend of Object.values(backends)) backend.close();
