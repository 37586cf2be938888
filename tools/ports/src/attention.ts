/** Attention in convolutional networks: squeeze-and-excitation (Hu et al. 2018), CBAM (Woo et al. 2018), SAGAN (Zhang et al. 2019). */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import * as F from "@corr2d/nn/functional";
import type { Log } from "./log.ts";

class SELayer extends nn.Module {
  avg_pool = new nn.AdaptiveAvgPool2d(1);
  fc;

  constructor(channel: number, reduction = 4) {
    super();
    this.fc = new nn.Sequential(
      ...[new nn.Linear(channel, channel / reduction, { bias: false }), new nn.ReLU()],
      ...[new nn.Linear(channel / reduction, channel, { bias: false }), new nn.Sigmoid()],
    );
  }

  forward(x: torch.Tensor) {
    const [b, c] = x.sizes(4);
    let y = this.avg_pool(x).view(b, c);
    y = this.fc(y).view(b, c, 1, 1);
    return x.mul(y.expandAs(x));
  }
}

class ChannelAttention extends nn.Module {
  mlp;

  constructor(channel: number, reduction = 4) {
    super();
    this.mlp = new nn.Sequential(
      ...[new nn.Conv2d(channel, channel / reduction, 1, { bias: false }), new nn.ReLU()],
      new nn.Conv2d(channel / reduction, channel, 1, { bias: false }),
    );
  }

  forward(x: torch.Tensor) {
    const avgOut = this.mlp(F.adaptiveAvgPool2d(x, 1));
    const maxOut = this.mlp(F.adaptiveMaxPool2d(x, 1));
    return torch.sigmoid(avgOut.add(maxOut));
  }
}

class SpatialAttention extends nn.Module {
  conv;

  constructor(kernelSize = 7) {
    super();
    this.conv = new nn.Conv2d(2, 1, kernelSize, { padding: Math.floor(kernelSize / 2), bias: false });
  }

  forward(x: torch.Tensor) {
    const avgOut = torch.mean(x, 1, { keepdim: true });
    const { values: maxOut } = torch.max(x, 1, { keepdim: true });
    return torch.sigmoid(this.conv(torch.cat([avgOut, maxOut], 1)));
  }
}

class CBAM extends nn.Module {
  ca;
  sa;

  constructor(channel: number) {
    super();
    this.ca = new ChannelAttention(channel);
    this.sa = new SpatialAttention();
  }

  forward(x: torch.Tensor) {
    x = x.mul(this.ca(x));
    return x.mul(this.sa(x));
  }
}

class SelfAttention extends nn.Module {
  query;
  key;
  value;
  gamma;

  constructor(channel: number) {
    super();
    this.query = new nn.Conv2d(channel, channel / 8, 1);
    this.key = new nn.Conv2d(channel, channel / 8, 1);
    this.value = new nn.Conv2d(channel, channel, 1);
    this.gamma = new nn.Parameter(torch.full([1], 0.5));
  }

  forward(x: torch.Tensor) {
    const [b, c, h, w] = x.sizes(4);
    const q = this.query(x)
      .view(b, -1, h * w)
      .permute(0, 2, 1);
    const k = this.key(x).view(b, -1, h * w);
    const v = this.value(x).view(b, c, h * w);
    const attention = F.softmax(torch.bmm(q, k), -1);
    const out = torch.bmm(v, attention.permute(0, 2, 1)).view(b, c, h, w);
    return this.gamma.mul(out).add(x);
  }
}

class Net extends nn.Module {
  stem = new nn.Conv2d(3, 16, 3, { padding: 1 });
  attention = new nn.ModuleDict({ se: new SELayer(16), cbam: new CBAM(16), self: new SelfAttention(16) });
  head = new nn.Linear(16, 5);

  forward(x: torch.Tensor) {
    x = F.silu(this.stem(x));
    for (const layer of this.attention.values()) {
      x = layer(x);
    }
    return this.head(x.mean([2, 3]));
  }
}

export async function attention(log: Log): Promise<void> {
  torch.manualSeed(14);
  const net = new Net();
  log.module("net", net, [4, 3, 10, 12]);
  const images = torch.randn([4, 3, 10, 12]);
  const labels = torch.randint(0, 5, [4]);
  const others = net.namedParameters().filter(([name]) => !name.startsWith("attention"));
  const optimizer = new nn.NAdam(
    [{ params: others.map(([, p]) => p) }, { params: net.attention.parameters(), lr: 1e-3 }],
    { lr: 2e-3 },
  );
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(net(images), labels);
    loss.backward();
    nn.utils.clipGradValue(net.parameters(), 0.05);
    optimizer.step();
    log("loss", loss);
  }
  log("gamma", net.attention.self.gamma);
}
