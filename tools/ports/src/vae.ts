/** A variational autoencoder: Kingma & Welling 2014, "Auto-encoding variational Bayes". */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import * as F from "@corr2d/nn/functional";
import type { Log } from "./log.ts";

class VAE extends nn.Module {
  fc1 = new nn.Linear(784, 400);
  fc21 = new nn.Linear(400, 20);
  fc22 = new nn.Linear(400, 20);
  fc3 = new nn.Linear(20, 400);
  fc4 = new nn.Linear(400, 784);

  encode(x: torch.Tensor): [torch.Tensor, torch.Tensor] {
    const h1 = F.relu(this.fc1(x));
    return [this.fc21(h1), this.fc22(h1)];
  }

  reparameterize(mu: torch.Tensor, logvar: torch.Tensor) {
    const std = torch.exp(logvar.mul(0.5));
    const eps = torch.randn(std.shape);
    return mu.add(eps.mul(std));
  }

  decode(z: torch.Tensor) {
    const h3 = F.relu(this.fc3(z));
    return torch.sigmoid(this.fc4(h3));
  }

  forward(x: torch.Tensor): [torch.Tensor, torch.Tensor, torch.Tensor] {
    const [mu, logvar] = this.encode(x.view(-1, 784));
    const z = this.reparameterize(mu, logvar);
    return [this.decode(z), mu, logvar];
  }
}

function lossFunction(reconX: torch.Tensor, x: torch.Tensor, mu: torch.Tensor, logvar: torch.Tensor) {
  const bce = F.binaryCrossEntropy(reconX, x.view(-1, 784), { reduction: "sum" });
  const kld = logvar.add(1).sub(mu.pow(2)).sub(logvar.exp()).sum().mul(-0.5);
  return bce.add(kld);
}

export async function vae(log: Log): Promise<void> {
  torch.manualSeed(13);
  const net = new VAE();
  log.module("net", net, [16, 1, 28, 28]);
  const images = torch.rand([16, 1, 28, 28]);
  const optimizer = new nn.Adam(net.parameters(), { lr: 1e-3 });
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    const [recon, mu, logvar] = net(images);
    const loss = lossFunction(recon, images, mu, logvar);
    loss.backward();
    optimizer.step();
    log("loss", loss);
  }
  const sample = torch.noGrad(() => net.decode(torch.randn([2, 20])).view(2, 1, 28, 28));
  log("sample", sample.slice(":", 0, 14, ":5"));
}
