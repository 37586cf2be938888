/**
 * Sees to it that no rank of a job ends unnoticed: one that throws, or ends before it closed, ends all, and says so. What is killed
 * cannot say anything; a shell that waits for the process's end says it then, since MPICH's mpiexec names a process but no rank.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Mpi } from "./bindings.ts";
import { CLAIM, type JobFolder } from "./job-folder.ts";

/** How long a program has, once the job is over, to end by itself. */
const GRACE_MS = 1000;
/** How long MPICH's mpiexec is given to pass on what was said: it drops what it has not read when a rank aborts. */
const READING_MS = 250;

/**
 * The arguments are the job's folder, or nothing, and what to say. It waits for a word, or for the end of the process that would
 * have sent it. Who creates the claim speaks, and takes the folder away: those that mpiexec ends after that are silent.
 */
const WATCHER = `
read -r word
[ "$word" = bye ] && exit 0
set -C
if [ -z "$1" ] || { true >"$1/${CLAIM}"; } 2>/dev/null; then echo "$2" >&2; fi
[ -z "$1" ] || rm -rf "$1"
`;

function watch(folder: JobFolder | undefined, message: string): ChildProcess {
  // (A group of its own: what ends the process by its group must not end the watcher.)
  const watcher = spawn("/bin/sh", ["-c", WATCHER, "corr2d-mpi", folder?.path ?? "", message], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
  });
  watcher.on("error", () => {}); // without a shell nobody watches
  watcher.stdin?.on("error", () => {});
  watcher.unref();
  (watcher.stdin as unknown as { unref?(): void } | null)?.unref?.();
  return watcher;
}

export function say(message: string): void {
  process.stderr.write(`corr2d/mpi: ${message}\n`);
}

export class Guard {
  readonly #mpi: Mpi;
  readonly #folder: JobFolder | undefined;
  readonly #watcher: ChildProcess;
  /** What was thrown and not caught. */
  #thrown: unknown;
  #hasThrown = false;
  #isOver = false;

  constructor(mpi: Mpi, folder: JobFolder | undefined) {
    this.#mpi = mpi;
    this.#folder = folder;
    this.#watcher = watch(
      folder,
      `corr2d/mpi: ${this.#name()} was killed, or crashed (its process ended and said nothing)`,
    );
    process.on("uncaughtExceptionMonitor", this.#onThrown);
    process.on("exit", this.#onExit);
  }

  /** The job is over: says why, unless another rank of this host has or another host's does, and ends it soon. */
  end(message: string, isSaidElsewhere: boolean): void {
    this.#isOver = true;
    if ((this.#folder?.claim() ?? true) && !isSaidElsewhere) say(message);
    setTimeout(() => this.#mpi.abort(1), GRACE_MS);
  }

  /** This rank is done: it may end. */
  release(): void {
    process.off("uncaughtExceptionMonitor", this.#onThrown);
    process.off("exit", this.#onExit);
    this.#watcher.stdin?.end("bye\n");
    this.#folder?.leave();
  }

  #name(): string {
    return `rank ${this.#mpi.rank} of ${this.#mpi.size} (process ${process.pid} on ${this.#mpi.host})`;
  }

  readonly #onThrown = (error: unknown): void => {
    this.#hasThrown = true;
    this.#thrown = error;
  };

  readonly #onExit = (code: number): void => {
    if (!this.#isOver && (this.#folder?.claim() ?? true)) {
      const how = this.#hasThrown
        ? `threw ${textOf(this.#thrown)}`
        : `ended with code ${code} before it closed its collective`;
      say(`${this.#name()} ${how}`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, READING_MS);
    this.#mpi.abort(code === 0 ? 1 : code);
  };
}

/** What was thrown, with its code, and where: Node would say that after the exit, which ends this process. */
function textOf(thrown: unknown): string {
  try {
    const text = String(thrown).split("\n")[0]!;
    const { code, stack } = (thrown ?? {}) as { readonly code?: unknown; readonly stack?: unknown };
    const frames = typeof stack === "string" ? (stack.match(/^ +at .*$/gm) ?? []) : [];
    return [typeof code === "string" ? `${text} (${code})` : text, ...frames].join("\n");
  } catch {
    return "what has no text";
  }
}
