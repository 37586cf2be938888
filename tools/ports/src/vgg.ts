/** VGG-11, with fewer channels. Book: Dive into Deep Learning, 8.2. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import type { Log } from "./log.ts";

function vggBlock(numConvs: number, outChannels: number) {
  const layers = [];
  for (let i = 0; i < numConvs; i++) {
    layers.push(new nn.LazyConv2d(outChannels, 3, { padding: 1 }));
    layers.push(new nn.ReLU());
  }
  layers.push(new nn.MaxPool2d(2, { stride: 2 }));
  return new nn.Sequential(...layers);
}

class VGG extends nn.Module {
  net;

  constructor(arch: [number, number][], numClasses = 10) {
    super();
    const convBlocks = [];
    for (const [numConvs, outChannels] of arch) {
      convBlocks.push(vggBlock(numConvs, outChannels));
    }
    this.net = new nn.Sequential(
      ...[...convBlocks, new nn.Flatten()],
      ...[new nn.LazyLinear(64), new nn.ReLU(), new nn.Dropout(0.5)],
      ...[new nn.LazyLinear(64), new nn.ReLU(), new nn.Dropout(0.5)],
      new nn.LazyLinear(numClasses),
    );
  }

  forward(x: torch.Tensor) {
    return this.net(x);
  }
}

export async function vgg(log: Log): Promise<void> {
  torch.manualSeed(2);
  const net = new VGG([
    [1, 8],
    [1, 16],
    [2, 32],
    [2, 64],
    [2, 64],
  ]);
  const images = torch.randn([4, 1, 32, 32]);
  const labels = torch.randint(0, 10, [4]);
  log("lazy", String(net));
  // Made before the first input: the lazy layers' parameters are in it all the same.
  const optimizer = new nn.Adam(net.parameters(), { lr: 1e-3 });
  const scheduler = new nn.ExponentialLR(optimizer, 0.9);
  net(images);
  log.module("net", net, [4, 1, 32, 32]);
  const lossFn = new nn.CrossEntropyLoss();
  for (let i = 0; i < 5; i++) {
    const loss = lossFn(net(images), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    scheduler.step();
    log("loss", loss);
  }
  log("lr", optimizer.paramGroups[0].lr);
}
