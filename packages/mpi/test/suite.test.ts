/** What every collective promises, over MPI. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { collectiveCases } from "../../parallel/src/conformance.ts";
import { bundled, LIMIT, type Programs, ranks, runProgram } from "./job.ts";
import { mpich, openMpi } from "./launchers.ts";

let programs: Programs;
beforeAll(async () => {
  programs = await bundled(["suite"]);
}, LIMIT);
afterAll(() => programs.remove());

const rankOf = (result: unknown): number => (result as { rank: number }).rank;

async function expectSuite(size: number, command: (program: string) => string[]): Promise<void> {
  const { code, err, results } = await runProgram(command(programs.path("suite")));
  const whole = Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    cases: collectiveCases.length,
    failures: [],
  }));
  expect(
    [...results].sort((a, b) => rankOf(a) - rankOf(b)),
    err,
  ).toEqual(whole);
  expect(code, err).toBe(0);
}

const limit = { timeout: LIMIT };

describe.skipIf(mpich === null)("MPICH", () => {
  it.each([2, 4])("%i ranks", limit, (size) => expectSuite(size, (program) => ranks(mpich!, size, program)));
  it("without a launcher, a job of one rank", limit, () =>
    expectSuite(1, (program) => [process.execPath, program]),
  );
});

describe.skipIf(openMpi === null)("Open MPI", () => {
  it("2 ranks", limit, () => expectSuite(2, (program) => ranks(openMpi!, 2, program)));
});
