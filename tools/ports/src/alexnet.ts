/** AlexNet, with fewer channels. Book: Dive into Deep Learning, 8.1. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import type { Log } from "./log.ts";

class AlexNet extends nn.Module {
  features = new nn.Sequential(
    ...[new nn.Conv2d(1, 16, 11, { stride: 4, padding: 1 }), new nn.ReLU()],
    new nn.MaxPool2d(3, { stride: 2 }),
    ...[new nn.Conv2d(16, 32, 5, { padding: 2 }), new nn.ReLU()],
    new nn.MaxPool2d(3, { stride: 2 }),
    ...[new nn.Conv2d(32, 48, 3, { padding: 1 }), new nn.ReLU()],
    ...[new nn.Conv2d(48, 48, 3, { padding: 1 }), new nn.ReLU()],
    ...[new nn.Conv2d(48, 32, 3, { padding: 1 }), new nn.ReLU()],
    new nn.MaxPool2d(3, { stride: 2 }),
  );
  classifier;

  constructor(numClasses = 10) {
    super();
    this.classifier = new nn.Sequential(
      ...[new nn.Linear(32, 64), new nn.ReLU(), new nn.Dropout(0.5)],
      ...[new nn.Linear(64, 64), new nn.ReLU(), new nn.Dropout(0.5)],
      new nn.Linear(64, numClasses),
    );
  }

  forward(x: torch.Tensor) {
    x = this.features(x);
    x = torch.flatten(x, 1);
    return this.classifier(x);
  }
}

export async function alexnet(log: Log): Promise<void> {
  torch.manualSeed(1);
  const net = new AlexNet();
  log.module("net", net, [4, 1, 96, 96]);
  const images = torch.randn([4, 1, 96, 96]);
  const labels = torch.randint(0, 10, [4]);
  const lossFn = new nn.CrossEntropyLoss({ labelSmoothing: 0.1 });
  const optimizer = new nn.SGD(net.parameters(), {
    lr: 0.05,
    momentum: 0.9,
    nesterov: true,
    weightDecay: 5e-4,
  });
  const scheduler = new nn.StepLR(optimizer, 2, { gamma: 0.5 });
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
  torch.noGrad(() => log("probabilities", torch.softmax(net(images.slice([0, 2])), 1)));
}
