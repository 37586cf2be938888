/** A block each of ConvNeXt (Liu et al. 2022), ShuffleNet V2 (Ma et al. 2018) and DeepLab's ASPP (Chen et al. 2017). */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import * as F from "@corr2d/nn/functional";
import type { Log } from "./log.ts";

class ConvNeXtBlock extends nn.Module {
  dwconv;
  norm;
  pwconv1;
  act;
  pwconv2;
  gamma;

  constructor(dim: number, layerScale = 0.1) {
    super();
    this.dwconv = new nn.Conv2d(dim, dim, 7, { padding: 3, groups: dim });
    this.norm = new nn.LayerNorm(dim, { eps: 1e-6 });
    this.pwconv1 = new nn.Linear(dim, 4 * dim);
    this.act = new nn.GELU();
    this.pwconv2 = new nn.Linear(4 * dim, dim);
    this.gamma = new nn.Parameter(torch.ones([dim]).mul(layerScale));
  }

  forward(x: torch.Tensor) {
    const shortcut = x;
    x = this.dwconv(x);
    x = x.permute(0, 2, 3, 1);
    x = this.pwconv2(this.act(this.pwconv1(this.norm(x))));
    x = this.gamma.mul(x);
    x = x.permute(0, 3, 1, 2);
    return shortcut.add(x);
  }
}

function channelShuffle(x: torch.Tensor, groups: number) {
  const [b, c, h, w] = x.sizes(4);
  x = x.view(b, groups, c / groups, h, w);
  x = torch.transpose(x, 1, 2);
  return x.reshape(b, -1, h, w);
}

class ShuffleUnit extends nn.Module {
  branch;

  constructor(channels: number) {
    super();
    const half = channels / 2;
    this.branch = new nn.Sequential(
      ...[new nn.Conv2d(half, half, 1, { bias: false }), new nn.BatchNorm2d(half), new nn.ReLU()],
      new nn.Conv2d(half, half, 3, { padding: 1, groups: half, bias: false }),
      new nn.BatchNorm2d(half),
      ...[new nn.Conv2d(half, half, 1, { bias: false }), new nn.BatchNorm2d(half), new nn.ReLU()],
    );
  }

  forward(x: torch.Tensor) {
    const half = x.size(1) / 2;
    const [x1, x2] = x.split([half, half], 1);
    const out = torch.cat([x1, this.branch(x2)], 1);
    return channelShuffle(out, 2);
  }
}

class ASPPPooling extends nn.Sequential {
  constructor(inChannels: number, outChannels: number) {
    super(
      new nn.AdaptiveAvgPool2d(1),
      new nn.Conv2d(inChannels, outChannels, 1, { bias: false }),
      new nn.GroupNorm(2, outChannels),
      new nn.ReLU(),
    );
  }

  override forward(x: torch.Tensor) {
    const size = x.shape.slice(-2);
    for (const mod of this) {
      x = mod(x);
    }
    return F.interpolate(x, { size, mode: "bilinear", alignCorners: false });
  }
}

class ASPP extends nn.Module {
  convs;
  project;

  constructor(inChannels: number, atrousRates: number[], outChannels: number) {
    super();
    const modules: nn.Sequential[] = [];
    modules.push(
      new nn.Sequential(
        new nn.Conv2d(inChannels, outChannels, 1, { bias: false }),
        ...[new nn.BatchNorm2d(outChannels), new nn.ReLU()],
      ),
    );
    for (const rate of atrousRates) {
      modules.push(
        new nn.Sequential(
          new nn.Conv2d(inChannels, outChannels, 3, { padding: rate, dilation: rate, bias: false }),
          ...[new nn.BatchNorm2d(outChannels), new nn.ReLU()],
        ),
      );
    }
    modules.push(new ASPPPooling(inChannels, outChannels));
    this.convs = new nn.ModuleList(modules);
    this.project = new nn.Sequential(
      new nn.Conv2d(this.convs.length * outChannels, outChannels, 1, { bias: false }),
      ...[new nn.BatchNorm2d(outChannels), new nn.ReLU(), new nn.Dropout(0.5)],
    );
  }

  forward(x: torch.Tensor) {
    const res = [];
    for (const conv of this.convs) {
      res.push(conv(x));
    }
    return this.project(torch.cat(res, 1));
  }
}

export async function blocks(log: Log): Promise<void> {
  torch.manualSeed(15);
  const net = new nn.Sequential(
    new nn.Conv2d(3, 16, 2, { stride: 2 }),
    new ConvNeXtBlock(16),
    new ShuffleUnit(16),
    new ASPP(16, [2, 3], 8),
    new nn.Upsample({ scaleFactor: 2, mode: "bicubic" }),
    new nn.Conv2d(8, 4, 1),
  );
  log.module("net", net, [4, 3, 24, 20]);
  const images = torch.randn([4, 3, 24, 20]);
  const masks = torch.randint(0, 4, [4, 24, 20]);
  const optimizer = new nn.AdamW(net.parameters(), { lr: 1e-3, weightDecay: 0.05 });
  const scheduler = new nn.PolynomialLR(optimizer, { totalIters: 6, power: 0.9 });
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(net(images), masks);
    loss.backward();
    optimizer.step();
    scheduler.step();
    log("loss", loss);
  }
  log("lr", scheduler.getLastLr()[0]);
}
