/** DenseNet, with fewer channels. Book: Dive into Deep Learning, 8.7. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import type { Log } from "./log.ts";

function convBlock(numChannels: number) {
  return new nn.Sequential(
    ...[new nn.LazyBatchNorm2d(), new nn.ReLU()],
    new nn.LazyConv2d(numChannels, 3, { padding: 1 }),
  );
}

class DenseBlock extends nn.Module {
  net;

  constructor(numConvs: number, numChannels: number) {
    super();
    const layer = [];
    for (let i = 0; i < numConvs; i++) {
      layer.push(convBlock(numChannels));
    }
    this.net = new nn.Sequential(...layer);
  }

  forward(x: torch.Tensor) {
    for (const blk of this.net) {
      const y = blk(x);
      x = torch.cat([x, y], 1);
    }
    return x;
  }
}

function transitionBlock(numChannels: number) {
  return new nn.Sequential(
    ...[new nn.LazyBatchNorm2d(), new nn.ReLU()],
    new nn.LazyConv2d(numChannels, 1),
    new nn.AvgPool2d(2, { stride: 2 }),
  );
}

class DenseNet extends nn.Module {
  net;

  constructor(numChannels = 16, growthRate = 8, arch = [4, 4, 4, 4], numClasses = 10) {
    super();
    this.net = new nn.Sequential(
      new nn.Sequential(
        new nn.LazyConv2d(numChannels, 7, { stride: 2, padding: 3 }),
        ...[new nn.LazyBatchNorm2d(), new nn.ReLU()],
        new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
      ),
    );
    for (const [i, numConvs] of arch.entries()) {
      this.net.addModule(`dense_blk${i + 1}`, new DenseBlock(numConvs, growthRate));
      numChannels += numConvs * growthRate;
      if (i !== arch.length - 1) {
        numChannels = Math.floor(numChannels / 2);
        this.net.addModule(`tran_blk${i + 1}`, transitionBlock(numChannels));
      }
    }
    this.net.addModule(
      "last",
      new nn.Sequential(
        ...[new nn.LazyBatchNorm2d(), new nn.ReLU(), new nn.AdaptiveAvgPool2d([1, 1]), new nn.Flatten()],
        new nn.LazyLinear(numClasses),
      ),
    );
  }

  forward(x: torch.Tensor) {
    return this.net(x);
  }
}

export async function densenet(log: Log): Promise<void> {
  torch.manualSeed(7);
  const net = new DenseNet();
  const images = torch.randn([8, 1, 64, 64]);
  const labels = torch.randint(0, 10, [8]);
  net(images);
  log.module("net", net, [8, 1, 64, 64]);
  const lossFn = new nn.CrossEntropyLoss();
  const optimizer = new nn.SGD(net.parameters(), { lr: 0.01, momentum: 0.9, nesterov: true });
  const scheduler = new nn.MultiStepLR(optimizer, [2, 4], { gamma: 0.1 });
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    const loss = lossFn(net(images), labels);
    loss.backward();
    optimizer.step();
    scheduler.step();
    log("loss", loss);
  }
  net.eval();
  torch.noGrad(() => log("logits", net(images.slice([0, 2]))));
}
