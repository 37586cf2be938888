/** What launchers say in the environment, as they were seen to. */
import { expect, it } from "vitest";
import { launchOf } from "../src/launcher.ts";

const job = (): string => "hydra-1-2";

it("MPICH's mpiexec", () => {
  const env = { PMI_RANK: "1", PMI_SIZE: "4", PMI_FD: "8", MPI_LOCALNRANKS: "2", MPI_LOCALRANKID: "1" };
  expect(launchOf(env, job)).toEqual({
    launcher: "MPICH's mpiexec",
    rank: 1,
    size: 4,
    localSize: 2,
    job: "hydra-1-2",
  });
});

it("MPICH's mpiexec in an allocation of Slurm's, whose variables are those of the step that started it", () => {
  const env = {
    PMI_RANK: "1",
    PMI_SIZE: "4",
    MPI_LOCALNRANKS: "4",
    SLURM_STEP_NUM_TASKS: "1",
    SLURM_PROCID: "0",
  };
  expect(launchOf(env, job)).toMatchObject({ launcher: "MPICH's mpiexec", rank: 1, size: 4 });
});

it("Open MPI's mpiexec", () => {
  const env = {
    OMPI_COMM_WORLD_RANK: "0",
    OMPI_COMM_WORLD_SIZE: "2",
    OMPI_COMM_WORLD_LOCAL_SIZE: "2",
    PMIX_NAMESPACE: "305266689",
    OMPI_MCA_orte_precondition_transports: "5614436337e8db01-762b40dcb8e16caa",
  };
  expect(launchOf(env, job)).toEqual({
    launcher: "Open MPI's mpiexec",
    rank: 0,
    size: 2,
    localSize: 2,
    job: "openmpi-305266689-5614436337e8db01-762b40dcb8e16caa",
  });
});

it.each([
  ["4(x2)", "1", 4],
  ["2,3(x2),1", "0", 2],
  ["2,3(x2),1", "2", 3],
  ["2,3(x2),1", "3", 1],
  ["", "0", undefined],
  ["4(x2)", undefined, undefined],
])("srun: %s tasks per node, on node %s", (tasks, node, localSize) => {
  const env = {
    SLURM_PROCID: "5",
    SLURM_STEP_NUM_TASKS: "8",
    SLURM_STEP_TASKS_PER_NODE: tasks,
    SLURM_NODEID: node,
    SLURM_JOB_ID: "77",
    SLURM_STEP_ID: "0",
    PMI_RANK: "5",
  };
  expect(launchOf(env, job)).toEqual({ launcher: "srun", rank: 5, size: 8, localSize, job: "slurm-77-0" });
});

it("none", () => {
  expect(launchOf({}, job)).toBeNull();
  // What sbatch sets for its script, which is no rank.
  expect(launchOf({ SLURM_PROCID: "0", SLURM_NTASKS: "4" }, job)).toBeNull();
  expect(launchOf({ PMI_RANK: "x", PMI_SIZE: "2" }, job)).toBeNull();
});
