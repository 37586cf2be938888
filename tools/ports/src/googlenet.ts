/** GoogLeNet, with fewer channels and blocks. Book: Dive into Deep Learning, 8.4. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import * as F from "@corr2d/nn/functional";
import type { Log } from "./log.ts";

class Inception extends nn.Module {
  b1_1;
  b2_1;
  b2_2;
  b3_1;
  b3_2;
  b4_1;
  b4_2;

  constructor(inChannels: number, c1: number, c2: [number, number], c3: [number, number], c4: number) {
    super();
    this.b1_1 = new nn.Conv2d(inChannels, c1, 1);
    this.b2_1 = new nn.Conv2d(inChannels, c2[0], 1);
    this.b2_2 = new nn.Conv2d(c2[0], c2[1], 3, { padding: 1 });
    this.b3_1 = new nn.Conv2d(inChannels, c3[0], 1);
    this.b3_2 = new nn.Conv2d(c3[0], c3[1], 5, { padding: 2 });
    this.b4_1 = new nn.MaxPool2d(3, { stride: 1, padding: 1 });
    this.b4_2 = new nn.Conv2d(inChannels, c4, 1);
  }

  forward(x: torch.Tensor) {
    const b1 = F.relu(this.b1_1(x));
    const b2 = F.relu(this.b2_2(F.relu(this.b2_1(x))));
    const b3 = F.relu(this.b3_2(F.relu(this.b3_1(x))));
    const b4 = F.relu(this.b4_2(this.b4_1(x)));
    return torch.cat([b1, b2, b3, b4], 1);
  }
}

class GoogLeNet extends nn.Module {
  stem = new nn.Sequential(
    ...[new nn.Conv2d(1, 16, 7, { stride: 2, padding: 3 }), new nn.ReLU()],
    new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    ...[new nn.Conv2d(16, 16, 1), new nn.ReLU()],
    ...[new nn.Conv2d(16, 24, 3, { padding: 1 }), new nn.ReLU()],
    new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
  );
  body = new nn.Sequential(
    new Inception(24, 8, [12, 16], [2, 4], 4),
    new Inception(32, 16, [16, 24], [4, 12], 8),
    new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    new Inception(60, 24, [12, 26], [2, 6], 8),
  );
  head;

  constructor(numClasses = 10) {
    super();
    this.head = new nn.Sequential(
      new nn.AdaptiveAvgPool2d(1),
      new nn.Flatten(),
      new nn.Linear(64, numClasses),
    );
  }

  forward(x: torch.Tensor) {
    return this.head(this.body(this.stem(x)));
  }
}

export async function googlenet(log: Log): Promise<void> {
  torch.manualSeed(4);
  const net = new GoogLeNet();
  log.module("net", net, [4, 1, 48, 48]);
  const images = torch.randn([4, 1, 48, 48]);
  const labels = torch.randint(0, 10, [4]);
  const optimizer = new nn.RMSprop(net.parameters(), { lr: 1e-3, alpha: 0.9, eps: 0.01, momentum: 0.9 });
  const scheduler = new nn.MultiplicativeLR(optimizer, () => 0.94);
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(net(images), labels);
    loss.backward();
    optimizer.step();
    scheduler.step();
    log("loss", loss);
  }
  log("classes", net(images).argmax(1));
}
