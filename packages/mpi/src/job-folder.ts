/**
 * A folder that the ranks of a job share on each host: it shows which of them have started, before MPI can (beginning MPI waits
 * for all, and cannot be interrupted), and whether somebody has said why the job ends.
 */
import { lstatSync, mkdirSync, openSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Corr2dError } from "@corr2d/core";

/** The file of who says why the job ends; ranks' files are numbers. */
export const CLAIM = "claim";
const LOOK_MS = 10;

export class JobFolder {
  readonly path: string;
  readonly #own: string;

  /** @throws BACKEND_UNAVAILABLE where it cannot be made, or is another user's. */
  constructor(job: string, rank: number) {
    const user = userInfo().uid;
    this.path = join(tmpdir(), `corr2d-mpi-${user}-${job.replaceAll(/[^\w.-]/g, "_")}`);
    this.#own = join(this.path, String(rank));
    try {
      mkdirSync(this.path, { recursive: true, mode: 0o700 });
      const found = lstatSync(this.path);
      if (!found.isDirectory() || (user >= 0 && found.uid !== user)) throw new Error("another user's folder");
      writeFileSync(this.#own, "");
    } catch (cause) {
      throw new Corr2dError(
        "BACKEND_UNAVAILABLE",
        `mpi: the job's folder ${this.path} cannot be made (${(cause as Error).message}): remove what is there, or set TMPDIR to another folder`,
        {},
        { cause },
      );
    }
  }

  /** The ranks that have started on this host; none when the job is over. */
  started(): readonly number[] {
    try {
      return readdirSync(this.path)
        .filter((name) => /^\d+$/.test(name))
        .map(Number);
    } catch {
      return [];
    }
  }

  /** Waits until so many ranks have started. @returns whether they have, in time. */
  async waitFor(count: number, milliseconds: number): Promise<boolean> {
    const end = performance.now() + milliseconds;
    while (this.started().length < count) {
      if (performance.now() > end) return false;
      await setTimeout(LOOK_MS);
    }
    return true;
  }

  /** Whether this rank may say why the job ends: nobody on this host has. */
  claim(): boolean {
    try {
      openSync(join(this.path, CLAIM), "wx");
      return true;
    } catch {
      return false;
    }
  }

  /** The job is over: what looks for the folder finds none. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Takes this rank's file away; the last takes the folder. */
  leave(): void {
    rmSync(this.#own, { force: true });
    try {
      rmdirSync(this.path);
    } catch {
      // Others are in it.
    }
  }
}
