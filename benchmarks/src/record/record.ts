/** `pnpm bench record`: seconds and epochs to an accuracy on Fashion-MNIST, beside PyTorch with the same networks and seed. */
import { writeFile } from "node:fs/promises";
import { findData } from "@corr2d/demo/find-data";
import type { TrainSettings } from "@corr2d/demo/training";
import { Command, InvalidArgumentError } from "commander";
import { QUICK } from "../interleave.ts";
import { describeMachine } from "../machine.ts";
import { markdownTable } from "../markdown-table.ts";
import { isMeasured } from "../result.ts";
import { measureInChild } from "../run-child.ts";
import { race } from "./race.ts";
import { accuracyTable, recordTable } from "./table.ts";
import { ourTrainer, pytorchTrainer, type Trainer } from "./trainers.ts";

interface Contest {
  readonly settings: Omit<TrainSettings, "epochs">;
  readonly title: string;
  readonly marks: readonly number[];
}

const COMMON = { schedule: "none", batch: 128, seed: 0 } as const;
const CONTESTS: readonly Contest[] = [
  {
    title: "The book's LeNet, SGD at 0.9",
    settings: { ...COMMON, model: "lenet", optimizer: "sgd", lr: 0.9 },
    marks: [0.8, 0.85],
  },
  {
    title: "3 × 3 convolutions of 32 and 64 channels, dropout, Adam at 0.001",
    settings: { ...COMMON, model: "lenet-modern", optimizer: "adam", lr: 0.001 },
    marks: [0.88, 0.9],
  },
];

const names = (text: string): string[] => text.split(",").filter((name) => name !== "");
const count = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("expected a positive whole number");
};
const counts = (text: string): number[] => {
  const values = names(text).map(count);
  if (values.length > 0) return values;
  throw new InvalidArgumentError("expected positive whole numbers, as in 1,2");
};

interface Options {
  readonly model: string[];
  readonly backend: string[];
  readonly threads: number[];
  readonly epochs: number;
  readonly allEpochs: boolean;
  readonly data?: string;
  readonly pytorch: boolean;
  readonly peers: boolean;
  readonly markdown?: string;
}

function readOptions(argv: readonly string[]): Options {
  const models = CONTESTS.map(({ settings }) => settings.model);
  return new Command("bench record")
    .option("--model <names>", models.join(", "), names, models)
    .option("--backend <names>", "our backends", names, ["cpu-wasm"])
    .option("--threads <counts>", "each by itself; cpu-js takes part with one", counts, [1, 2])
    .option("--epochs <most>", "give up after so many", count, 40)
    .option(
      "--all-epochs",
      "go on to --epochs when the marks are reached: to compare final accuracies",
      false,
    )
    .option("--data <folder>", "Fashion-MNIST (default: where Debian puts it)")
    .option("--no-pytorch", "leave PyTorch out")
    .option("--no-peers", "leave tfjs and jax-js out")
    .option("--markdown <file>", "write the tables there")
    .parse(argv, { from: "user" })
    .opts<Options>();
}

async function startAll(contest: Contest, options: Options, data: string): Promise<Trainer[]> {
  const settings: TrainSettings = { ...contest.settings, epochs: options.epochs };
  const trainers: Trainer[] = [];
  for (const threads of options.threads) {
    for (const backend of options.backend) {
      if (threads > 1 && backend === "cpu-js") continue;
      const trainer = await ourTrainer(settings, backend, threads, data);
      if (trainer === null) throw new Error(`${backend} with threads: ${threads} could not start`);
      trainers.push(trainer);
    }
    const peer = options.pytorch ? await pytorchTrainer(settings, threads, data) : null;
    if (peer !== null) trainers.push(peer);
  }
  return trainers;
}

/** LeNet's steps a second, of those who do not take part in the race: tfjs and jax-js. */
async function stepsTable(threads: number): Promise<string> {
  const { result } = await measureInChild({
    workload: "T1",
    threads,
    backends: ["cpu-wasm", "cpu-js"],
    peers: ["tfjs-cpu", "jax-js", "pytorch"],
    schedule: QUICK,
    bestPace: Number.POSITIVE_INFINITY,
  });
  const rows = result.entries.map((entry) => [
    entry.name,
    isMeasured(entry) ? (1 / entry.value).toFixed(1) : "cannot",
  ]);
  return markdownTable([["LeNet, batches of 128", "steps a second"], ...rows], ["left", "right"]);
}

/** @throws Error without the data, or when one of our backends fails. */
export async function runRecord(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  const say = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  const place = { cwd: process.cwd(), err: say };
  const found = await findData({ data: options.data, install: false, seed: 0 }, place);
  if (found.remark !== null) throw new Error(found.remark);
  const { cpu, cores, os, node } = describeMachine();
  const parts = [
    `Fashion-MNIST, seed 0, batches of 128, on ${cpu}, ${cores} cores, ${os}, Node ${node}. Epochs go in turns; times are of training, without the test.`,
  ];
  for (const contest of CONTESTS.filter(({ settings }) => options.model.includes(settings.model))) {
    const trainers = await startAll(contest, options, found.source);
    try {
      const results = await race(trainers, contest.marks, {
        mostEpochs: options.epochs,
        allEpochs: options.allEpochs,
        tell: say,
      });
      parts.push(`## ${contest.title}`, recordTable(results, options.epochs), accuracyTable(results));
    } finally {
      for (const trainer of trainers) trainer.stop();
    }
  }
  if (options.peers) parts.push("## Steps a second, one thread", await stepsTable(1));
  const text = `${parts.join("\n\n")}\n`;
  process.stdout.write(text);
  if (options.markdown !== undefined) await writeFile(options.markdown, text);
}
