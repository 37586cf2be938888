/** Optimisers and learning-rate schedules by the names that the command line has for them. */
import {
  Adam,
  AdamW,
  type AnyOptimizer,
  CosineAnnealingLR,
  type LRScheduler,
  type Parameter,
  RMSprop,
  SGD,
  StepLR,
} from "@corr2d/nn";

export type OptimizerName = "sgd" | "momentum" | "adam" | "adamw" | "rmsprop";
export type ScheduleName = "none" | "cosine" | "step";

type MakeOptimizer = (parameters: Iterable<Parameter>, lr: number) => AnyOptimizer;
type MakeSchedule = (optimizer: AnyOptimizer, epochs: number) => LRScheduler | null;

export const OPTIMIZERS: Readonly<Record<OptimizerName, MakeOptimizer>> = {
  sgd: (parameters, lr) => new SGD(parameters, { lr }),
  momentum: (parameters, lr) => new SGD(parameters, { lr, momentum: 0.9 }),
  adam: (parameters, lr) => new Adam(parameters, { lr }),
  adamw: (parameters, lr) => new AdamW(parameters, { lr }),
  rmsprop: (parameters, lr) => new RMSprop(parameters, { lr }),
};

/** A schedule steps once an epoch; null keeps the rate as it is. */
export const SCHEDULES: Readonly<Record<ScheduleName, MakeSchedule>> = {
  none: () => null,
  cosine: (optimizer, epochs) => new CosineAnnealingLR(optimizer, epochs),
  step: (optimizer, epochs) => new StepLR(optimizer, Math.max(1, Math.ceil(epochs / 3)), { gamma: 0.1 }),
};
