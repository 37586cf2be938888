/**
 * Training a classifier, step by step, so that whoever drives it can show, save and stop at every step; and all of it as one tree
 * of plain data and tensors, from which it goes on bit for bit.
 */
import { type GeneratorState, getRngState, manualSeed, scope, setRngState, type Tensor } from "@corr2d/core";
import {
  BatchSampler,
  DataLoader,
  type ImageDataset,
  type LoaderState,
  RandomSampler,
  type Sampler,
  SequentialSampler,
} from "@corr2d/data";
import { type AnyOptimizer, accuracy, crossEntropy, type LRScheduler, type Module } from "@corr2d/nn";
import { type Collective, DistributedDataParallel, SyncBatchNorm, soleRank } from "@corr2d/parallel";
import type { ImageKind } from "../chapter/lenet.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import { kindOf } from "./image-kind.ts";
import { MODELS } from "./models.ts";
import { OPTIMIZERS, type OptimizerName, SCHEDULES, type ScheduleName } from "./optimizers.ts";
import { BatchShares, drawAlike, drawApart } from "./shares.ts";

export interface TrainSettings {
  /** A name of MODELS. */
  readonly model: string;
  readonly optimizer: OptimizerName;
  readonly schedule: ScheduleName;
  readonly lr: number;
  readonly epochs: number;
  readonly batch: number;
  readonly seed: number;
}

export interface EpochResult {
  /** From 1. */
  readonly epoch: number;
  /** Means over the images that were trained with, as they were seen. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  readonly lr: number;
  /** Of training, without the test; over all runs that this one goes on from. */
  readonly seconds: number;
}

export interface StepResult {
  /** From 1. */
  readonly epoch: number;
  /** Of all steps of all epochs, from 1. */
  readonly step: number;
  /** Images that this epoch has seen. */
  readonly images: number;
  readonly loss: number;
  /** The share of the epoch's images that were right so far. */
  readonly accuracy: number;
}

/** What an epoch has added up so far. */
interface Sums {
  images: number;
  loss: number;
  right: number;
  seconds: number;
}

/** What a checkpoint holds. */
export interface TrainState {
  readonly settings: TrainSettings;
  readonly model: Record<string, Tensor>;
  readonly optimizer: ReturnType<AnyOptimizer["stateDict"]>;
  readonly scheduler: ReturnType<LRScheduler["stateDict"]> | null;
  readonly generator: GeneratorState;
  readonly loader: LoaderState;
  readonly sums: Readonly<Sums>;
  readonly history: readonly EpochResult[];
  /** The loss of every step. */
  readonly losses: Float32Array;
}

const NOTHING: Readonly<Sums> = { images: 0, loss: 0, right: 0, seconds: 0 };

export class Training {
  readonly settings: TrainSettings;
  readonly kind: ImageKind;
  readonly net: Module;
  readonly optimizer: AnyOptimizer;
  readonly scheduler: LRScheduler | null;
  readonly history: EpochResult[] = [];
  readonly losses: number[] = [];
  readonly #collective: Collective;
  readonly #loader: DataLoader<[Tensor, Tensor]>;
  readonly #testLoader: DataLoader<[Tensor, Tensor]>;
  /** Null until the first step. */
  #ddp: DistributedDataParallel | null = null;
  #isAskedToStop = false;
  #isStopped = false;
  #sums: Sums = { ...NOTHING };
  /** Of the network as it is; null until somebody asks. */
  #evaluation: Evaluation | null = null;

  /** @param collective whose ranks share each batch: batches, and so losses, are those of one rank alone. */
  constructor(
    settings: TrainSettings,
    train: ImageDataset,
    test: ImageDataset,
    collective: Collective = soleRank(),
  ) {
    this.settings = settings;
    this.#collective = collective;
    manualSeed(settings.seed);
    this.kind = kindOf(train, test);
    const net = MODELS[settings.model]!.make(this.kind);
    this.net = collective.size === 1 ? net : SyncBatchNorm.convertSyncBatchnorm(net, collective);
    this.optimizer = OPTIMIZERS[settings.optimizer](this.net.parameters(), settings.lr);
    this.scheduler = SCHEDULES[settings.schedule](this.optimizer, settings.epochs);
    const loaderOf = (data: ImageDataset, order: Sampler, batch: number): DataLoader<[Tensor, Tensor]> =>
      new DataLoader(data, {
        batchSampler: new BatchShares(new BatchSampler(order, batch, false), collective),
      });
    this.#loader = loaderOf(train, new RandomSampler(train), settings.batch);
    this.#testLoader = loaderOf(test, new SequentialSampler(test), 1000);
  }

