/** A convolutional LSTM: Shi et al. 2015, "Convolutional LSTM network". It learns to say what comes next. */
import * as torch from "@corr2d/core";
import * as nn from "@corr2d/nn";
import type { Log } from "./log.ts";

type State = [h: torch.Tensor, c: torch.Tensor];

class ConvLSTMCell extends nn.Module {
  hiddenDim;
  conv;

  constructor(inputDim: number, hiddenDim: number, kernelSize: number) {
    super();
    this.hiddenDim = hiddenDim;
    const padding = Math.floor(kernelSize / 2);
    this.conv = new nn.Conv2d(inputDim + hiddenDim, 4 * hiddenDim, kernelSize, { padding });
  }

  forward(x: torch.Tensor, state: State): State {
    const d = this.hiddenDim;
    const [hCur, cCur] = state;
    const combined = torch.cat([x, hCur], 1);
    const combinedConv = this.conv(combined);
    const [ccI, ccF, ccO, ccG] = torch.split(combinedConv, [d, d, d, d], 1);
    const i = torch.sigmoid(ccI);
    const f = torch.sigmoid(ccF);
    const o = torch.sigmoid(ccO);
    const g = torch.tanh(ccG);
    const cNext = f.mul(cCur).add(i.mul(g));
    const hNext = o.mul(torch.tanh(cNext));
    return [hNext, cNext];
  }

  initHidden(batchSize: number, height: number, width: number): State {
    const { backend } = this.conv.weight;
    return [
      torch.zeros([batchSize, this.hiddenDim, height, width], { backend }),
      torch.zeros([batchSize, this.hiddenDim, height, width], { backend }),
    ];
  }
}

class Net extends nn.Module {
  cell = new ConvLSTMCell(1, 8, 3);
  head = new nn.Conv2d(8, 1, 1);

  forward(frames: torch.Tensor) {
    const [b, time, , height, width] = frames.sizes(5);
    let [h, c] = this.cell.initHidden(b, height, width);
    const outputs = [];
    for (let t = 0; t < time; t++) {
      [h, c] = this.cell(frames.slice(":", t), [h, c]);
      outputs.push(this.head(h));
    }
    return torch.stack(outputs, 1);
  }
}

export async function convLstm(log: Log): Promise<void> {
  torch.manualSeed(16);
  const net = new Net();
  log.module("net", net, [2, 3, 1, 8, 9]);
  const frames = torch.rand([2, 5, 1, 8, 9]);
  const criterion = new nn.SmoothL1Loss();
  const optimizer = new nn.RAdam(net.parameters(), { lr: 0.01 });
  for (let i = 0; i < 5; i++) {
    optimizer.zeroGrad();
    const loss = criterion(net(frames.slice(":", ":-1")), frames.slice(":", "1:"));
    loss.backward();
    optimizer.step();
    log("loss", loss);
  }
  torch.noGrad(() => log("next", net(frames).slice(0, -1, 0, 0)));
}
