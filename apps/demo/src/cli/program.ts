/**
 * The commands of `demo` and their options. Nothing is computed here: each command reads its options, starts the
 * backends and hands over.
 */
import { readFileSync } from "node:fs";
import type { Backend } from "@corr2d/core";
import { Command, CommanderError, Option } from "commander";
import { FILTER_KERNELS, FINISHES } from "../chapter/filter-kernels.ts";
import { MODELS } from "../train/models.ts";
import { OPTIMIZERS, SCHEDULES } from "../train/optimizers.ts";
import { chapterExamples, corr2dExample, layerExample, sizeExample } from "./chapter-examples.ts";
import { runEdges } from "./edges.ts";
import { type Example, pick } from "./example.ts";
import { oneLine, reportFailure } from "./failure.ts";
import { learnExample } from "./learn-example.ts";
import {
  BACKEND_HELP,
  type BackendOptions,
  type LoadedBackends,
  loadBackend,
  loadBackends,
} from "./load-backend.ts";
import { Page } from "./page.ts";
import { REAL_NAMES } from "./real-examples.ts";
import { isReal, type RecallOptions, recalled } from "./recall.ts";
import { RECALL_NAMES } from "./recall-examples.ts";
import { checkSizeProblem } from "./room.ts";
import { runExamples } from "./run-examples.ts";
import { SIBLING_EXAMPLES } from "./sibling-examples.ts";
import type { Terminal } from "./terminal.ts";
import { trainOnProcesses } from "./train/on-processes.ts";
import { trainOnThreads } from "./train/on-threads.ts";
import { runPredict } from "./train/predict.ts";
import { runTrain, type TrainOptions } from "./train/train.ts";
import { UsageError } from "./usage-error.ts";
import { quoted, readInteger, readMatrix, readName, readNumber, readPadding, readPair } from "./values.ts";
import { runWeb } from "./web.ts";

interface CommonOptions {
  readonly backend: string;
  readonly seed: number;
  readonly json: boolean;
  readonly debug: boolean;
}

/** How a training is shared among ranks. */
const PARALLEL = ["none", "threads", "mpi"] as const;

interface TrainArguments extends Omit<TrainOptions, "seed" | "json"> {
  readonly threads?: number;
  readonly parallel?: (typeof PARALLEL)[number];
  readonly ranks?: number;
}

const PADDING_MODES = ["zeros", "reflect", "replicate", "circular"] as const;

