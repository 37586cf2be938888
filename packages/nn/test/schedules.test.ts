// Schedulers against PyTorch: rates and state dicts (scripts/goldens/make_schedules.py); resuming; messages.
import { ones, setBackend, type Tensor, tensor, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as nn from "../src/index.ts";
import {
  Adagrad,
  Adam,
  ChainedScheduler,
  ConstantLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  CyclicLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  LRScheduler,
  MultiplicativeLR,
  MultiStepLR,
  OneCycleLR,
  Parameter,
  PolynomialLR,
  ReduceLROnPlateau,
  type Scheduler,
  SequentialLR,
  SGD,
  StepLR,
  SWALR,
} from "../src/index.ts";
import goldens from "./fixtures/schedules.json" with { type: "json" };
import { expectError } from "./support.ts";

beforeAll(() => setBackend(cpuJs()));
const warn = vi.fn();
beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(warn);
});
afterEach(() => {
  expect(warn).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

const FUNCTIONS: Record<string, (n: number) => number> = {
  decay: (epoch) => 0.95 ** epoch,
  saw: (epoch) => 1 / (1 + (epoch % 7)),
  nearly: (epoch) => (epoch % 3 === 0 ? 0.9 : 1),
  half: (x) => 0.5 ** (x % 4),
};
const one = (): Tensor[] => [new Parameter(zeros([1]))];
const twoGroups = () => new SGD([{ params: one() }, { params: one(), lr: 0.02 }], { lr: 0.1, momentum: 0.5 });
const sgd = (lr = 1) => new SGD(one(), { lr });
const adam = (betas: [number, number] = [0.9, 0.999]) => new Adam(one(), { betas });

type Spec = [kind: string, args: unknown[], options: Record<string, unknown>];
type Optimizer = ReturnType<typeof twoGroups>;
type Make = new (...args: unknown[]) => Scheduler;

const isSpec = (value: unknown): value is Spec =>
  Array.isArray(value) && typeof value[0] === "string" && value[0] in nn;
function given(value: unknown, optimizer: Optimizer): unknown {
  if (typeof value === "string") return FUNCTIONS[value] ?? value;
  if (isSpec(value)) return build(value, optimizer);
  return Array.isArray(value) ? value.map((item) => given(item, optimizer)) : value;
}
function build([kind, args, options]: Spec, optimizer: Optimizer): Scheduler {
  const Kind = (nn as unknown as Record<string, Make>)[kind]!;
  const values = args.map((value) => given(value, optimizer));
  const named = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, given(value, optimizer)]),
  );
  const all = kind === "ChainedScheduler" ? values : [optimizer, ...values];
  return Object.keys(named).length > 0 ? new Kind(...all, named) : new Kind(...all);
}

/** Equal to a golden, but for the last digits of numbers; infinities are words there. */
function expectPlain(actual: unknown, golden: unknown): void {
  if (typeof golden === "number") expect(Math.abs((actual as number) - golden)).toBeLessThan(1e-14);
  else if (golden === "inf" || golden === "-inf")
    expect(actual).toBe(Number(`${golden}inity`.replace("i", "I")));
  else if (typeof golden !== "object" || golden === null) expect(actual).toBe(golden);
  else {
    expect(Object.keys(actual as object).sort()).toEqual(Object.keys(golden).sort());
    for (const [name, value] of Object.entries(golden)) {
      expectPlain((actual as Record<string, unknown>)[name], value);
    }
  }
}

describe("fifty steps as PyTorch takes them", () => {
  it.each(goldens.cases)("$scheduler", ({ scheduler: spec, rates, momenta, state }) => {
    let optimizer = twoGroups();
    let scheduler = build(spec as Spec, optimizer);
    const of = (option: "lr" | "momentum") => optimizer.paramGroups.map((group) => group[option]);
    const isPlateau = spec[0] === "ReduceLROnPlateau";
    const seen = [of("lr")];
    const seenMomenta = [of("momentum")];
    for (let i = 0; i < 50; i++) {
      optimizer.step();
      (scheduler.step as (...metric: number[]) => void)(...(isPlateau ? [goldens.metrics[i]!] : []));
      seen.push(of("lr"));
      seenMomenta.push(of("momentum"));
      expect(scheduler.getLastLr()).toEqual(of("lr"));
      if (i !== 17) continue;
      // Onwards from state dicts, written and read as JSON.
      const saved = JSON.parse(JSON.stringify([optimizer.stateDict(), scheduler.stateDict()]));
      optimizer = twoGroups();
      scheduler = build(spec as Spec, optimizer);
      optimizer.loadStateDict(saved[0]);
      scheduler.loadStateDict(saved[1]);
      optimizer.step();
    }
    expectPlain(isPlateau ? seen.slice(1) : seen, rates);
    if (momenta) expectPlain(seenMomenta, momenta);
    expectPlain(scheduler.stateDict(), state);
  });
});

