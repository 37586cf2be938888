/** Network in network, with fewer channels. Book: Dive into Deep Learning, 8.3. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import type { Log } from "./log.ts";

function ninBlock(
  inChannels: number,
  outChannels: number,
  kernelSize: number,
  stride: number,
  padding: number,
) {
  return new nn.Sequential(
    ...[new nn.Conv2d(inChannels, outChannels, kernelSize, { stride, padding }), new nn.ReLU()],
    ...[new nn.Conv2d(outChannels, outChannels, 1), new nn.ReLU()],
    ...[new nn.Conv2d(outChannels, outChannels, 1), new nn.ReLU()],
  );
}

export async function nin(log: Log): Promise<void> {
  torch.manualSeed(3);
  const net = new nn.Sequential(
    ninBlock(1, 16, 11, 4, 0),
    new nn.MaxPool2d(3, { stride: 2 }),
    ninBlock(16, 24, 5, 1, 2),
    new nn.MaxPool2d(3, { stride: 2 }),
    ninBlock(24, 32, 3, 1, 1),
    new nn.MaxPool2d(3, { stride: 2 }),
    new nn.Dropout(0.5),
    ninBlock(32, 10, 3, 1, 1),
    new nn.AdaptiveAvgPool2d([1, 1]),
    new nn.Flatten(),
  );
  for (const module of net.modules()) {
    if (module instanceof nn.Conv2d) {
      nn.init.xavierUniform(module.weight);
      nn.init.zeros(module.bias);
    }
  }
  log.module("net", net, [4, 1, 96, 96]);
  const images = torch.randn([4, 1, 96, 96]);
  const labels = torch.randint(0, 10, [4]);
  let x = images;
  for (const layer of net) {
    // the shapes, layer by layer
    x = layer(x);
    log(layer.typeName, x.shape);
  }
  const lossFn = new nn.CrossEntropyLoss();
  const optimizer = new nn.Adagrad(net.parameters(), { lr: 0.01 });
  const scheduler = new nn.LambdaLR(optimizer, (epoch) => 0.95 ** epoch);
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    const loss = lossFn(net(images), labels);
    loss.backward();
    optimizer.step();
    scheduler.step();
    log("loss", loss);
  }
  log("lr", scheduler.getLastLr()[0]);
}
