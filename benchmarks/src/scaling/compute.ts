/** Times steps of one rank: forward, backward and the optimiser, and what it costs to have gradients read and averages uploaded. */
import { manualSeed, randint, randn, scope, setBackend, type Tensor, tensor } from "@corr2d/core";
import { cpuWasm } from "@corr2d/cpu-wasm";
import { crossEntropy, SGD } from "@corr2d/nn";
import { median } from "../statistics.ts";
import type { NetCost } from "./model.ts";
import { NETS, type NetName } from "./nets.ts";

const ROUNDS = 3;

/** The time that this process has computed: other processes disturb the clock, and hardly this. */
function seconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** A step's costs on one thread of this machine, and how fast gradients leave and return. */
export async function measureNet(name: NetName): Promise<NetCost & { readonly copyBytesPerSecond: number }> {
  setBackend(await cpuWasm());
  manualSeed(0);
  const { make, image, classes, batches } = NETS[name];
  const net = make();
  const optimizer = new SGD(net.parameters(), { lr: 0.01 });
  const data = batches.map((batch) => [randn([batch, ...image]), randint(0, classes, [batch])] as const);
  const step = async ([images, labels]: readonly [Tensor, Tensor]): Promise<number> => {
    const begin = seconds();
    const loss = scope(() => {
      optimizer.zeroGrad();
      const loss = crossEntropy(net(images), labels);
      loss.backward();
      optimizer.step();
      return loss.detach();
    });
    await loss.item();
    return seconds() - begin;
  };
  const times: [number[], number[]] = [[], []];
  // Batches in turns: what disturbs the machine disturbs both.
  for (let round = -1; round < ROUNDS; round++) {
    for (const i of [0, 1] as const) {
      const time = await step(data[i]!);
      if (round >= 0) times[i].push(time);
    }
  }
  const [small, large] = [median(times[0]), median(times[1])];
  const perImage = (large - small) / (batches[1] - batches[0]);
  const parameters = net.parameters().reduce((sum, one) => sum + one.numel(), 0);

  const values = net.parameters().map((one) => new Float32Array(one.numel()));
  const copies: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const begin = seconds();
    for (const [i, parameter] of net.parameters().entries()) {
      await parameter.grad!.data({ into: values[i]! });
      tensor(values[i]!).dispose();
    }
    if (round >= 0) copies.push(seconds() - begin);
  }
  return {
    parameters,
    perStep: Math.max(0, small - perImage * batches[0]),
    perImage,
    copyBytesPerSecond: (parameters * 4) / median(copies),
  };
}
