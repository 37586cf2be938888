import { randn, setBackend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { randomSplit, TensorDataset } from "@corr2d/data";
import { Adam, Linear, mseLoss } from "@corr2d/nn";
import { fit } from "./fit.ts";

setBackend(cpuJs());
const x = randn([200, 3]);
const y = x.sum(1, { keepdim: true });
const [train, validation] = randomSplit(new TensorDataset(x, y), [0.8, 0.2]);
const net = new Linear(3, 1);
export const history = await fit({
  net,
  optimizer: new Adam(net.parameters(), { lr: 0.05 }),
  loss: mseLoss,
  train: train!,
  validation: validation!,
  epochs: 50,
  patience: 5,
  onEpochEnd: ({ epoch, loss, valLoss }) => console.log(epoch, loss, valLoss),
});
