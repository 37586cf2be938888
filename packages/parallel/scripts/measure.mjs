// node scripts/measure.mjs [batch] [rounds]: LeNet on one rank, on two that share the batch, and on two jobs of half the batch that have
// nothing to do with each other, in turns. The last is what two threads of this machine can be at best. Milliseconds, medians.
import { runThreads } from "@corr2d/parallel/threads";

const [batch = 256, rounds = 5] = process.argv.slice(2).map(Number);
const module = new URL("measured-rank.mjs", import.meta.url);
const found = { one: [], two: [], apart: [] };
const run = (size, ownBatch, into) =>
  runThreads(size, module, {
    timeoutSeconds: 60,
    worker: { workerData: { batch: ownBatch, steps: 40, warmUp: 15 } },
    onMessage: (medians) => into.push(medians),
  });
const kinds = {
  one: () => run(1, batch, found.one),
  two: () => run(2, batch, found.two),
  apart: () => Promise.all([run(1, batch / 2, found.apart), run(1, batch / 2, found.apart)]),
};
const names = Object.keys(kinds);
for (let round = 0; round < rounds; round++) {
  for (let i = 0; i < names.length; i++) await kinds[names[(i + round) % names.length]]();
}
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const of = (kind, part) => median(found[kind].map((medians) => medians[part]));
for (const kind of names) {
  const parts = Object.keys(found[kind][0]).map((part) => `${part} ${of(kind, part).toFixed(2)}`);
  console.log(`${kind.padEnd(5)} ${parts.join(", ")}`);
}
const times = (kind, part) => (of("one", part) / of(kind, part)).toFixed(2);
for (const kind of ["two", "apart"]) {
  const [step, processor] = [times(kind, "step"), times(kind, "processor")];
  console.log(
    `batch ${batch}, ${kind}: ${step} times as fast as one, ${processor} times less of each processor`,
  );
}
