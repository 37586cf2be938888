/** Neural style transfer: Gatys et al. 2016, with a small network of random weights. Book: Dive into Deep Learning, 14.12. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import * as F from "@corr2d/nn/functional";
import type { Log } from "./log.ts";

const contentLayers = [4];
const styleLayers = [0, 2];

function gram(x: torch.Tensor) {
  const numChannels = x.size(1);
  const n = x.numel() / numChannels;
  x = x.reshape(numChannels, n);
  return torch.matmul(x, x.t()).div(numChannels * n);
}

function extractFeatures(net: nn.Sequential, x: torch.Tensor) {
  const contents: torch.Tensor[] = [];
  const styles: torch.Tensor[] = [];
  for (const [i, layer] of [...net].entries()) {
    x = layer(x);
    if (styleLayers.includes(i)) {
      styles.push(x);
    }
    if (contentLayers.includes(i)) {
      contents.push(x);
    }
  }
  return { contents, styles };
}

/** Python's, which JavaScript has not. */
function* zip<A, B>(as: Iterable<A>, bs: Iterable<B>): Iterable<[A, B]> {
  const others = bs[Symbol.iterator]();
  for (const a of as) {
    const next = others.next();
    if (next.done) {
      return;
    }
    yield [a, next.value];
  }
}

function tvLoss(yHat: torch.Tensor) {
  const down = yHat.slice(":", ":", "1:", ":").sub(yHat.slice(":", ":", ":-1", ":"));
  const across = yHat.slice(":", ":", ":", "1:").sub(yHat.slice(":", ":", ":", ":-1"));
  return torch.abs(down).mean().add(torch.abs(across).mean()).mul(0.5);
}

class SynthesizedImage extends nn.Module {
  weight;

  constructor(imgShape: torch.Shape) {
    super();
    this.weight = new nn.Parameter(torch.rand(imgShape));
  }

  forward() {
    return this.weight;
  }
}

export async function style(log: Log): Promise<void> {
  torch.manualSeed(19);
  const net = new nn.Sequential(
    ...[new nn.Conv2d(3, 8, 3, { padding: 1 }), new nn.Tanh()],
    ...[new nn.Conv2d(8, 16, 3, { stride: 2, padding: 1 }), new nn.Tanh()],
    new nn.Conv2d(16, 16, 3, { padding: 1 }),
  );
  for (const p of net.parameters()) {
    p.requiresGrad = false;
  }
  log.module("net", net, [1, 3, 16, 20]);
  const contentImage = torch.rand([1, 3, 16, 20]);
  const styleImage = torch.rand([1, 3, 16, 20]);
  const { contents: contentsY } = extractFeatures(net, contentImage);
  const { styles: stylesY } = extractFeatures(net, styleImage);
  const genImg = new SynthesizedImage(contentImage.shape);
  torch.noGrad(() => genImg.weight.assign(contentImage));
  const optimizer = new nn.Adam(genImg.parameters(), { lr: 0.02 });
  const scheduler = new nn.StepLR(optimizer, 2, { gamma: 0.8 });
  for (let step = 0; step < 5; step++) {
    optimizer.zeroGrad();
    const { contents, styles } = extractFeatures(net, genImg());
    let loss = tvLoss(genImg()).mul(10);
    for (const [yHat, y] of zip(contents, contentsY)) {
      loss = loss.add(F.mseLoss(yHat, y));
    }
    for (const [yHat, y] of zip(styles, stylesY)) {
      loss = loss.add(F.mseLoss(gram(yHat), gram(y)).mul(1e4));
    }
    loss.backward();
    optimizer.step();
    scheduler.step();
    log("loss", loss);
  }
}
