/** SegNet: Badrinarayanan et al. 2017, with fewer stages: pools tell the way back where their values came from. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import * as F from "@corr2d/nn/functional";
import type { Log } from "./log.ts";

function convBn(inChannels: number, outChannels: number) {
  return new nn.Sequential(
    new nn.Conv2d(inChannels, outChannels, 3, { padding: 1 }),
    ...[new nn.BatchNorm2d(outChannels), new nn.ReLU()],
  );
}

class SegNet extends nn.Module {
  enc1 = convBn(3, 8);
  enc2 = convBn(8, 16);
  unpool = new nn.MaxUnpool2d(2, { stride: 2 });
  dec2 = convBn(16, 8);
  dec1;

  constructor(numClasses: number) {
    super();
    this.dec1 = new nn.Conv2d(8, numClasses, 3, { padding: 1 });
  }

  forward(x: torch.Tensor) {
    x = this.enc1(x);
    const size1 = x.size();
    const { values: pooled1, indices: indices1 } = F.maxPool2dWithIndices(x, 2, { stride: 2 });
    x = this.enc2(pooled1);
    const size2 = x.size();
    const { values: pooled2, indices: indices2 } = F.maxPool2dWithIndices(x, 2, { stride: 2 });
    x = this.unpool(pooled2, indices2, size2);
    x = this.dec2(x);
    x = this.unpool(x, indices1, size1);
    return this.dec1(x);
  }
}

export async function segnet(log: Log): Promise<void> {
  torch.manualSeed(17);
  const net = new SegNet(3);
  log.module("net", net, [2, 3, 13, 14]);
  const images = torch.randn([2, 3, 13, 14]);
  const masks = torch.randint(0, 3, [2, 13, 14]);
  const weight = torch.tensor([1, 2, 0.5]);
  const optimizer = new nn.Adamax(net.parameters(), { lr: 2e-3 });
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(net(images), masks, { weight });
    loss.backward();
    optimizer.step();
    log("loss", loss);
  }
  net.eval();
  torch.noGrad(() => log("classes", net(images).argmax(1).slice(0, 0)));
}