describe("schedules", () => {
  const run = (scheduler: Scheduler, optimizer: { step(): void }, n: number) =>
    Array.from({ length: n }, () => {
      optimizer.step();
      scheduler.step();
      return scheduler.getLastLr()[0]!;
    });

  it("train: the rates are those of the steps", () => {
    const [p] = one() as [Tensor];
    const optimizer = new SGD([p], { lr: 1 });
    const scheduler = new StepLR(optimizer, 2, { gamma: 0.5 });
    for (let i = 0; i < 4; i++) {
      p.grad = ones([1]);
      optimizer.step();
      scheduler.step();
    }
    expect(p.itemSync()).toBe(-3); // 1 + 1 + 0.5 + 0.5
  });

  it("leave the first rate in the groups, where the optimiser's text and state dict have it", () => {
    const optimizer = sgd(0.5);
    expect(String(optimizer)).not.toContain("initial_lr");
    run(new ExponentialLR(optimizer, 0.5), optimizer, 1);
    expect(String(optimizer)).toContain("    initial_lr: 0.5\n    lr: 0.25\n");
    expect(optimizer.stateDict().paramGroups[0]).toMatchObject({ initialLr: 0.5, lr: 0.25 });
  });

  it("cycle the first of Adam's betas like SGD's momentum", () => {
    const [plain, betas] = [new SGD(one(), { lr: 1, momentum: 0.5 }), adam([0.5, 0.99])];
    for (const make of [
      (optimizer: nn.AnyOptimizer) => new OneCycleLR(optimizer, 0.5, { totalSteps: 20 }),
      (optimizer: nn.AnyOptimizer) => new CyclicLR(optimizer, 0.01, 0.5, { stepSizeUp: 4 }),
    ]) {
      const schedules = [make(plain), make(betas)];
      for (let i = 0; i < 10; i++) {
        plain.step();
        betas.step();
        for (const schedule of schedules) schedule.step();
        const { lr, momentum } = plain.paramGroups[0]!;
        expect(betas.paramGroups[0]).toMatchObject({ lr, betas: [momentum, 0.99] });
      }
      expect(schedules[1]!.stateDict().useBeta1).toBe(true);
    }
  });

  it("resume after an epoch with the rates that the groups have", () => {
    const resumed = () => new SGD([{ params: one(), lr: 0.3, initialLr: 1 }], { lr: 1 });
    for (const [make, next] of [
      [(o: Optimizer) => new StepLR(o, 5, { lastEpoch: 8 }), 0.03],
      [(o: Optimizer) => new ExponentialLR(o, 0.5, { lastEpoch: 8 }), 0.15],
      [(o: Optimizer) => new MultiplicativeLR(o, () => 0.5, { lastEpoch: 8 }), 0.15],
      [
        (o: Optimizer) => new LinearLR(o, { startFactor: 0.1, endFactor: 1, totalIters: 20, lastEpoch: 8 }),
        0.3 * (1 + 0.9 / 10.1),
      ],
      [(o: Optimizer) => new PolynomialLR(o, { totalIters: 20, lastEpoch: 8 }), (0.3 * 10) / 11],
    ] as const) {
      const optimizer = resumed();
      const scheduler = make(optimizer);
      expect(scheduler.getLastLr()).toEqual([0.3]);
      expect([scheduler.lastEpoch, scheduler.baseLrs]).toEqual([9, [1]]);
      expect(run(scheduler, optimizer, 1)[0]).toBeCloseTo(next, 12);
    }
    const cosine = new CosineAnnealingLR(resumed(), 20, { lastEpoch: 8 });
    expect(cosine.getLastLr()).toEqual([0.3]);
  });

  it("restart where they are told, in fractions of epochs too", () => {
    const optimizer = sgd();
    const scheduler = new CosineAnnealingWarmRestarts(optimizer, 4, { tMult: 2 });
    const at = (tCur: number, tI: number) => (1 + Math.cos((Math.PI * tCur) / tI)) / 2;
    for (const [epoch, rate] of [
      [0.5, at(0.5, 4)],
      [4, 1],
      [5.25, at(1.25, 8)],
      [11.5, at(7.5, 8)],
      [12, 1],
      [30, at(2, 32)],
    ] as const) {
      scheduler.step(epoch);
      expect(scheduler.getLastLr()[0]).toBeCloseTo(rate, 12);
      expect(scheduler.lastEpoch).toBe(Math.floor(epoch));
    }
    scheduler.step();
    expect(scheduler.getLastLr()[0]).toBeCloseTo(at(3, 32), 12);
    const equal = new CosineAnnealingWarmRestarts(sgd(), 4);
    equal.step(4e9 + 1);
    expect(equal.getLastLr()[0]).toBeCloseTo(at(1, 4), 12);
  });

  it("nest", () => {
    const optimizer = sgd();
    const warm = new SequentialLR(
      optimizer,
      [new ConstantLR(optimizer, { factor: 0.5, totalIters: 100 }), new ExponentialLR(optimizer, 0.5)],
      [2],
    );
    const rest = new ChainedScheduler([
      new MultiplicativeLR(optimizer, () => 0.1),
      new LambdaLR(optimizer, (epoch) => 10 + epoch),
    ]);
    const whole = new SequentialLR(optimizer, [warm, rest], [4]);
    expect(optimizer.paramGroups[0]!.lr).toBe(0.5);
    expect(run(whole, optimizer, 6)).toEqual([0.5, 1, 0.5, 10, 11, 12]);
    const saved = JSON.parse(JSON.stringify(whole.stateDict()));
    expect(saved._schedulers[1]._schedulers[1]).toMatchObject({ lrLambdas: [null], lastEpoch: 2 });
  });

  it("come back from a rate of zero", () => {
    const optimizer = sgd(0.25);
    expect(run(new ConstantLR(optimizer, { factor: 0, totalIters: 2 }), optimizer, 3)).toEqual([
      0, 0.25, 0.25,
    ]);
  });

  it("leave groups alone that are added later, or schedule them from the rate they have", () => {
    const optimizer = sgd();
    const fromFirst = new LambdaLR(optimizer, () => 0.5);
    const fromLast = new ExponentialLR(optimizer, 0.1);
    optimizer.addParamGroup({ params: one(), lr: 1 });
    optimizer.step();
    fromFirst.step();
    expect(fromFirst.getLastLr()).toEqual([0.5, 1]);
    fromLast.step();
    expect(fromLast.getLastLr()).toEqual([0.05, 0.1]);
    const plateau = new ReduceLROnPlateau(sgd(), { patience: 0, minLr: 0.5 });
    plateau.optimizer.addParamGroup({ params: one(), lr: 4 });
    plateau.step(1);
    plateau.step(2);
    expect(plateau.getLastLr()).toEqual([0.5, 0.5]);
  });

  it("are written by extending LRScheduler", () => {
    class Noam extends LRScheduler<{ readonly warmup: number }> {
      constructor(optimizer: nn.AnyOptimizer, warmup: number) {
        super(optimizer, { warmup });
      }
      protected override getLr(): number[] {
        const { lastEpoch, warmup } = this.state;
        return this.based(Math.min((lastEpoch + 1) / warmup, 1));
      }
    }
    const optimizer = sgd();
    const scheduler = new Noam(optimizer, 4);
    expect([...scheduler.getLastLr(), ...run(scheduler, optimizer, 4)]).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(scheduler.stateDict()).toEqual({
      warmup: 4,
      baseLrs: [1],
      lastEpoch: 4,
      _stepCount: 5,
      _lastLr: [1],
    });
  });

  it("give state dicts that later steps do not change", () => {
    const optimizer = sgd();
    const scheduler = new ExponentialLR(optimizer, 0.5);
    const saved = scheduler.stateDict();
    run(scheduler, optimizer, 2);
    expect(saved).toMatchObject({ lastEpoch: 0, _lastLr: [1], baseLrs: [1] });
    scheduler.loadStateDict(saved);
    run(scheduler, optimizer, 1);
    expect(saved).toMatchObject({ lastEpoch: 0, _lastLr: [1] });
  });

  it("say once that they were stepped before the optimiser", () => {
    const scheduler = new ExponentialLR(sgd(), 0.5);
    scheduler.step();
    scheduler.step();
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining("Detected call of `scheduler.step()` before `optimizer.step()`."),
    );
    warn.mockClear();
  });
});

