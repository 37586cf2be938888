/** ESPCN: Shi et al. 2016, "Real-time single image and video super-resolution using a sub-pixel network". */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import type { Log } from "./log.ts";

class Net extends nn.Module {
  relu = new nn.ReLU();
  conv1 = new nn.Conv2d(1, 64, [5, 5], { padding: [2, 2] });
  conv2 = new nn.Conv2d(64, 64, [3, 3], { padding: [1, 1] });
  conv3 = new nn.Conv2d(64, 32, [3, 3], { padding: [1, 1] });
  conv4;
  pixel_shuffle;

  constructor(upscaleFactor: number) {
    super();
    this.conv4 = new nn.Conv2d(32, upscaleFactor ** 2, [3, 3], { padding: [1, 1] });
    this.pixel_shuffle = new nn.PixelShuffle(upscaleFactor);
    this.initializeWeights();
  }

  forward(x: torch.Tensor) {
    x = this.relu(this.conv1(x));
    x = this.relu(this.conv2(x));
    x = this.relu(this.conv3(x));
    return this.pixel_shuffle(this.conv4(x));
  }

  initializeWeights() {
    nn.init.orthogonal(this.conv1.weight, { gain: nn.init.calculateGain("relu") });
    nn.init.orthogonal(this.conv2.weight, { gain: nn.init.calculateGain("relu") });
    nn.init.orthogonal(this.conv3.weight, { gain: nn.init.calculateGain("relu") });
    nn.init.orthogonal(this.conv4.weight);
  }
}

export async function espcn(log: Log): Promise<void> {
  torch.manualSeed(10);
  const net = new Net(3);
  log.module("net", net, [2, 1, 12, 12]);
  const small = torch.rand([2, 1, 12, 12]);
  const large = torch.rand([2, 1, 36, 36]);
  const criterion = new nn.MSELoss();
  const optimizer = new nn.Adam(net.parameters(), { lr: 1e-3 });
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    const loss = criterion(net(small), large);
    loss.backward();
    optimizer.step();
    log("loss", loss);
  }
  const mse = torch.noGrad(() => criterion(net(small).clamp(0, 1), large));
  log("psnr", 10 * Math.log10(1 / (await mse.item())));
}
