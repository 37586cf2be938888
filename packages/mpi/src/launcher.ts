/** What the program that started the ranks tells each of them, in environment variables, before MPI begins. */
import { readFileSync, writeSync } from "node:fs";

type Environment = Readonly<Record<string, string | undefined>>;

/** A rank, as its launcher numbers it. */
export interface Launch {
  readonly launcher: "Open MPI's mpiexec" | "MPICH's mpiexec" | "srun";
  readonly rank: number;
  readonly size: number;
  /** How many of the ranks are on this host; undefined where the launcher does not say. */
  readonly localSize: number | undefined;
  /** The same text for all ranks of the job on this host, and for no other job; undefined where there is none. */
  readonly job: string | undefined;
}

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;

/** Fields of /proc/PID/stat after the name in parentheses: the parent's id is the second, the time of the start the twentieth. */
function processOf(pid: number): { name: string; parent: number; started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    return { name, parent: Number(fields[1]), started: fields[19]! };
  } catch {
    return undefined; // no Linux, or it ended
  }
}

/** MPICH's launcher has no name for a job, but one process on each host that all its ranks there descend from. */
function jobOfHydra(): string | undefined {
  for (let pid = process.ppid; pid > 1; ) {
    const found = processOf(pid);
    if (found === undefined) return undefined;
    if (found.name === "hydra_pmi_proxy") return `hydra-${pid}-${found.started}`;
    pid = found.parent;
  }
  return undefined;
}

/** "4,2(x3)": the ranks on each host, in Slurm's short form. */
function tasksOnNode(text: string | undefined, node: number | undefined): number | undefined {
  const perNode = (text ?? "").split(",").flatMap((part) => {
    const match = /^(\d+)(?:\(x(\d+)\))?$/.exec(part);
    return match === null ? [] : new Array<number>(Number(match[2] ?? 1)).fill(Number(match[1]));
  });
  return node === undefined ? undefined : perNode[node];
}

/** What the environment says; null for a process that nobody started as a rank. */
export function launchOf(env: Environment, hydraJob: () => string | undefined = jobOfHydra): Launch | null {
  const make = (
    launcher: Launch["launcher"],
    rank: string | undefined,
    size: string | undefined,
    localSize: number | undefined,
    job: string | undefined,
  ): Launch | null => {
    const numbers = [numberOf(rank), numberOf(size)] as const;
    if (numbers[0] === undefined || numbers[1] === undefined) return null;
    return { launcher, rank: numbers[0], size: numbers[1], localSize, job };
  };
  if (env.OMPI_COMM_WORLD_RANK !== undefined) {
    // The first is used again by later jobs; the second is random, where there is one.
    const names = [env.PMIX_NAMESPACE, env.OMPI_MCA_orte_precondition_transports];
    const job = names.filter((name) => name !== undefined).join("-");
    return make(
      "Open MPI's mpiexec",
      env.OMPI_COMM_WORLD_RANK,
      env.OMPI_COMM_WORLD_SIZE,
      numberOf(env.OMPI_COMM_WORLD_LOCAL_SIZE),
      job === "" ? undefined : `openmpi-${job}`,
    );
  }
  // Only MPICH's launcher sets MPI_LOCALNRANKS; Slurm can speak its protocol (PMI) as well.
  if (env.MPI_LOCALNRANKS === undefined && env.SLURM_STEP_NUM_TASKS !== undefined) {
    return make(
      "srun",
      env.SLURM_PROCID,
      env.SLURM_STEP_NUM_TASKS,
      tasksOnNode(env.SLURM_STEP_TASKS_PER_NODE, numberOf(env.SLURM_NODEID)),
      `slurm-${env.SLURM_JOB_ID}-${env.SLURM_STEP_ID}`,
    );
  }
  return make("MPICH's mpiexec", env.PMI_RANK, env.PMI_SIZE, numberOf(env.MPI_LOCALNRANKS), hydraJob());
}

/**
 * Has MPICH's launcher end the job of a process that has not begun MPI, in the words of its protocol (PMI 1): it would let the other
 * ranks be. Open MPI's and srun (with `--kill-on-bad-exit`) end it when a process fails.
 */
export function endLaunch(env: Environment): void {
  if (env.MPI_LOCALNRANKS === undefined || env.PMI_FD === undefined) return;
  try {
    writeSync(Number(env.PMI_FD), "cmd=abort exitcode=1\n");
  } catch {
    // It is ending the job already.
  }
}
