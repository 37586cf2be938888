/** MobileNetV2: Sandler et al. 2018, "Inverted residuals and linear bottlenecks", at a quarter of the width. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import type { Log } from "./log.ts";

function makeDivisible(v: number, divisor = 8) {
  const newV = Math.max(divisor, Math.floor((v + divisor / 2) / divisor) * divisor);
  return newV < 0.9 * v ? newV + divisor : newV;
}

class ConvBNReLU extends nn.Sequential {
  constructor(inPlanes: number, outPlanes: number, { kernelSize = 3, stride = 1, groups = 1 } = {}) {
    const padding = Math.floor((kernelSize - 1) / 2);
    super(
      new nn.Conv2d(inPlanes, outPlanes, kernelSize, { stride, padding, groups, bias: false }),
      new nn.BatchNorm2d(outPlanes),
      new nn.ReLU6(),
    );
  }
}

class InvertedResidual extends nn.Module {
  useResConnect;
  conv;

  constructor(inp: number, oup: number, stride: number, expandRatio: number) {
    super();
    const hiddenDim = Math.round(inp * expandRatio);
    this.useResConnect = stride === 1 && inp === oup;
    const layers = [];
    if (expandRatio !== 1) {
      layers.push(new ConvBNReLU(inp, hiddenDim, { kernelSize: 1 }));
    }
    layers.push(
      new ConvBNReLU(hiddenDim, hiddenDim, { stride, groups: hiddenDim }),
      new nn.Conv2d(hiddenDim, oup, 1, { bias: false }),
      new nn.BatchNorm2d(oup),
    );
    this.conv = new nn.Sequential(...layers);
  }

  forward(x: torch.Tensor) {
    if (this.useResConnect) {
      return x.add(this.conv(x));
    }
    return this.conv(x);
  }
}

class MobileNetV2 extends nn.Module {
  lastChannel;
  features;
  classifier;

  constructor(numClasses = 10, widthMult = 1) {
    super();
    let inputChannel = makeDivisible(32 * widthMult);
    this.lastChannel = makeDivisible(256 * Math.max(0.25, widthMult));
    const features = [];
    features.push(new ConvBNReLU(3, inputChannel, { stride: 2 }));
    const settings: [t: number, c: number, n: number, s: number][] = [
      [1, 16, 1, 1],
      [6, 24, 2, 2],
      [6, 32, 2, 2],
      [6, 64, 1, 2],
      [6, 96, 1, 1],
    ];
    for (const [t, c, n, s] of settings) {
      const outputChannel = makeDivisible(c * widthMult);
      for (let i = 0; i < n; i++) {
        const stride = i === 0 ? s : 1;
        features.push(new InvertedResidual(inputChannel, outputChannel, stride, t));
        inputChannel = outputChannel;
      }
    }
    features.push(new ConvBNReLU(inputChannel, this.lastChannel, { kernelSize: 1 }));
    this.features = new nn.Sequential(...features);
    this.classifier = new nn.Sequential(new nn.Dropout(0.2), new nn.Linear(this.lastChannel, numClasses));
    for (const m of this.modules()) {
      if (m instanceof nn.Conv2d) {
        nn.init.kaimingNormal(m.weight, { mode: "fanOut" });
        if (m.bias !== null) {
          nn.init.zeros(m.bias);
        }
      } else if (m instanceof nn.BatchNorm2d) {
        nn.init.ones(m.weight);
        nn.init.zeros(m.bias);
      } else if (m instanceof nn.Linear) {
        nn.init.normal(m.weight, 0, 0.01);
        nn.init.zeros(m.bias);
      }
    }
  }

  forward(x: torch.Tensor) {
    x = this.features(x);
    x = x.mean([2, 3]);
    return this.classifier(x);
  }
}

export async function mobilenetV2(log: Log): Promise<void> {
  torch.manualSeed(12);
  const net = new MobileNetV2(10, 0.25);
  log.module("net", net, [8, 3, 64, 64]);
  const images = torch.randn([8, 3, 64, 64]);
  const labels = torch.randint(0, 10, [8]);
  const lossFn = new nn.CrossEntropyLoss();
  const optimizer = new nn.SGD(net.parameters(), { lr: 0.003, momentum: 0.9, weightDecay: 4e-5 });
  const warmup = new nn.LinearLR(optimizer, { startFactor: 0.1, totalIters: 2 });
  const cosine = new nn.CosineAnnealingLR(optimizer, 3);
  const scheduler = new nn.SequentialLR(optimizer, [warmup, cosine], [2]);
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
