/** What is refused before MPI begins, and so needs none. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { mpi } from "../src/index.ts";
import { JobFolder } from "../src/job-folder.ts";

it.each([0, -1, Number.NaN, Infinity, 1e9, "8"])("a limit that is none: %s", async (timeoutSeconds) => {
  await expect(mpi({ timeoutSeconds } as never)).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.stringMatching(/^mpi: 'timeoutSeconds' is a number/),
  });
});

it("a library that is not there, however often: another one may be tried", async () => {
  for (const library of ["libnone.so", "libneither.so"]) {
    await expect(mpi({ library })).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: expect.stringContaining(`mpi: the library ${library} cannot be opened`),
    });
  }
});

it("a place for the job's folder that holds something else", () => {
  const folder = mkdtempSync(join(tmpdir(), "corr2d-refusals-"));
  vi.stubEnv("TMPDIR", folder);
  try {
    writeFileSync(join(folder, `corr2d-mpi-${userInfo().uid}-taken`), "");
    expect(() => new JobFolder("taken", 0)).toThrow(
      expect.objectContaining({
        code: "BACKEND_UNAVAILABLE",
        message: expect.stringContaining("set TMPDIR to another folder"),
      }),
    );
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
});
