/**
 * A training on many ranks that is kept every few steps, and goes on from what is there; one rank may fail on the way. Any collective
 * carries it: `@corr2d/mpi` trains so too.
 */
import { existsSync } from "node:fs";
import {
  drawPermutation,
  Generator,
  manualSeed,
  randint,
  randn,
  scope,
  setBackend,
  type Tensor,
  tensor,
} from "@corr2d/core";
import { cpuWasm } from "@corr2d/cpu-wasm";
import { loadCheckpoint, saveCheckpoint } from "@corr2d/io/node";
import { Adam, crossEntropy } from "@corr2d/nn";
import { type Collective, DistributedDataParallel } from "../src/index.ts";
import { gradientsOf, makeNet } from "./nets.ts";

/** What is to be trained, and what goes wrong. */
export interface Wanted {
  /** The checkpoint. */
  readonly path: string;
  readonly fault: { readonly rank: number; readonly step: number; readonly act: string } | null;
  readonly steps?: number;
}

/** What was learnt, on every rank the same. */
export interface Trained {
  /** The step at which it began. */
  readonly begun: number;
  readonly losses: number[];
  readonly weights: Float32Array[];
  /** Of the first step, averaged. */
  readonly gradients: Float32Array[];
}

const [BATCH, SAMPLES, EVERY] = [12, 50, 4];

/** The samples of a global batch: the same for any number of ranks. Every fifth batch is small, also too small for all ranks. */
function batchOf(number: number): number[] {
  const order = drawPermutation(new Generator(number), SAMPLES);
  return [...order.subarray(0, number % 5 === 4 ? 1 + (number % 3) : BATCH)];
}

async function fail(act: string, collective: Collective): Promise<void> {
  if (act === "throw") throw new Error("on purpose");
  if (act === "exit") process.exit(7);
  if (act === "hang") for (;;);
  if (act === "wait") await new Promise(() => setInterval(() => {}, 1000));
  if (act === "abort") collective.abort("on purpose");
  if (act === "kill") process.kill(process.pid, "SIGKILL");
  if (act === "stop") process.kill(process.pid, "SIGSTOP");
}

export async function train(collective: Collective, { path, fault, steps = 24 }: Wanted): Promise<Trained> {
  const { rank, size } = collective;
  const backend = await cpuWasm();
  setBackend(backend);
  manualSeed(5);
  const images = randn([SAMPLES, 1, 8, 8]);
  const classes = randint(0, 5, [SAMPLES]);
  const net = makeNet(backend);
  const optimizer = new Adam(net.parameters(), { lr: 0.02 });
  const losses: number[] = [];
  let gradients: Float32Array[] = [];
  let step = 0;
  if (existsSync(path)) {
    const saved = await loadCheckpoint(path);
    net.loadStateDict(saved.model);
    optimizer.loadStateDict(saved.optimizer);
    losses.push(...saved.losses);
    step = saved.step;
  }
  const begun = step;
  const ddp = await DistributedDataParallel.create(net, collective);

  for (; step < steps; step++) {
    if (fault?.rank === rank && fault.step === step) await fail(fault.act, collective);
    const batch = batchOf(step);
    const own = batch.slice(
      Math.floor((batch.length * rank) / size),
      Math.floor((batch.length * (rank + 1)) / size),
    );
    const loss = scope(() => {
      optimizer.zeroGrad();
      const index = tensor(Int32Array.from(own));
      const scores = ddp(images.indexSelect(0, index)) as Tensor;
      const sum = crossEntropy(scores, classes.indexSelect(0, index), { reduction: "sum" });
      sum.mul(size / batch.length).backward();
      return sum.detach();
    });
    const total = Float64Array.of(await loss.item());
    await collective.allReduce(total);
    losses.push(total[0]! / batch.length);
    await ddp.reduce();
    if (step === begun) gradients = await gradientsOf(net);
    optimizer.step();
    if (rank === 0 && (step + 1) % EVERY === 0) {
      const state = {
        model: net.stateDict(),
        optimizer: optimizer.stateDict(),
        step: step + 1,
        losses: Float64Array.from(losses),
      };
      await saveCheckpoint(path, state);
    }
  }
  const weights = await Promise.all(net.parameters().map((one) => one.data()));
  return { begun, losses, weights: weights as Float32Array[], gradients };
}
