/** The first example everybody runs: a small convolutional network for digits, trained and tested. */
import * as torch from "@corr2d/core";
import { DataLoader, TensorDataset } from "@corr2d/data";
import * as nn from "@corr2d/nn";
import * as F from "@corr2d/nn/functional";
import type { Log } from "./log.ts";

type Loader = DataLoader<[torch.Tensor, torch.Tensor]>;

class Net extends nn.Module {
  conv1 = new nn.Conv2d(1, 32, 3);
  conv2 = new nn.Conv2d(32, 64, 3);
  dropout1 = new nn.Dropout(0.25);
  dropout2 = new nn.Dropout(0.5);
  fc1 = new nn.Linear(9216, 128);
  fc2 = new nn.Linear(128, 10);

  forward(x: torch.Tensor) {
    x = F.relu(this.conv1(x));
    x = F.relu(this.conv2(x));
    x = this.dropout1(F.maxPool2d(x, 2));
    x = torch.flatten(x, 1);
    x = this.dropout2(F.relu(this.fc1(x)));
    return F.logSoftmax(this.fc2(x), 1);
  }
}

async function train(net: Net, loader: Loader, optimizer: nn.Adadelta, log: Log) {
  net.train();
  for (const [data, target] of loader) {
    optimizer.zeroGrad();
    const output = net(data);
    const loss = F.nllLoss(output, target);
    loss.backward();
    optimizer.step();
    log("loss", await loss.item());
  }
}

async function test(net: Net, loader: Loader, log: Log) {
  net.eval();
  let total = 0;
  let correct = 0;
  let count = 0;
  for (const [data, target] of loader) {
    const output = torch.noGrad(() => net(data));
    total += await F.nllLoss(output, target, { reduction: "sum" }).item();
    correct += await output.argmax(1).eq(target).sum().item();
    count += data.size(0);
  }
  log("average loss", total / count);
  log("correct", correct);
}

export async function mnist(log: Log): Promise<void> {
  torch.manualSeed(8);
  const net = new Net();
  log.module("net", net, [4, 1, 28, 28]);
  const digits = new TensorDataset(torch.randn([12, 1, 28, 28]), torch.randint(0, 10, [12]));
  const others = new TensorDataset(torch.randn([6, 1, 28, 28]), torch.randint(0, 10, [6]));
  const trainLoader = new DataLoader(digits, { batchSize: 4, shuffle: true });
  const testLoader = new DataLoader(others, { batchSize: 4 });
  const optimizer = new nn.Adadelta(net.parameters(), { lr: 1 });
  const scheduler = new nn.StepLR(optimizer, 1, { gamma: 0.7 });
  for (let epoch = 0; epoch < 2; epoch++) {
    await train(net, trainLoader, optimizer, log);
    await test(net, testLoader, log);
    scheduler.step();
  }
  log("lr", scheduler.getLastLr()[0]);
}
