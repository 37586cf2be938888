/** Structural similarity (Wang et al. 2004) as a loss: an image is made like another. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import * as F from "@corr2d/nn/functional";
import type { Log } from "./log.ts";

function gaussian(windowSize: number, sigma: number) {
  const x = torch.arange(windowSize).sub(Math.floor(windowSize / 2));
  const gauss = torch.exp(
    x
      .pow(2)
      .neg()
      .div(2 * sigma ** 2),
  );
  return gauss.div(gauss.sum());
}

function createWindow(windowSize: number, channel: number) {
  const window1d = gaussian(windowSize, 1.5).unsqueeze(1);
  const window2d = window1d.mm(window1d.t()).float().unsqueeze(0).unsqueeze(0);
  return window2d.expand(channel, 1, windowSize, windowSize);
}

function ssim(img1: torch.Tensor, img2: torch.Tensor, windowSize = 11) {
  const channel = img1.size(1);
  const window = createWindow(windowSize, channel);
  const options = { padding: Math.floor(windowSize / 2), groups: channel };
  const mu1 = F.conv2d(img1, window, options);
  const mu2 = F.conv2d(img2, window, options);
  const [mu1Sq, mu2Sq, mu1Mu2] = [mu1.pow(2), mu2.pow(2), mu1.mul(mu2)];
  const sigma1Sq = F.conv2d(img1.mul(img1), window, options).sub(mu1Sq);
  const sigma2Sq = F.conv2d(img2.mul(img2), window, options).sub(mu2Sq);
  const sigma12 = F.conv2d(img1.mul(img2), window, options).sub(mu1Mu2);
  const [c1, c2] = [0.01 ** 2, 0.03 ** 2];
  const above = mu1Mu2.mul(2).add(c1).mul(sigma12.mul(2).add(c2));
  const below = mu1Sq.add(mu2Sq).add(c1).mul(sigma1Sq.add(sigma2Sq).add(c2));
  return above.div(below).mean();
}

export async function ssimLoss(log: Log): Promise<void> {
  torch.manualSeed(18);
  const target = torch.rand([1, 3, 20, 24]);
  const image = torch.rand([1, 3, 20, 24], { requiresGrad: true });
  const optimizer = new nn.Adam([image], { lr: 0.01, amsgrad: true });
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    const loss = torch.sub(1, ssim(image, target));
    loss.backward();
    optimizer.step();
    log("loss", loss);
  }
  log("image", image.slice(0, 0, 0));
}
