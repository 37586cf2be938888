/** Example 7 on the command line: the known runs, or the user's own start, learning rate and steps. */
import type { Backend } from "@corr2d/core";
import { agrees, type Comparison } from "../chapter/comparison.ts";
import { compareLearntKernel, KNOWN_RUNS, type LearntKernel, learnKernel } from "../chapter/learn-kernel.ts";
import { compareLearningRate, converges, type LearningRate, learningRate } from "../chapter/learning-rate.ts";
import { defineExample, type Example } from "./example.ts";
import { numbers, type Page } from "./page.ts";

export interface LearnSettings {
  readonly seed: number;
  /** Only this start, instead of the known ones and the seeded one. */
  readonly start?: readonly [number, number] | undefined;
  readonly lr?: number | undefined;
  readonly steps?: number | undefined;
}

interface Learning {
  readonly runs: readonly LearntKernel[];
  readonly learningRate: LearningRate;
}

async function learn(
  backend: Backend,
  { seed, start, lr = 3e-2, steps = 10 }: LearnSettings,
): Promise<Learning> {
  const starts = start === undefined ? [...KNOWN_RUNS.map((run) => run.start), null] : [start];
  const runs: LearntKernel[] = [];
  for (const from of starts) runs.push(await learnKernel(backend, { start: from, lr, steps, seed }));
  return { runs, learningRate: await learningRate(backend) };
}

/** At most five of the losses, evenly spaced, the last included. */
function fewLosses(losses: LearntKernel["losses"]): LearntKernel["losses"] {
  const step = Math.max(1, Math.ceil(losses.length / 5));
  return losses.filter((_, i) => (losses.length - 1 - i) % step === 0);
}

function showRun(run: LearntKernel, seeded: boolean, seed: number, page: Page): string {
  const losses = fewLosses(run.losses);
  const known = compareLearntKernel(run);
  const row = (label: string, values: readonly number[], kernel: readonly number[]): string[] => [
    label,
    ...values.map((value) => numbers(value, 3)),
    numbers([...kernel], 4),
  ];
  const here = row(
    "computed",
    losses.map(({ loss }) => loss),
    run.kernel,
  );
  if (known.length > 0) here.push(page.mark(known.every(agrees)));
  const [knownLosses, knownKernel] = known as [Comparison?, Comparison?];
  const rows =
    knownLosses === undefined || knownKernel === undefined
      ? [here]
      : [row(knownLosses.source, knownLosses.expected as number[], knownKernel.expected as number[]), here];
  const origin = seeded ? ` (PyTorch's initialisation for seed ${seed})` : "";
  const title = `start ${numbers([...run.start], 4)}${origin}`;
  return `${page.paragraph(title)}\n${page.table(["", ...losses.map(({ epoch }) => `epoch ${epoch}`), "kernel"], rows)}`;
}

function showLearningRate({ hessian, eigenvalues, trials }: LearningRate, page: Page): string {
  const intro = [
    page.paragraph(
      "Why not faster? The loss is quadratic: along each eigenvector of its Hessian a step multiplies the error by " +
        "1 − lr·λ, which shrinks only while lr < 2/λ.",
    ),
    page.paragraph(
      `Hessian ${numbers(hessian, 0)}, λ = ${numbers([...eigenvalues], 0)}: lr must stay below 2/60 = 1/30.`,
    ),
  ].join("\n");
  const table = page.table(
    ["lr", "1 − 12·lr", "1 − 60·lr", "loss after 100 steps", ""],
    trials.map(({ lr, factors, loss }) => [
      String(lr),
      factors[0].toFixed(3),
      factors[1].toFixed(3),
      loss < 1e-3 ? loss.toExponential(1) : numbers(loss, 3),
      converges(lr, eigenvalues) ? "converges" : page.paint.yellow("diverges"),
    ]),
  );
  return `${intro}\n\n${table}`;
}

export function learnExample(settings: LearnSettings): Example {
  return defineExample({
    name: "learn",
    number: 7,
    title: "Learning the kernel",
    section: "Dive into Deep Learning, 7.2.4",
    run: (backend) => learn(backend, settings),
    compare: ({ runs, learningRate: rate }) => [
      ...runs.flatMap(compareLearntKernel),
      ...compareLearningRate(rate),
    ],
    show: ({ runs, learningRate: rate }, page, comparisons) => {
      const parts = runs.map((run, i) =>
        showRun(run, settings.start === undefined && i === runs.length - 1, settings.seed, page),
      );
      const lr = settings.lr ?? 3e-2;
      if (!converges(lr, rate.eigenvalues)) {
        parts.push(
          page.paint.yellow(page.paragraph(`lr ${lr} is beyond 1/30: the loss grows instead of falling.`)),
        );
      }
      parts.push(showLearningRate(rate, page), page.compare(comparisons.slice(-3)));
      return parts.join("\n\n");
    },
  });
}
