/** `model.fit` of tfjs as a function to copy: epochs, validation, history, callbacks, early stopping. */
import { noGrad, scope, type Tensor } from "@corr2d/core";
import { DataLoader, type Dataset } from "@corr2d/data";
import type { AnyOptimizer, Module } from "@corr2d/nn";

type Samples = Dataset<[x: Tensor, y: Tensor]>;

export interface EpochLogs {
  readonly epoch: number;
  readonly loss: number;
  /** Of the validation set, where one was given. */
  readonly valLoss?: number;
}

export interface FitOptions {
  readonly net: Module;
  readonly optimizer: AnyOptimizer;
  /** The mean loss of a batch, as a tensor of one number. */
  readonly loss: (output: Tensor, y: Tensor) => Tensor;
  readonly train: Samples;
  readonly validation?: Samples;
  readonly epochs: number;
  readonly batchSize?: number;
  /** Ends when the loss has not got better for so many epochs. */
  readonly patience?: number;
  /** Called after every epoch; false ends the training. */
  readonly onEpochEnd?: (logs: EpochLogs) => unknown;
}

export async function fit(options: FitOptions): Promise<EpochLogs[]> {
  const { net, optimizer, loss, train, validation, epochs, batchSize = 32, patience = Infinity } = options;
  const loader = new DataLoader(train, { batchSize, shuffle: true });
  const history: EpochLogs[] = [];
  let [best, since] = [Infinity, 0];
  for (let epoch = 1; epoch <= epochs; epoch++) {
    net.train(); // what tfjs does by itself
    const trained = await meanLoss(loader, (x, y) => {
      optimizer.zeroGrad();
      const value = loss(net(x) as Tensor, y);
      value.backward();
      optimizer.step();
      return value.detach();
    });
    let logs: EpochLogs = { epoch, loss: trained };
    if (validation !== undefined) {
      net.eval(); // no dropout, and batch norm's moving averages
      const valLoss = await meanLoss(new DataLoader(validation, { batchSize }), (x, y) =>
        noGrad(() => loss(net(x) as Tensor, y)),
      );
      logs = { ...logs, valLoss };
    }
    history.push(logs);
    const watched = logs.valLoss ?? logs.loss;
    since = watched < best ? 0 : since + 1;
    best = Math.min(best, watched);
    if ((await options.onEpochEnd?.(logs)) === false || since >= patience) break;
  }
  net.eval();
  return history;
}

/** The mean over all samples of what `step` gives for each batch. */
async function meanLoss(
  loader: DataLoader<[x: Tensor, y: Tensor]>,
  step: (x: Tensor, y: Tensor) => Tensor,
): Promise<number> {
  let [sum, samples] = [0, 0];
  for await (const [x, y] of loader) {
    const value = scope(() => step(x, y));
    sum += (await value.item()) * x.size(0);
    samples += x.size(0);
    value.dispose();
  }
  return sum / samples;
}
