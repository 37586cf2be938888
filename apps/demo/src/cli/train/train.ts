/** `demo train`: a network trained on images, followed, kept, gone on with, and shown at the end. */
import { existsSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { type Backend, setBackend } from "@corr2d/core";
import { type Collective, soleRank } from "@corr2d/parallel";
import { kindOf } from "../../train/image-kind.ts";
import { MODELS } from "../../train/models.ts";
import type { OptimizerName, ScheduleName } from "../../train/optimizers.ts";
import { type EpochResult, Training, type TrainSettings } from "../../train/training.ts";
import { toJsonLine } from "../json.ts";
import { type Page, percent } from "../page.ts";
import { checkPlace, replaceFile } from "../replace-file.ts";
import type { Terminal } from "../terminal.ts";
import { CommandError, UsageError } from "../usage-error.ts";
import { load, type SavedTraining, save } from "./checkpoint-file.ts";
import { type FoundData, findData } from "./find-data.ts";
import { type Interrupts, signals } from "./interrupts.ts";
import { Progress } from "./progress.ts";
import { reportPage } from "./report.ts";

export interface TrainOptions {
  readonly model?: string | undefined;
  readonly epochs?: number | undefined;
  readonly batch?: number | undefined;
  readonly lr?: number | undefined;
  readonly optimizer?: OptimizerName | undefined;
  readonly schedule?: ScheduleName | undefined;
  readonly data?: string | undefined;
  readonly install: boolean;
  /** False: none is written. */
  readonly checkpoint: string | boolean;
  readonly resume: string | boolean;
  /** Whether the checkpoint's file may hold another training, which is lost then. */
  readonly overwrite: boolean;
  readonly report: string | boolean;
  /** Undefined: the default one, or that of the training that goes on. */
  readonly seed?: number | undefined;
  readonly json: boolean;
}

/** With whom a training goes on, and who may end it. */
export interface Ranks {
  readonly collective: Collective;
  /** Begins to listen, when the training begins. */
  readonly listen: () => Interrupts;
}

const DEFAULTS = { model: "lenet", epochs: 10, batch: 128, schedule: "none", seed: 0 } as const;
/** What a shell reports for a program that SIGINT ended: 128 + 2. */
const INTERRUPTED = 130;

function settingsOf(options: TrainOptions): TrainSettings {
  const model = options.model ?? DEFAULTS.model;
  const row = MODELS[model]!;
  return {
    model,
    optimizer: options.optimizer ?? row.optimizer,
    schedule: options.schedule ?? DEFAULTS.schedule,
    lr: options.lr ?? row.lr,
    epochs: options.epochs ?? DEFAULTS.epochs,
    batch: options.batch ?? DEFAULTS.batch,
    seed: options.seed ?? DEFAULTS.seed,
  };
}

/**
 * A training that goes on keeps its settings; how many epochs it takes may change, where the learning rates of those that were do not
 * depend on it.
 */
function resumedSettings(
  options: TrainOptions,
  { settings: saved, history }: SavedTraining,
  path: string,
): TrainSettings {
  const fixed = ["model", "optimizer", "schedule", "lr", "batch", "seed"] as const;
  for (const name of saved.schedule === "none" ? fixed : ([...fixed, "epochs"] as const)) {
    const given = options[name];
    if (given !== undefined && given !== saved[name]) {
      throw new UsageError(
        `--${name} ${given}: ${path} was trained with ${saved[name]}, and goes on with it`,
      );
    }
  }
  const epochs = options.epochs ?? saved.epochs;
  if (epochs < history.length) {
    throw new UsageError(`--epochs ${epochs}: ${path} was trained for ${history.length} already`);
  }
  return { ...saved, epochs };
}

/** Where a file goes: what was named, or a name of its own; null for none. */
const fileFor = (given: string | boolean, name: string, cwd: string): string | null =>
  given === false ? null : resolve(cwd, typeof given === "string" ? given : name);

const reportFile = (options: TrainOptions, { model }: TrainSettings, cwd: string): string | null =>
  fileFor(options.report, `${model}-report.html`, cwd);

/** Not a pipe or a device, which keeps nothing, and is not to be read. */
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/**
 * A training that begins must not replace one that somebody waited for.
 * @throws CommandError where the file is there.
 */
async function refuseToReplace(path: string, shown: string): Promise<never> {
  const { saved } = await load(path).catch(() => ({ saved: null }));
  const what =
    saved === null
      ? "is there already, and is no training that demo train can read"
      : `holds a training of ${saved.settings.model} on ${saved.data.name}, ` +
        `${saved.history.length} of ${saved.settings.epochs} epochs long (${saved.losses.length} steps)`;
  const goOn = saved === null ? "" : `--resume ${shown} goes on with it, `;
  throw new CommandError(
    `${shown} ${what}: ${goOn}--checkpoint OTHER.safetensors keeps the new one elsewhere, --overwrite replaces it`,
  );
}

const describeData = ({ name, classes, train, test }: FoundData): SavedTraining["data"] => ({
  name,
  classes,
  kind: kindOf(train, test),
  images: [train.length, test.length],
});

/**
 * Trains, on every rank; rank 0 keeps and reports.
 * @param terminal of the other ranks one that says nothing.
 * @throws UsageError, CommandError; RANK_LOST, RANKS_DIFFER.
 */
export async function runTrain(
  options: TrainOptions,
  backend: Backend,
  page: Page,
  terminal: Terminal,
  { collective, listen }: Ranks = { collective: soleRank(), listen: signals },
): Promise<number> {
  setBackend(backend);
  const { rank, size } = collective;
  const say = (text: string): void => {
    if (!options.json) terminal.out(`${text}\n`);
  };
  const show = (path: string): string => relative(terminal.cwd, path) || path;

  let resumed: SavedTraining | null = null;
  let from: string | null = null;
  let settings = settingsOf(options);
  if (options.resume !== false) {
    from = fileFor(options.resume, `${settings.model}.safetensors`, terminal.cwd)!;
    if (!existsSync(from)) throw new CommandError(`there is no ${show(from)} to go on from`);
    const { saved, remark } = await load(from);
    settings = resumedSettings(options, saved, show(from));
    resumed = saved;
    if (remark !== null) terminal.err(`demo: ${remark}: the training goes on, but not bit for bit\n`);
  }

  // What goes on is kept where it was: a file by the network's name may hold another training.
  const checkpoint = fileFor(options.checkpoint, from ?? `${settings.model}.safetensors`, terminal.cwd);
  const report = reportFile(options, settings, terminal.cwd);
  for (const path of [checkpoint, report]) if (path !== null) checkPlace(path);
  if (report !== null && report === checkpoint)
    throw new UsageError(
      `--report ${show(report)}: the training is kept there, so the report needs another name`,
    );
  if (checkpoint !== null && checkpoint !== from && !options.overwrite && isFile(checkpoint))
    await refuseToReplace(checkpoint, show(checkpoint));
  const found = await findData({ ...options, seed: settings.seed }, terminal);
  if (found.remark !== null) terminal.err(`demo: ${found.remark}\n`);
  const data = describeData(found);
  if (
    resumed !== null &&
    (resumed.data.name !== data.name || String(resumed.data.images) !== String(data.images))
  ) {
    const text = ({ name, images: [train, test] }: SavedTraining["data"]): string =>
      `${name} (${train} images to train with, ${test} to test with)`;
    throw new CommandError(
      `the training that is to go on was on ${text(resumed.data)}, and these are ${text(data)}`,
    );
  }
  const { leastSide } = MODELS[settings.model]!;
  if (Math.min(data.kind.height, data.kind.width) < leastSide) {
    const size = `${data.kind.height} × ${data.kind.width}`;
    throw new CommandError(
      `--model ${settings.model} is for images of ${leastSide} pixels a side at least, and these have ${size}`,
    );
  }
  const training = new Training(settings, found.train, found.test, collective);
  if (resumed !== null) training.load(resumed);

  const threads = backend.features?.threads ?? 1;
  const each = size === 1 ? "" : ` on each of ${size} ranks`;
  const backendText = `${backend.name}, ${threads === 1 ? "one thread" : `${threads} threads`}${each}`;
  const rows = [
    ["network", `${settings.model}: ${MODELS[settings.model]!.shows}`],
    ["images", `${found.name}: ${found.train.length} to train with, ${found.test.length} to test with`],
    ["from", found.source],
    ["backend", backendText],
    ["optimiser", `${settings.optimizer}, learning rate ${settings.lr}, schedule ${settings.schedule}`],
    ["batches", `of ${settings.batch}; seed ${settings.seed}`],
    ...(checkpoint === null ? [] : [["kept in", `${show(checkpoint)}, after every epoch and at Ctrl-C`]]),
    ...(resumed === null ? [] : [["goes on", `after step ${resumed.losses.length}`]]),
  ];
  say(`${page.table([], rows)}\n`);

  const keepNow = async (): Promise<void> => {
    if (checkpoint === null || rank > 0) return;
    await save(checkpoint, { kind: "corr2d demo train", data, ...training.state() });
  };
  const isDone = await follow(training, options, page, terminal, listen, keepNow);
  if (!isDone) {
    const remedy = checkpoint === null ? "" : `; demo train --resume ${show(checkpoint)} goes on`;
    say(`stopped after step ${training.losses.length}${remedy}`);
    return INTERRUPTED;
  }
  await training.confusion(); // which all ranks find together, and know then
  return rank === 0 ? finish(training, options, found, backendText, page, terminal) : 0;
}

/** @returns whether it came to the end. */
async function follow(
  training: Training,
  options: TrainOptions,
  page: Page,
  terminal: Terminal,
  listen: () => Interrupts,
  keepNow: () => Promise<void>,
): Promise<boolean> {
  const { epochs } = training.settings;
  const progress = new Progress(terminal, page, epochs, training.imagesPerEpoch);
  const interrupts = listen();
  try {
    for await (const event of training.run()) {
      if ("testAccuracy" in event) {
        if (options.json) terminal.out(`${toJsonLine(event)}\n`);
        else progress.epoch(event);
        await keepNow();
      } else if (!options.json) progress.step(event);
      // What the process is told arrives between two turns of its loop.
      await new Promise(setImmediate);
      if (interrupts.isInterrupted) training.askToStop();
      if (training.isStopped) {
        progress.clear();
        await keepNow();
        return false;
      }
    }
    return true;
  } finally {
    progress.clear();
    interrupts.close();
  }
}

/** More columns than that have no room in a terminal: the report has them. */
const MOST_COLUMNS = 12;

function confusionText(
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
  page: Page,
): string {
  if (classes.length > MOST_COLUMNS) {
    const rows = confusion.map((row, i) => {
      const total = row.reduce((sum, count) => sum + count, 0);
      const wrong = row.map((count, j) => (i === j ? 0 : count));
      const most = Math.max(...wrong);
      return [
        classes[i]!,
        `${row[i]} of ${total}`,
        most === 0 ? "" : `${most} for ${classes[wrong.indexOf(most)]}`,
      ];
    });
    return `${page.table(["", "right", "most often taken"], rows)}\n`;
  }
  const short = classes.map((name) => name.slice(0, 4));
  const rows = confusion.map((row, i) => [
    classes[i]!,
    ...row.map((count, j) =>
      i === j ? page.paint.green(String(count)) : count === 0 ? page.paint.dim("·") : String(count),
    ),
  ]);
  return `what it is, and what it was taken for:\n${page.table(["", ...short], rows)}\n`;
}

async function finish(
  training: Training,
  options: TrainOptions,
  found: FoundData,
  backendText: string,
  page: Page,
  terminal: Terminal,
): Promise<number> {
  const { settings, history } = training;
  const last = history.at(-1) as EpochResult;
  const report = reportFile(options, settings, terminal.cwd);
  if (report !== null) {
    const { name: data, classes, test } = found;
    const text = await reportPage(training, { data, backend: backendText, classes, test });
    replaceFile(report, Buffer.from(text));
  }
  const seconds = history.reduce((sum, row) => sum + row.seconds, 0);
  const confusion = await training.confusion();
  if (options.json) {
    const { testAccuracy, testLoss } = last;
    const losses = training.losses.slice(0, 100);
    const facts = { ...settings, data: found.name, backend: backendText, seconds };
    terminal.out(`${toJsonLine({ ...facts, losses, confusion, testLoss, testAccuracy })}\n`);
    return 0;
  }
  terminal.out(`\n${confusionText(confusion, found.classes, page)}\n`);
  terminal.out(`test accuracy ${percent(last.testAccuracy)}, ${seconds.toFixed(1)} s of training\n`);
  if (report !== null) terminal.out(`report: ${relative(terminal.cwd, report) || report}\n`);
  return 0;
}
