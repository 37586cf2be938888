/** A job that an MPI launcher started: the door to it. */
import { isMainThread } from "node:worker_threads";
import { Corr2dError, checkOptions, describeValue } from "@corr2d/core";
import { type Collective, collectiveOver } from "@corr2d/parallel";
import { begin, type Mpi } from "./bindings.ts";
import { Guard, say } from "./guard.ts";
import { JobFolder } from "./job-folder.ts";
import { endLaunch, type Launch, launchOf } from "./launcher.ts";
import { openLibrary } from "./library.ts";
import { MpiTransport } from "./transport.ts";

/** Options of `mpi`. */
export interface MpiOptions {
  /**
   * How long a rank waits for the others, in seconds, before it names those that did not come and ends the job (default 8). Longer
   * where ranks do something alone, such as a test.
   */
  readonly timeoutSeconds?: number | undefined;
  /** The MPI library's file or name (default: the environment's CORR2D_MPI_LIBRARY, or the first that is found). */
  readonly library?: string | undefined;
}

/** So that a job whose rank hangs is over within ten seconds, with the second that programs have to end. */
const TIMEOUT_SECONDS = 8;
/** The longest that a timer can wait. */
const LONGEST_SECONDS = Math.floor((2 ** 31 - 1) / 1000);

let wasCalled = false;

/**
 * Begins MPI in this process, which `mpiexec` or `srun` started as a rank, and gives the collective of all ranks. Without a
 * launcher it is a job of one rank. Call it first, once; `close` it last. A rank that throws, ends without closing, is killed or
 * does not come in time ends the job with a message that names it.
 *
 * @throws BACKEND_UNAVAILABLE where koffi or an MPI library is missing, the launcher is another library's, or the temporary folder
 * cannot be written; RANK_LOST where a rank of this host does not start in time; INVALID_ARGUMENT for unknown options, a second call,
 * and in worker threads.
 */
export async function mpi(options: MpiOptions = {}): Promise<Collective> {
  checkOptions("mpi", options, { timeoutSeconds: "number", library: "any" });
  const { timeoutSeconds = TIMEOUT_SECONDS, library = process.env.CORR2D_MPI_LIBRARY || undefined } = options;
  if (library !== undefined && typeof library !== "string") {
    throw invalid(`'library' is the name of a file, but got ${describeValue(library)}`);
  }
  // As collectiveOver would, but before MPI begins.
  if (!(timeoutSeconds > 0 && timeoutSeconds <= LONGEST_SECONDS)) {
    throw invalid(
      `'timeoutSeconds' is a number above 0 and up to ${LONGEST_SECONDS}, but got ${timeoutSeconds}`,
    );
  }
  if (!isMainThread) throw invalid("call it in the main thread: a process is one rank");
  if (wasCalled)
    throw invalid("this process has called it: MPI begins once in a process. Hand the collective on");
  wasCalled = true;

  const launch = launchOf(process.env);
  const opened = await openLibrary(library, launch).catch((error: unknown) => {
    wasCalled = false; // nothing has begun, and another library may be there
    throw error;
  });
  const folder = launch?.job === undefined ? undefined : new JobFolder(launch.job, launch.rank);
  if (folder !== undefined) await waitForRanks(folder, launch!, timeoutSeconds);
  const started = begin(opened);
  checkSize(started, launch);
  const guard = started.size > 1 ? new Guard(started, folder) : undefined;
  if (guard === undefined) folder?.leave();
  return collectiveOver(new MpiTransport(started, guard), { timeoutSeconds });
}

const invalid = (message: string): Corr2dError => new Corr2dError("INVALID_ARGUMENT", `mpi: ${message}`);

/** Beginning MPI would wait for them without end. */
async function waitForRanks(
  folder: JobFolder,
  { rank, size, localSize }: Launch,
  seconds: number,
): Promise<void> {
  const count = localSize ?? 1;
  if (await folder.waitFor(count, seconds * 1000)) return;
  const started = folder.started();
  const all = Array.from({ length: size }, (_, other) => other);
  const ranks = all.filter((other) => !started.includes(other));
  const missing = count - started.length;
  const who =
    count === size
      ? `rank ${ranks.join(", ")}`
      : `${missing} of the ${count} ranks of this host, which is none of rank ${started.join(", ")},`;
  const message =
    `${who} did not come to mpi() within ${seconds} s (seen by rank ${rank}): ` +
    "it hangs before, or takes longer to start: then raise timeoutSeconds";
  if (folder.claim()) say(message);
  process.once("exit", () => {
    folder.remove();
    endLaunch(process.env);
  });
  throw new Corr2dError("RANK_LOST", message, { ranks: count === size ? ranks : [] });
}

/** A library that another one's launcher started takes itself for a job of one rank. */
function checkSize({ version, size }: Mpi, launch: Launch | null): void {
  if (launch === null || launch.size === size) return;
  throw new Corr2dError(
    "BACKEND_UNAVAILABLE",
    `mpi: ${launch.launcher} started ${launch.size} ranks, but ${version} sees ${size}: launcher and library must be of one kind. ` +
      "Where both are installed, Debian calls the launchers mpiexec.mpich and mpiexec.openmpi; CORR2D_MPI_LIBRARY names a library",
  );
}
