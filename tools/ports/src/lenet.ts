/** LeNet-5. Book: Dive into Deep Learning, 7.6. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import type { Log } from "./log.ts";

function initCnn(module: nn.Module) {
  if (module instanceof nn.Linear || module instanceof nn.Conv2d) {
    nn.init.xavierUniform(module.weight);
  }
}

class LeNet extends nn.Module {
  net;

  constructor(numClasses = 10) {
    super();
    this.net = new nn.Sequential(
      ...[new nn.LazyConv2d(6, 5, { padding: 2 }), new nn.Sigmoid()],
      new nn.AvgPool2d(2, { stride: 2 }),
      ...[new nn.LazyConv2d(16, 5), new nn.Sigmoid()],
      new nn.AvgPool2d(2, { stride: 2 }),
      new nn.Flatten(),
      ...[new nn.LazyLinear(120), new nn.Sigmoid()],
      ...[new nn.LazyLinear(84), new nn.Sigmoid()],
      new nn.LazyLinear(numClasses),
    );
  }

  forward(x: torch.Tensor) {
    return this.net(x);
  }
}

export async function lenet(log: Log): Promise<void> {
  torch.manualSeed(0);
  const images = torch.randn([8, 1, 28, 28]);
  const labels = torch.randint(0, 10, [8]);
  const net = new LeNet();
  net(images); // the lazy layers learn their sizes
  net.apply(initCnn);
  log.module("net", net, [8, 1, 28, 28]);
  const lossFn = new nn.CrossEntropyLoss();
  const optimizer = new nn.SGD(net.parameters(), { lr: 0.1 });
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    const loss = lossFn(net(images), labels);
    loss.backward();
    optimizer.step();
    log("loss", loss);
  }
  net.eval();
  torch.noGrad(() => log("logits", net(images.slice([0, 2]))));
}
