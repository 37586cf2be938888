/** A real training in a worker: a line through points. */
import { manualSeed, randn, scope, setBackend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { Linear, mseLoss, SGD } from "@corr2d/nn";
import { serve, type TaskRun } from "../../src/index.ts";

setBackend(cpuJs());

interface Settings {
  readonly steps: number;
  readonly lr: number;
}

const training = serve(
  async ({ steps, lr }: Settings, run: TaskRun<{ readonly loss: number }, { readonly lr: number }>) => {
    manualSeed(0);
    const net = new Linear(1, 1);
    const optimizer = new SGD(net.parameters(), { lr });
    const x = randn([32, 1]);
    const y = x.mul(3).add(1);
    for (let step = 0; step < steps; step++) {
      const loss = scope(() => {
        optimizer.zeroGrad();
        const value = mseLoss(net(x), y);
        value.backward();
        optimizer.step();
        return value;
      });
      for (const changed of await run.report({ loss: await loss.item() })) {
        optimizer.paramGroups[0]!.lr = changed.lr;
      }
      loss.dispose();
    }
    const { weight, bias } = net;
    return { weight: await weight.data(), bias: await bias!.data(), lr: optimizer.paramGroups[0]!.lr };
  },
);

export type Training = typeof training;
