/** Who races: our backends and PyTorch, each in a process of its own that trains one epoch when it is asked. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { TrainSettings } from "@corr2d/demo/training";
import { ALLOCATOR, INTERPRETERS } from "../peers/pytorch.ts";

const OWN = fileURLToPath(new URL("./trainer-child.js", import.meta.url));
const PYTHON = fileURLToPath(new URL("../../python/pytorch_trainer.py", import.meta.url));

export interface EpochTime {
  readonly seconds: number;
  readonly testAccuracy: number;
}

export class Trainer {
  readonly name: string;
  readonly threads: number;
  /** Seconds that making an epoch's batches takes by itself; null where that was not measured. */
  readonly loading: number | null;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, null>,
    lines: AsyncIterator<string>,
    threads: number,
    { name, loading = null }: { readonly name: string; readonly loading?: number | null },
  ) {
    this.#child = child;
    this.#lines = lines;
    this.name = name;
    this.threads = threads;
    this.loading = loading;
  }

  /** Null when the program is not there, or ends before it is ready. */
  static async start(
    program: string,
    args: readonly string[],
    threads: number,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Trainer | null> {
    const child = spawn(program, args, {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, ...env },
    });
    child.on("error", () => {});
    child.stdin.on("error", () => {});
    const reader: Interface = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const first = await lines.next();
    return first.done ? null : new Trainer(child, lines, threads, JSON.parse(first.value));
  }

  /** @throws Error when the process has ended. */
  async epoch(): Promise<EpochTime> {
    this.#child.stdin.write("epoch\n");
    const line = await this.#lines.next();
    if (line.done) throw new Error(`${this.name} ended in the middle of an epoch`);
    return JSON.parse(line.value) as EpochTime;
  }

  stop(): void {
    this.#child.kill();
  }
}

export const ourTrainer = (
  settings: TrainSettings,
  backend: string,
  threads: number,
  data: string,
): Promise<Trainer | null> =>
  Trainer.start(process.execPath, [OWN, JSON.stringify(settings), backend, String(threads), data], threads);

export async function pytorchTrainer(
  settings: TrainSettings,
  threads: number,
  data: string,
): Promise<Trainer | null> {
  const { model, batch, seed } = settings;
  for (const interpreter of INTERPRETERS) {
    const args = [PYTHON, model, String(threads), String(batch), String(seed), data];
    const trainer = await Trainer.start(interpreter, args, threads, ALLOCATOR);
    if (trainer !== null) return trainer;
  }
  return null;
}
