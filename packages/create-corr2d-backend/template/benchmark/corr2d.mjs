// npm run bench
//
// Correlations of two layers of LeNet, with both gradients, here and on cpu-js. The backends take turns, so that a busy
// machine disturbs both alike; the figures are medians. Reading a number at the end waits for work that is still queued.
import { corr2d, manualSeed, randn, scope } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import myBackend from "../dist/index.js";

const LAYERS = [
  { name: "1 → 6 channels, 5×5 on 28×28", images: [8, 1, 28, 28], kernels: [6, 1, 5, 5], padding: 2 },
  { name: "6 → 16 channels, 5×5 on 14×14", images: [8, 6, 14, 14], kernels: [16, 6, 5, 5], padding: 0 },
];
const ROUNDS = 7;

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

function layer({ images, kernels, padding }, backend) {
  manualSeed(0);
  const x = randn(images, { backend, requiresGrad: true });
  const k = randn(kernels, { backend, requiresGrad: true });
  const step = () =>
    scope(() => {
      x.grad = null;
      k.grad = null;
      corr2d(x, k, { padding }).sum().backward();
      return k.grad.sum();
    });
  return async () => {
    const start = performance.now();
    await step().item();
    return performance.now() - start;
  };
}

const backends = [await myBackend(), await cpuJs()];
for (const sizes of LAYERS) {
  const steps = backends.map((backend) => layer(sizes, backend));
  const times = backends.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, step] of steps.entries()) times[i].push(await step());
  }
  const figures = backends.map(({ name }, i) => `${name} ${median(times[i]).toFixed(2)} ms`);
  console.log(`${sizes.name}: ${figures.join(", ")}`);
}
