/**
 * One rank of a job that times sums over all ranks: ours, in the order of the ranks, and MPI's own, in turns. Rank 0 prints a line of
 * JSON: for each length the medians in milliseconds. `mpiexec -n 2 node reduce-rank.js 61706 1000000`.
 */
import { mpi } from "@corr2d/mpi";
import koffi from "koffi";
import { median } from "../statistics.ts";

/** MPICH's handles. */
const [WORLD, FLOAT, SUM, IN_PLACE] = [0x44000000, 0x4c00040a, 0x58000003, -1n];
const ROUNDS = 25;
/** What a length is measured for at most, in milliseconds. */
const MOST_MS = 1500;

export interface ReduceTime {
  readonly length: number;
  readonly ours: number;
  /** MPI_Iallreduce, asked after in a loop. */
  readonly library: number;
}

const collective = await mpi({ timeoutSeconds: 120 });
const library = koffi.load("libmpich.so.12", { global: true });
const start = library.func("int MPI_Iallreduce(void *, void *, int, int, int, int, void *)");
const test = library.func("int MPI_Test(void *, void *, void *)");
const [request, flag, status] = [new Int32Array(1), new Int32Array(1), new Uint8Array(64)];

async function libraryReduce(values: Float32Array): Promise<void> {
  start(IN_PLACE, values, values.length, FLOAT, SUM, WORLD, request);
  for (;;) {
    test(request, flag, status);
    if (flag[0] === 1) return;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

async function time(run: () => Promise<void>): Promise<number> {
  await collective.barrier();
  const begin = performance.now();
  await run();
  return performance.now() - begin;
}

const results: ReduceTime[] = [];
for (const length of process.argv.slice(2).map(Number)) {
  const values = new Float32Array(length).fill(1);
  const [ours, theirs]: [number[], number[]] = [[], []];
  const begin = performance.now();
  for (let round = -3; round < ROUNDS; round++) {
    const one = await time(() => collective.allReduce(values));
    const other = await time(() => libraryReduce(values));
    values.fill(1);
    if (round < 0) continue;
    ours.push(one);
    theirs.push(other);
    // All ranks must agree to stop.
    const late = Int32Array.of(performance.now() - begin > MOST_MS ? 1 : 0);
    await collective.broadcast(late);
    if (late[0] === 1) break;
  }
  results.push({ length, ours: median(ours), library: median(theirs) });
}
if (collective.rank === 0) console.log(JSON.stringify(results));
await collective.close();