function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/**
 * Runs the command line `args` (without the program's name). Never rejects: what goes wrong is said on standard error.
 * @returns the exit code: 0, 1 failed, 2 not understood, 141 nobody reads the output.
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  try {
    const page = new Page(terminal.columns, terminal.colorDepth > 1);
    const program = makeProgram(terminal, page, (result) => {
      code = result;
    });
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    // Said already, on the stream that it belongs to.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    // The command line may be what went wrong: its options are not parsed then.
    return reportFailure(error, terminal, terminal.debug || args.includes("--debug"));
  }
}

function makeProgram(terminal: Terminal, page: Page, finish: (code: number) => void): Command {
  const program = new Command("demo");
  const common = (): CommonOptions => program.opts<CommonOptions>();

  /** Starts the backends, does the work, closes them. */
  const onBackends = async (
    work: (loaded: LoadedBackends) => Promise<number>,
    name = common().backend,
  ): Promise<void> => {
    const loaded = await loadBackends(name, terminal.cwd);
    let code: number;
    try {
      code = await work(loaded);
    } catch (error) {
      // What went wrong first is what is said.
      await Promise.allSettled(loaded.backends.map(async (backend) => backend.close?.()));
      throw error;
    }
    for (const backend of loaded.backends) await backend.close?.();
    finish(code);
  };
  const run = (examples: readonly Example[], backend?: string): Promise<void> =>
    onBackends((loaded) => runExamples(examples, loaded, common(), page, terminal), backend);
  /** What works on many images or large ones takes cpu-wasm, which is the faster, unless another is named. */
  const fastBackend = (): string =>
    program.getOptionValueSource("backend") === "default" ? "cpu-wasm" : common().backend;
  const chapterExample = (name: string): Promise<void> =>
    run(chapterExamples(common().seed).filter((example) => example.name === name));

  program
    .description(
      "The convolution chapter of Dive into Deep Learning, run: what the book prints beside what is computed.\n" +
        "Without a command, all seven examples.",
    )
    .configureHelp({ showGlobalOptions: true, helpWidth: page.width, minWidthToWrap: 20 })
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) =>
        write(`demo: ${oneLine(text).replace(/^error: /, "")} (demo --help lists what there is)\n`),
    })
    .exitOverride()
    .version(version(), "--version", "print the version")
    .helpOption("-h, --help", "show this help; after a command, its own")
    .helpCommand(false)
    .option("--backend <name>", BACKEND_HELP, "cpu-js")
    .addOption(
      new Option("--seed <n>", "of random weights and data")
        .default(0)
        .argParser((text) => readInteger("--seed", text, 0)),
    )
    .option("--json", "print one JSON document and nothing else", false)
    .option("--debug", "show where an error comes from", false)
    .action(async () => {
      const [unknown] = program.args;
      if (unknown !== undefined) {
        const names = program.commands.map((command) => command.name()).join(", ");
        throw new UsageError(`there is no command ${quoted(unknown)}; commands are ${names}`);
      }
      await run(chapterExamples(common().seed));
    });

  program.commandsGroup("The chapter:");
  program
    .command("corr2d")
    .description("1  cross-correlation, by the book's loop and by the library")
    .option("--input <matrix>", 'your own image, as in "0,1,2; 3,4,5; 6,7,8"', matrixReader("--input"))
    .option("--kernel <matrix>", "your own kernel", matrixReader("--kernel"))
    .action(({ input, kernel }: { input?: number[][]; kernel?: number[][] }) =>
      run([corr2dExample(input, kernel)]),
    );
  program
    .command("size")
    .description("2  how large the output is, the formula filled in")
    .option("--image <n>", "side of the image", integerReader("--image", 1, 4096))
    .option("--kernel <f>", "side of the kernel", integerReader("--kernel", 1, 4096))
    .option("--stride <s>", "cells the window moves by", integerReader("--stride", 1, 4096))
    .option("--padding <p>", "zeros on every side", integerReader("--padding", 0, 4096))
    .option("--dilation <d>", "distance of the kernel's cells", integerReader("--dilation", 1, 4096))
    .action((options: Partial<Record<"image" | "kernel" | "stride" | "padding" | "dilation", number>>) => {
      if (Object.keys(options).length === 0) return run([sizeExample()]);
      const problem = { image: 8, kernel: 3, stride: 1, padding: 0, dilation: 1, ...options };
      checkSizeProblem(problem);
      return run([sizeExample([problem])]);
    });
  program
    .command("images")
    .description("3  images are three-dimensional: layers side by side")
    .action(() => chapterExample("images"));
  program
    .command("layer")
    .description("4  a convolutional layer written by hand, trained")
    .action(() => run([layerExample(common().seed)]));
  program
    .command("detect")
    .description("5  the edges of a black band")
    .action(() => chapterExample("detect"));
  program
    .command("transpose")
    .description("6  the transposed image: no edges found")
    .action(() => chapterExample("transpose"));
  program
    .command("learn")
    .description("7  the kernel learnt from examples, and why lr stays below 1/30")
    .option("--start <a,b>", "weights to start from", (text) => readPair("--start", text))
    .option("--lr <rate>", "learning rate (book: 0.03)", (text) => readNumber("--lr", text, 1e-9))
    .option("--steps <n>", "how many (book: 10)", integerReader("--steps", 2, 100_000))
    .action((options: { start?: [number, number]; lr?: number; steps?: number }) =>
      run([learnExample({ seed: common().seed, ...options })]),
    );

  program.commandsGroup("Around it:");
  program
    .command("edges")
    .argument("[image]", "a PNG or JPEG file; without one, a photo that comes along")
    .description("a photo through a kernel: writes a PNG, and shows it here")
    .option("--kernel <kernel>", 'a name, or a matrix as in "1,0,-1; 2,0,-2; 1,0,-1"', "sobel")
    .option("--gray", "mix the colours into grey first", false)
    .addOption(
      new Option("--stride <n>", "pixels the window moves by")
        .default(1)
        .argParser(integerReader("--stride", 1, 4096)),
    )
    .addOption(
      new Option("--padding <p>", "cells around the image: n, or vertical,horizontal, or same")
        .default(0)
        .argParser((text) => readPadding("--padding", text)),
    )
    .addOption(
      new Option("--padding-mode <mode>", PADDING_MODES.join(", "))
        .default("zeros")
        .argParser((text) => readName("--padding-mode", text, PADDING_MODES)),
    )
    .addOption(
      new Option(
        "--normalize <how>",
        `how sums become pixels: ${FINISHES.join(", ")} (default: the kernel's)`,
      ).argParser((text) => readName("--normalize", text, FINISHES)),
    )
    .option("--out <file.png>", "where to write (default: here, named after image and kernel)")
    .option("--preview", "show the result even when piped")
    .option("--no-preview", "do not show it")
    .addHelpText("after", `\nKernels:\n${kernelHelp()}`)
    .action((image: string | undefined, options) =>
      onBackends(
        (loaded) => runEdges({ image, json: common().json, ...options }, loaded, page, terminal),
        fastBackend(),
      ),
    );
  const siblings = SIBLING_EXAMPLES.map(({ name }) => name);
  program
    .command("shapes")
    .argument("[section]", siblings.join(", "))
    .description("the sections beside it: padding, stride, channels, pooling, LeNet")
    .action((section: string | undefined) => run(pick("shapes", SIBLING_EXAMPLES, section)));
  program
    .command("recall")
    .argument("[topic]", RECALL_NAMES.join(", "))
    .description("what came before it, from linear regression to dropout")
    .option("--real", `on Fashion-MNIST: ${REAL_NAMES.join(", ")}`, false)
    .option("--data <folder>", "on MNIST's four files there, gzipped or not")
    .option("--install", "get Fashion-MNIST by apt-get first, where it is missing", false)
    .action(async (topic: string | undefined, given: Omit<RecallOptions, "seed">) => {
      const options = { ...given, seed: common().seed };
      await run(await recalled(topic, options, terminal), isReal(options) ? fastBackend() : undefined);
    });

  /** Training takes one backend. */
  const oneBackend = (threads?: number): [name: string, options: BackendOptions | undefined] => {
    const chosen = fastBackend();
    if (chosen === "all") throw new UsageError("--backend all: this command takes one backend");
    return [chosen, threads === undefined ? undefined : { threads }];
  };
  const onOneBackend = async (
    threads: number | undefined,
    work: (backend: Backend) => Promise<number>,
  ): Promise<void> => {
    const [name, options] = oneBackend(threads);
    const backend = await loadBackend(name, terminal.cwd, options);
    try {
      finish(await work(backend));
    } finally {
      await backend.close?.();
    }
  };

  program.commandsGroup("On real data:");
  program
    .command("train")
    .description("trains a network on Fashion-MNIST, and reports what it learnt")
    .addOption(named("--model <name>", "lenet (default), lenet-modern, resnet", Object.keys(MODELS)))
    .option("--epochs <n>", "how many in all (default: 10)", integerReader("--epochs", 1, 10_000))
    .option("--batch <n>", "images in a step (default: 128)", integerReader("--batch", 1, 60_000))
    .option("--lr <rate>", "learning rate (default: the network's)", (text) => readNumber("--lr", text, 0))
    .addOption(named("--optimizer <name>", Object.keys(OPTIMIZERS).join(", "), Object.keys(OPTIMIZERS)))
    .addOption(named("--schedule <name>", Object.keys(SCHEDULES).join(", "), Object.keys(SCHEDULES)))
    .option("--threads <n>", "of cpu-wasm (default: one)", integerReader("--threads", 1, 64))
    .addOption(named("--parallel <how>", `share each batch among ranks: ${PARALLEL.join(", ")}`, PARALLEL))
    .option("--ranks <n>", "how many of --parallel threads (default: 2)", integerReader("--ranks", 1, 64))
    .option(
      "--data <folder>",
      "four IDX files of MNIST's names, gzipped or not (default: Debian's Fashion-MNIST)",
    )
    .option("--install", "get Fashion-MNIST by apt-get first, where it is missing", false)
    .option(
      "--checkpoint <file>",
      "what the training is kept in (default: what it goes on from, or MODEL.safetensors, here)",
    )
    .option("--no-checkpoint", "keep nothing")
    .option("--resume [file]", "go on where the checkpoint ends", false)
    .option("--overwrite", "begin anew where the checkpoint's file holds a training, which is lost", false)
    .option("--report <file>", "the page at the end (default: MODEL-report.html, here)")
    .option("--no-report", "write none")
    .action(async ({ threads, parallel = "none", ranks, ...given }: TrainArguments) => {
      const { seed, json } = common();
      const isSeedGiven = program.getOptionValueSource("seed") !== "default";
      const options = { ...given, seed: isSeedGiven ? seed : undefined, json };
      if (parallel === "threads") {
        const [backend, backendOptions] = oneBackend(threads);
        finish(await trainOnThreads(ranks ?? 2, { options, backend, backendOptions }, terminal));
        return;
      }
      if (ranks !== undefined) {
        const hint = parallel === "mpi" ? "mpiexec says how many, with -n" : "write --parallel threads too";
        throw new UsageError(`--ranks ${ranks}: ${hint}`);
      }
      if (parallel === "mpi") {
        const [backend, backendOptions] = oneBackend(threads);
        const load = (): Promise<Backend> => loadBackend(backend, terminal.cwd, backendOptions);
        finish(await trainOnProcesses(options, load, page, terminal));
        return;
      }
      await onOneBackend(threads, (backend) => runTrain(options, backend, page, terminal));
    });
  program
    .command("predict")
    .argument("<image>", "a PNG or JPEG file")
    .description("what a trained network takes an image for")
    .option("--from <file>", "the checkpoint of demo train", "lenet.safetensors")
    .option("--invert", "turn dark and light (default: where the border is light)")
    .option("--no-invert", "leave them")
    .action((image: string, options: { from: string; invert?: boolean }) =>
      onOneBackend(undefined, (backend) =>
        runPredict(
          image,
          { from: options.from, invert: options.invert, json: common().json },
          backend,
          page,
          terminal,
        ),
      ),
    );

  program
    .command("web")
    .description("the Convolution Lab: all of it to see and to change, in the browser")
    .option("--port <n>", "where to serve (default: 8080, or a free one)", integerReader("--port", 1, 65_535))
    .option("--open", "open it in the browser", false)
    .action((options: { port?: number; open: boolean }) => runWeb(options, terminal));

  // An unknown command is an excess argument of the program itself, whose action says what there is. Last, because
  // commands inherit what is set before they are made.
  program.allowExcessArguments();
  return program;
}

const integerReader =
  (option: string, least: number, most: number) =>
  (text: string): number =>
    readInteger(option, text, least, most);

const matrixReader =
  (option: string) =>
  (text: string): number[][] =>
    readMatrix(option, text);

/** An option that takes one of these names. */
const named = (flags: string, description: string, names: readonly string[]): Option =>
  new Option(flags, description).argParser((text) => readName(flags.split(" ")[0]!, text, names));

function kernelHelp(): string {
  const width = Math.max(...Object.keys(FILTER_KERNELS).map((name) => name.length));
  return Object.entries(FILTER_KERNELS)
    .map(([name, { shows }]) => `  ${name.padEnd(width)}  ${shows}\n`)
    .join("");
}
