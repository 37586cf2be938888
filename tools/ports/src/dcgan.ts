/** DCGAN: Radford et al. 2016, "Unsupervised representation learning with deep convolutional GANs", with fewer channels. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import type { Log } from "./log.ts";

const nz = 16;
const ngf = 8;
const ndf = 8;
const nc = 3;

function weightsInit(m: nn.Module) {
  if (m instanceof nn.Conv2d || m instanceof nn.ConvTranspose2d) {
    nn.init.normal(m.weight, 0, 0.02);
  } else if (m instanceof nn.BatchNorm2d) {
    nn.init.normal(m.weight, 1, 0.02);
    nn.init.zeros(m.bias);
  }
}

/** Kernels of four, as everywhere here. */
const up = (inChannels: number, outChannels: number, stride: number, padding: number) =>
  new nn.ConvTranspose2d(inChannels, outChannels, 4, { stride, padding, bias: false });
const down = (inChannels: number, outChannels: number, stride: number, padding: number) =>
  new nn.Conv2d(inChannels, outChannels, 4, { stride, padding, bias: false });

class Generator extends nn.Module {
  main = new nn.Sequential(
    ...[up(nz, ngf * 4, 1, 0), new nn.BatchNorm2d(ngf * 4), new nn.ReLU()],
    ...[up(ngf * 4, ngf * 2, 2, 1), new nn.BatchNorm2d(ngf * 2), new nn.ReLU()],
    ...[up(ngf * 2, ngf, 2, 1), new nn.BatchNorm2d(ngf), new nn.ReLU()],
    ...[up(ngf, nc, 2, 1), new nn.Tanh()],
  );

  forward(x: torch.Tensor) {
    return this.main(x);
  }
}

class Discriminator extends nn.Module {
  main = new nn.Sequential(
    ...[down(nc, ndf, 2, 1), new nn.LeakyReLU({ negativeSlope: 0.2 })],
    ...[down(ndf, ndf * 2, 2, 1), new nn.BatchNorm2d(ndf * 2), new nn.LeakyReLU({ negativeSlope: 0.2 })],
    ...[down(ndf * 2, ndf * 4, 2, 1), new nn.BatchNorm2d(ndf * 4), new nn.LeakyReLU({ negativeSlope: 0.2 })],
    ...[down(ndf * 4, 1, 1, 0), new nn.Sigmoid()],
  );

  forward(x: torch.Tensor) {
    return this.main(x).view(-1);
  }
}

export async function dcgan(log: Log): Promise<void> {
  torch.manualSeed(9);
  const generator = new Generator();
  const discriminator = new Discriminator();
  generator.apply(weightsInit);
  discriminator.apply(weightsInit);
  log.module("generator", generator, [8, nz, 1, 1]);
  log.module("discriminator", discriminator, [8, nc, 32, 32]);
  const criterion = new nn.BCELoss();
  const optimizerD = new nn.Adam(discriminator.parameters(), { lr: 2e-4, betas: [0.5, 0.999] });
  const optimizerG = new nn.Adam(generator.parameters(), { lr: 2e-4, betas: [0.5, 0.999] });
  const fixedNoise = torch.randn([2, nz, 1, 1]);
  const real = torch.rand([8, nc, 32, 32]).mul(2).sub(1);
  for (let i = 0; i < 5; i++) {
    // The discriminator, on a batch of each kind.
    discriminator.zeroGrad();
    const label = torch.full([8], 1);
    const lossReal = criterion(discriminator(real), label);
    lossReal.backward();
    const noise = torch.randn([8, nz, 1, 1]);
    const fake = generator(noise);
    label.assign(0);
    const lossFake = criterion(discriminator(fake.detach()), label);
    lossFake.backward();
    optimizerD.step();
    // The generator, judged by the discriminator as it is now.
    generator.zeroGrad();
    label.assign(1);
    const lossG = criterion(discriminator(fake), label);
    lossG.backward();
    optimizerG.step();
    log("loss D", lossReal.add(lossFake));
    log("loss G", lossG);
  }
  generator.eval();
  torch.noGrad(() => log("image", generator(fixedNoise).slice(0, ":", ":3", ":3")));
}