describe("bad input", () => {
  // As JavaScript sees it: no types.
  // biome-ignore lint/suspicious/noExplicitAny: these calls are what the types would refuse.
  const untyped = nn as any;
  const other = () => new ExponentialLR(sgd(), 0.5);
  const momentum = () => new SGD(one(), { lr: 1, momentum: 0.9 });
  it.each<[message: string, make: () => unknown]>([
    ["an object is not an Optimizer", () => new untyped.StepLR({}, 3)],
    ["3 is not an Optimizer", () => new untyped.ReduceLROnPlateau(3)],
    ["undefined is not an Optimizer", () => new untyped.OneCycleLR()],
    ["StepLR: 'stepSize' is a number above 0, but got undefined", () => new untyped.StepLR(sgd())],
    ["StepLR: 'stepSize' is a number above 0, but got 0", () => new StepLR(sgd(), 0)],
    ["write { gamma: 0.5 }", () => new untyped.StepLR(sgd(), 3, 0.5)],
    ["unknown option 'verbose'", () => new untyped.StepLR(sgd(), 3, { verbose: true })],
    ["'milestones' is an array of epochs, but got 3", () => new untyped.MultiStepLR(sgd(), 3)],
    ["milestones are numbers of epochs, but got '3'", () => new untyped.MultiStepLR(sgd(), ["3"])],
    [
      "Constant multiplicative factor expected to be between 0 and 1",
      () => new ConstantLR(sgd(), { factor: 2 }),
    ],
    [
      "Starting multiplicative factor expected to be greater than 0 and less or equal to 1",
      () => new LinearLR(sgd(), { startFactor: 0 }),
    ],
    [
      "Ending multiplicative factor expected to be between 0 and 1",
      () => new LinearLR(sgd(), { endFactor: -1 }),
    ],
    ["'totalIters' is a number above 0, but got 0", () => new LinearLR(sgd(), { totalIters: 0 })],
    ["'totalIters' is a number above 0, but got 0", () => new PolynomialLR(sgd(), { totalIters: 0 })],
    ["ExponentialLR: 'gamma' is a number, but got undefined", () => new untyped.ExponentialLR(sgd())],
    ["'tMax' is a number above 0, but got undefined", () => new untyped.CosineAnnealingLR(sgd())],
    ["Expected positive integer t0, but got 1.5", () => new CosineAnnealingWarmRestarts(sgd(), 1.5)],
    ["Expected integer tMult >= 1, but got 0", () => new CosineAnnealingWarmRestarts(sgd(), 3, { tMult: 0 })],
    ["Expected non-negative epoch, but got -1", () => new CosineAnnealingWarmRestarts(sgd(), 3).step(-1)],
    ["Expected 1 lr_lambdas, but got 2", () => new LambdaLR(sgd(), [() => 1, () => 1])],
    ["lr_lambda should be a function, but got 0.5", () => new untyped.MultiplicativeLR(sgd(), 0.5)],
    [
      "You must define either totalSteps OR (epochs AND stepsPerEpoch)",
      () => new OneCycleLR(momentum(), 1, { epochs: 3 }),
    ],
    [
      "Expected positive integer totalSteps, but got 0",
      () => new OneCycleLR(momentum(), 1, { totalSteps: 0 }),
    ],
    [
      "Expected float between 0 and 1 pctStart, but got 2",
      () => new OneCycleLR(momentum(), 1, { totalSteps: 9, pctStart: 2 }),
    ],
    [
      "annealStrategy must be one of 'cos' or 'linear', instead got 'up'",
      () => new untyped.OneCycleLR(momentum(), 1, { totalSteps: 9, annealStrategy: "up" }),
    ],
    [
      "optimizer must support momentum or beta1",
      () => new OneCycleLR(new Adagrad(one()), 1, { totalSteps: 9 }),
    ],
    [
      "maxLr must have the same length as optimizer.paramGroups. maxLr has 2 values, paramGroups has 1.",
      () => new OneCycleLR(momentum(), [1, 2], { totalSteps: 9 }),
    ],
    ["maxLr is a number, or an array", () => new untyped.OneCycleLR(momentum(), "1", { totalSteps: 9 })],
    [
      "Tried to step 2 times. The specified number of total steps is 1",
      () => {
        const optimizer = momentum();
        const scheduler = new OneCycleLR(optimizer, 1, { totalSteps: 1 });
        optimizer.step();
        scheduler.step();
        scheduler.step();
      },
    ],
    ["optimizer must support momentum or beta1", () => new CyclicLR(new Adagrad(one()), 0, 1)],
    ["mode is invalid and scaleFn is null", () => new untyped.CyclicLR(momentum(), 0, 1, { mode: "up" })],
    ["baseLr is a number", () => new untyped.CyclicLR(momentum())],
    [
      "SequentialLR expects at least one scheduler, but got no scheduler.",
      () => new SequentialLR(sgd(), [], []),
    ],
    [
      "SequentialLR does not support `ReduceLROnPlateau` scheduler",
      () => {
        const optimizer = sgd();
        return new SequentialLR(optimizer, [new ReduceLROnPlateau(optimizer)], []);
      },
    ],
    [
      "SequentialLR expects all schedulers to belong to the same optimizer",
      () => new SequentialLR(sgd(), [other()], []),
    ],
    [
      "got number of schedulers 1 and the number of milestones to be equal to 1",
      () => {
        const optimizer = sgd();
        return new SequentialLR(optimizer, [new ExponentialLR(optimizer, 0.5)], [3]);
      },
    ],
    ["ChainedScheduler expects at least one scheduler", () => new ChainedScheduler([])],
    ["ChainedScheduler expects an array of schedulers", () => new untyped.ChainedScheduler(other())],
    [
      "ChainedScheduler expects schedulers, but got 3 at index 1",
      () => new untyped.ChainedScheduler([other(), 3]),
    ],
    [
      "ChainedScheduler expects all schedulers to belong to the same optimizer",
      () => new ChainedScheduler([other(), new ExponentialLR(sgd(), 0.5)]),
    ],
    ["Factor should be < 1.0.", () => new ReduceLROnPlateau(sgd(), { factor: 1 })],
    ["mode 'up' is unknown!", () => new untyped.ReduceLROnPlateau(sgd(), { mode: "up" })],
    ["threshold mode 'up' is unknown!", () => new untyped.ReduceLROnPlateau(sgd(), { thresholdMode: "up" })],
    ["minLr must have the same length", () => new ReduceLROnPlateau(sgd(), { minLr: [0, 0] })],
    ["write { mode: 'min' }", () => new untyped.ReduceLROnPlateau(sgd(), "min")],
    [
      "step takes the metric, a number (await loss.item()), but got an object",
      () => new untyped.ReduceLROnPlateau(sgd()).step(tensor(1)),
    ],
    [
      "The number of param groups in the `optimizer` (2) differs from when `ReduceLROnPlateau` was initialized (1)",
      () => {
        const scheduler = new ReduceLROnPlateau(sgd(), { patience: 0, minLr: [0] });
        scheduler.optimizer.addParamGroup({ params: one() });
        scheduler.step(1);
        scheduler.step(2);
      },
    ],
    [
      "annealStrategy must by one of 'cos' or 'linear', instead got 'up'",
      () => new untyped.SWALR(sgd(), 0.1, { annealStrategy: "up" }),
    ],
    [
      "annealEpochs must be equal or greater than 0, got -1",
      () => new SWALR(sgd(), 0.1, { annealEpochs: -1 }),
    ],
    [
      "param 'initialLr' is not specified in paramGroups[0] when resuming an optimizer",
      () => new StepLR(sgd(), 3, { lastEpoch: 5 }),
    ],
    [
      "step takes no epoch",
      () => (new ExponentialLR(sgd(), 0.5) as unknown as { step(n: number): void }).step(3),
    ],
  ])("%s", (message, make) => {
    expectError(make, "INVALID_ARGUMENT", message);
  });

  it("what is no state dict, changing nothing", () => {
    const optimizer = twoGroups();
    const first = new ExponentialLR(optimizer, 0.5);
    const second = new MultiStepLR(optimizer, [3]);
    const chained = new ChainedScheduler([first, second]);
    const before = chained.stateDict();
    const good = first.stateDict();
    for (const [dict, text] of [
      [null, "expected an object, but got null"],
      [[], "expected an object, but got an array of 0"],
      [{}, "has no 'gamma'"],
      [{ ...good, gamma: "0.5" }, "expected 'gamma' to be like 0.5, but got '0.5'"],
      [{ ...good, baseLrs: 1 }, "expected 'baseLrs' to be like an array of 2, but got 1"],
      [{ ...good, _lastLr: [1] }, "loaded state dict has a different number of parameter groups"],
    ] as const) {
      expectError(() => first.loadStateDict(dict as never), "STATE_DICT", text);
    }
    const load = (dict: unknown) => () => chained.loadStateDict(dict as never);
    expectError(load(null), "STATE_DICT", "has no '_schedulers' with 2 states");
    expectError(load({ ...before, _schedulers: [good] }), "STATE_DICT", "has no '_schedulers' with 2 states");
    const half = { ...before, _schedulers: [{ ...good, gamma: 0.25 }, {}] };
    expectError(load(half), "STATE_DICT", "has no 'milestones'");
    expect(chained.stateDict()).toEqual(before);
  });
});
