/** ResNet-18, with fewer channels. Book: Dive into Deep Learning, 8.6. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import * as F from "@corr2d/nn/functional";
import type { Log } from "./log.ts";

class Residual extends nn.Module {
  conv1;
  conv2;
  conv3;
  bn1;
  bn2;

  constructor(numChannels: number, use1x1conv = false, strides = 1) {
    super();
    this.conv1 = new nn.LazyConv2d(numChannels, 3, { padding: 1, stride: strides });
    this.conv2 = new nn.LazyConv2d(numChannels, 3, { padding: 1 });
    if (use1x1conv) {
      this.conv3 = new nn.LazyConv2d(numChannels, 1, { stride: strides });
    } else {
      this.conv3 = null;
    }
    this.bn1 = new nn.LazyBatchNorm2d();
    this.bn2 = new nn.LazyBatchNorm2d();
  }

  forward(x: torch.Tensor) {
    let y = F.relu(this.bn1(this.conv1(x)));
    y = this.bn2(this.conv2(y));
    if (this.conv3 !== null) {
      x = this.conv3(x);
    }
    y = y.add(x);
    return F.relu(y);
  }
}

class ResNet extends nn.Module {
  net;

  constructor(arch: [number, number][], numClasses = 10) {
    super();
    this.net = new nn.Sequential(this.b1());
    for (const [i, [numResiduals, numChannels]] of arch.entries()) {
      this.net.addModule(`b${i + 2}`, this.block(numResiduals, numChannels, i === 0));
    }
    this.net.addModule(
      "last",
      new nn.Sequential(
        ...[new nn.AdaptiveAvgPool2d([1, 1]), new nn.Flatten(), new nn.LazyLinear(numClasses)],
      ),
    );
  }

  b1() {
    return new nn.Sequential(
      ...[new nn.LazyConv2d(8, 7, { stride: 2, padding: 3 }), new nn.LazyBatchNorm2d(), new nn.ReLU()],
      new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    );
  }

  block(numResiduals: number, numChannels: number, firstBlock = false) {
    const blocks = [];
    for (let i = 0; i < numResiduals; i++) {
      if (i === 0 && !firstBlock) {
        blocks.push(new Residual(numChannels, true, 2));
      } else {
        blocks.push(new Residual(numChannels));
      }
    }
    return new nn.Sequential(...blocks);
  }

  forward(x: torch.Tensor) {
    return this.net(x);
  }
}

export async function resnet18(log: Log): Promise<void> {
  torch.manualSeed(6);
  const net = new ResNet([
    [2, 8],
    [2, 16],
    [2, 32],
    [2, 64],
  ]);
  const images = torch.randn([8, 3, 64, 64]);
  const labels = torch.randint(0, 10, [8]);
  net(images);
  log.module("net", net, [8, 3, 64, 64]);
  const lossFn = new nn.CrossEntropyLoss();
  const optimizer = new nn.SGD(net.parameters(), { lr: 0.01, momentum: 0.9, weightDecay: 1e-4 });
  const scheduler = new nn.CosineAnnealingLR(optimizer, 5);
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    const loss = lossFn(net(images), labels);
    loss.backward();
    optimizer.step();
    scheduler.step();
    log("loss", loss);
    log("lr", scheduler.getLastLr()[0]);
  }
  net.eval();
  torch.noGrad(() => log("logits", net(images.slice([0, 2]))));
}
