/** LeNet with batch normalisation, from scratch and with the layer. Book: Dive into Deep Learning, 8.5. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import type { Log } from "./log.ts";

function batchNorm(
  x: torch.Tensor,
  gamma: torch.Tensor,
  beta: torch.Tensor,
  movingMean: torch.Tensor,
  movingVar: torch.Tensor,
  { eps, momentum }: { eps: number; momentum: number },
): [torch.Tensor, torch.Tensor, torch.Tensor] {
  let xHat: torch.Tensor;
  if (!torch.isGradEnabled()) {
    // in use
    xHat = x.sub(movingMean).div(torch.sqrt(movingVar.add(eps)));
  } else {
    let mean: torch.Tensor;
    let variance: torch.Tensor;
    if (x.dim() === 2) {
      mean = x.mean(0);
      variance = x.sub(mean).pow(2).mean(0);
    } else {
      mean = x.mean([0, 2, 3], { keepdim: true });
      variance = x.sub(mean).pow(2).mean([0, 2, 3], { keepdim: true });
    }
    xHat = x.sub(mean).div(torch.sqrt(variance.add(eps)));
    movingMean = movingMean.mul(1 - momentum).add(mean.mul(momentum));
    movingVar = movingVar.mul(1 - momentum).add(variance.mul(momentum));
  }
  return [gamma.mul(xHat).add(beta), movingMean.detach(), movingVar.detach()];
}

class BatchNorm extends nn.Module {
  gamma;
  beta;
  movingMean;
  movingVar;

  constructor(numFeatures: number, numDims: number) {
    super();
    const shape = numDims === 2 ? [1, numFeatures] : [1, numFeatures, 1, 1];
    this.gamma = new nn.Parameter(torch.ones(shape));
    this.beta = new nn.Parameter(torch.zeros(shape));
    this.movingMean = torch.zeros(shape);
    this.movingVar = torch.ones(shape);
  }

  forward(x: torch.Tensor) {
    const { gamma, beta, movingMean, movingVar } = this;
    const options = { eps: 1e-5, momentum: 0.1 };
    const [y, mean, variance] = batchNorm(x, gamma, beta, movingMean, movingVar, options);
    this.movingMean = mean;
    this.movingVar = variance;
    return y;
  }
}

function scratch() {
  return new nn.Sequential(
    ...[new nn.Conv2d(1, 6, 5), new BatchNorm(6, 4), new nn.Sigmoid()],
    new nn.AvgPool2d(2, { stride: 2 }),
    ...[new nn.Conv2d(6, 16, 5), new BatchNorm(16, 4), new nn.Sigmoid()],
    ...[new nn.AvgPool2d(2, { stride: 2 }), new nn.Flatten()],
    ...[new nn.Linear(256, 120), new BatchNorm(120, 2), new nn.Sigmoid()],
    ...[new nn.Linear(120, 84), new BatchNorm(84, 2), new nn.Sigmoid()],
    new nn.Linear(84, 10),
  );
}

function concise() {
  return new nn.Sequential(
    ...[new nn.LazyConv2d(6, 5), new nn.LazyBatchNorm2d(), new nn.Sigmoid()],
    new nn.AvgPool2d(2, { stride: 2 }),
    ...[new nn.LazyConv2d(16, 5), new nn.LazyBatchNorm2d(), new nn.Sigmoid()],
    ...[new nn.AvgPool2d(2, { stride: 2 }), new nn.Flatten()],
    ...[new nn.LazyLinear(120), new nn.LazyBatchNorm1d(), new nn.Sigmoid()],
    ...[new nn.LazyLinear(84), new nn.LazyBatchNorm1d(), new nn.Sigmoid()],
    new nn.LazyLinear(10),
  );
}

export async function batchNormLenet(log: Log): Promise<void> {
  for (const make of [scratch, concise]) {
    torch.manualSeed(5);
    const net = make();
    const images = torch.randn([16, 1, 28, 28]);
    const labels = torch.randint(0, 10, [16]);
    net(images);
    log.module(make.name, net, [16, 1, 28, 28]);
    const lossFn = new nn.CrossEntropyLoss();
    const optimizer = new nn.SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
    const scheduler = new nn.OneCycleLR(optimizer, 0.1, { totalSteps: 6 });
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
}