  /** Goes on from `state`, which has the settings of this training. */
  load(state: TrainState): void {
    this.#evaluation = null;
    this.net.loadStateDict(state.model);
    this.optimizer.loadStateDict(state.optimizer);
    if (state.scheduler !== null) this.scheduler?.loadStateDict(state.scheduler);
    this.#loader.loadStateDict(state.loader);
    this.#sums = { ...state.sums };
    this.history.push(...state.history);
    this.losses.push(...state.losses);
    setRngState(state.generator);
  }

  /** All that is needed to go on from here, taken between two steps. */
  state(): TrainState {
    return {
      settings: this.settings,
      model: this.net.stateDict(),
      optimizer: this.optimizer.stateDict(),
      scheduler: this.scheduler?.stateDict() ?? null,
      generator: getRngState(),
      loader: this.#loader.stateDict(),
      sums: { ...this.#sums },
      history: [...this.history],
      losses: Float32Array.from(this.losses),
    };
  }

  get imagesPerEpoch(): number {
    return this.#loader.dataset.length;
  }

  /** Asks all ranks to stop: `isStopped` after the step or epoch that is given next, or at once where there is one rank. */
  askToStop(): void {
    this.#isAskedToStop = true;
    this.#isStopped = this.#collective.size === 1;
  }

  /** Whether the ranks have agreed to stop, as one of them was asked to. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Trains to the last epoch. Gives every step, and every epoch after its last step, on every rank. */
  async *run(): AsyncGenerator<StepResult | EpochResult, void, undefined> {
    this.#ddp ??= await DistributedDataParallel.create(this.net, this.#collective);
    while (this.history.length < this.settings.epochs) {
      const lr = this.optimizer.paramGroups[0]!.lr;
      this.net.train();
      await drawAlike(this.#collective);
      let start = performance.now();
      for await (const [images, classes] of this.#loader) {
        const step = await this.#step(this.#ddp, images, classes);
        this.#sums.seconds += (performance.now() - start) / 1000;
        yield step;
        start = performance.now();
      }
      this.scheduler?.step();
      const { images, loss, right, seconds } = this.#sums;
      const result: EpochResult = {
        epoch: this.history.length + 1,
        trainLoss: loss / images,
        trainAccuracy: right / images,
        ...(await this.#test()),
        lr,
        seconds,
      };
      this.#sums = { ...NOTHING };
      this.history.push(result);
      yield result;
    }
  }

  async #step(ddp: DistributedDataParallel, images: Tensor, classes: Tensor): Promise<StepResult> {
    this.#evaluation = null;
    const { size } = this.#collective;
    const sums = this.#sums;
    const own = images.size(0);
    const count = Math.min(this.settings.batch, this.imagesPerEpoch - sums.images);
    drawApart(this.#collective, this.settings.seed, this.losses.length);
    const [loss, right] = scope(() => {
      this.optimizer.zeroGrad();
      const scores = ddp(images) as Tensor;
      const value = lossOfShare(scores, classes, (own * size) / count);
      value.backward();
      return [value.detach(), own === 0 ? null : accuracy(scores.detach(), classes)] as const;
    });
    await ddp.reduce();
    scope(() => this.optimizer.step());
    const [lossValue, share] = await Promise.all([loss.item(), right?.item() ?? 0]);
    loss.dispose();
    right?.dispose();
    const all = Float64Array.of(lossValue / size, Math.round(share * own), this.#isAskedToStop ? 1 : 0);
    await this.#collective.allReduce(all);
    const [mean, rights, asked] = all as unknown as [number, number, number];
    if (asked > 0) this.#isStopped = true;
    sums.images += count;
    sums.loss += mean * count;
    sums.right += rights;
    this.losses.push(mean);
    return {
      epoch: this.history.length + 1,
      step: this.losses.length,
      images: sums.images,
      loss: mean,
      accuracy: sums.right / sums.images,
    };
  }

  async #evaluate(): Promise<Evaluation> {
    this.#evaluation ??= await evaluate(this.net, this.#testLoader, this.kind.classes, this.#collective);
    return this.#evaluation;
  }

  /** Mean loss and accuracy over the test images. */
  async #test(): Promise<{ testLoss: number; testAccuracy: number }> {
    const { loss, accuracy } = await this.#evaluate();
    return { testLoss: loss, testAccuracy: accuracy };
  }

  /** How many test images of each class (rows) were taken for which (columns). All ranks call it. */
  async confusion(): Promise<number[][]> {
    return (await this.#evaluate()).confusion;
  }
}

/**
 * A loss whose average over the ranks is the mean over the batch of all.
 * @param weight this rank's images · ranks / the images of all.
 */
function lossOfShare(scores: Tensor, classes: Tensor, weight: number): Tensor {
  if (weight === 0) return crossEntropy(scores, classes, { reduction: "sum" }); // of nothing there is no mean
  const mean = crossEntropy(scores, classes);
  return weight === 1 ? mean : mean.mul(weight);
}
