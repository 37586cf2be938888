/** The launchers that tests use; null where there is none, and none can be installed. */
import { findProgram } from "../../../scripts/find-program.mjs";

export const mpich: string | null = await findProgram({
  names: ["mpiexec.mpich", "mpiexec.hydra"],
  debian: "mpich",
  leftOut: "@corr2d/mpi over MPICH",
});

export const openMpi: string | null = await findProgram({
  names: ["mpiexec.openmpi"],
  debian: "openmpi-bin",
  leftOut: "@corr2d/mpi over Open MPI",
});
