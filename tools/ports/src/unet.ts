/** U-Net: Ronneberger et al. 2015, with fewer channels, for images whose sides are no powers of two. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import * as F from "@corr2d/nn/functional";
import type { Log } from "./log.ts";

class DoubleConv extends nn.Module {
  double_conv;

  constructor(inChannels: number, outChannels: number, midChannels = outChannels) {
    super();
    this.double_conv = new nn.Sequential(
      new nn.Conv2d(inChannels, midChannels, 3, { padding: 1, bias: false }),
      ...[new nn.BatchNorm2d(midChannels), new nn.ReLU()],
      new nn.Conv2d(midChannels, outChannels, 3, { padding: 1, bias: false }),
      ...[new nn.BatchNorm2d(outChannels), new nn.ReLU()],
    );
  }

  forward(x: torch.Tensor) {
    return this.double_conv(x);
  }
}

class Down extends nn.Module {
  maxpool_conv;

  constructor(inChannels: number, outChannels: number) {
    super();
    this.maxpool_conv = new nn.Sequential(new nn.MaxPool2d(2), new DoubleConv(inChannels, outChannels));
  }

  forward(x: torch.Tensor) {
    return this.maxpool_conv(x);
  }
}

class Up extends nn.Module {
  up;
  conv;

  constructor(inChannels: number, outChannels: number, bilinear = true) {
    super();
    if (bilinear) {
      this.up = new nn.Upsample({ scaleFactor: 2, mode: "bilinear", alignCorners: true });
      this.conv = new DoubleConv(inChannels, outChannels, inChannels / 2);
    } else {
      this.up = new nn.ConvTranspose2d(inChannels, inChannels / 2, 2, { stride: 2 });
      this.conv = new DoubleConv(inChannels, outChannels);
    }
  }

  forward(x1: torch.Tensor, x2: torch.Tensor) {
    x1 = this.up(x1);
    const diffY = x2.size(2) - x1.size(2);
    const diffX = x2.size(3) - x1.size(3);
    const left = Math.floor(diffX / 2);
    const top = Math.floor(diffY / 2);
    x1 = F.pad(x1, [left, diffX - left, top, diffY - top]);
    return this.conv(torch.cat([x2, x1], 1));
  }
}

class UNet extends nn.Module {
  inc;
  down1;
  down2;
  down3;
  up1;
  up2;
  up3;
  outc;

  constructor(nChannels: number, nClasses: number, bilinear = false) {
    super();
    const factor = bilinear ? 2 : 1;
    this.inc = new DoubleConv(nChannels, 8);
    this.down1 = new Down(8, 16);
    this.down2 = new Down(16, 32);
    this.down3 = new Down(32, 64 / factor);
    this.up1 = new Up(64, 32 / factor, bilinear);
    this.up2 = new Up(32, 16 / factor, bilinear);
    this.up3 = new Up(16, 8, bilinear);
    this.outc = new nn.Conv2d(8, nClasses, 1);
  }

  forward(x: torch.Tensor) {
    const x1 = this.inc(x);
    const x2 = this.down1(x1);
    const x3 = this.down2(x2);
    const x4 = this.down3(x3);
    x = this.up1(x4, x3);
    x = this.up2(x, x2);
    x = this.up3(x, x1);
    return this.outc(x);
  }
}

function diceLoss(probabilities: torch.Tensor, oneHot: torch.Tensor, epsilon = 1e-6) {
  const dims = [0, 2, 3];
  const inter = probabilities.mul(oneHot).sum(dims).mul(2);
  const sets = probabilities.sum(dims).add(oneHot.sum(dims));
  return torch.sub(1, inter.add(epsilon).div(sets.add(epsilon)).mean());
}

export async function unet(log: Log): Promise<void> {
  for (const bilinear of [false, true]) {
    torch.manualSeed(32);
    const net = new UNet(3, 2, bilinear);
    log.module("net", net, [2, 3, 36, 44]);
    const images = torch.randn([2, 3, 36, 44]);
    const masks = torch.randint(0, 2, [2, 36, 44]);
    const optimizer = new nn.SGD(net.parameters(), { lr: 0.01, weightDecay: 1e-8, momentum: 0.9 });
    const scheduler = new nn.ReduceLROnPlateau(optimizer, { mode: "max", patience: 1 });
    const criterion = new nn.CrossEntropyLoss();
    for (let i = 0; i < 5; i++) {
      const prediction = net(images);
      const oneHot = F.oneHot(masks, 2).permute(0, 3, 1, 2).float();
      let loss = criterion(prediction, masks);
      loss = loss.add(diceLoss(F.softmax(prediction, 1), oneHot));
      optimizer.zeroGrad();
      loss.backward();
      const norm = nn.utils.clipGradNorm(net.parameters(), 1);
      optimizer.step();
      scheduler.step(await loss.item());
      log("loss", loss);
      log("norm", norm);
    }
    log("lr", optimizer.paramGroups[0].lr);
  }
}
