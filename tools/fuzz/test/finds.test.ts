/** That a fault is found, shrunk, and repeated by what is printed. */
import { type Backend, Corr2dError } from "@corr2d/core";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { search } from "../src/campaign.ts";
import { main } from "../src/command.ts";
import { casesOf, type GeometryCase, ordinary, runCase } from "../src/geometry/index.ts";
import { openSession, type Session } from "../src/session.ts";
import { startWatchdog } from "../src/watchdog.ts";

const watchdog = startWatchdog(100);
afterAll(() => watchdog.close());

describe("search", () => {
  it("finds an average that counts what it should not, and shrinks what it was found with", async () => {
    const session = await openSession("cpu-js");
    const mutantOf = (backend: Backend): Backend => ({
      ...backend,
      avgPool2d: (x, window, average, dtype) =>
        backend.avgPool2d!(x, window, { ...average, countIncludePad: true }, dtype),
    });
    const pools = ordinary.filter(({ name }) => name === "pools");
    const trial = {
      cases: casesOf(pools),
      run: (given: GeometryCase, { backend }: Session) => runCase(pools, given, mutantOf(backend)),
    };
    const fault = await search("pools", trial, session, watchdog, { seed: 1, runs: 500 });
    expect(fault).toMatchObject({ seed: 1, error: { message: expect.stringContaining("means[") } });
    expect(fault!.example).toContain('"countIncludePad":false');
    const again = await search("pools", trial, session, watchdog, { seed: 1, runs: 1, path: fault!.path });
    expect(again!.example).toBe(fault!.example);
  });

  it("takes a refusal for a fault where none is due", async () => {
    const session = await openSession("cpu-js");
    const refuse = (): never => {
      throw new Corr2dError("INVALID_ARGUMENT", "refused");
    };
    const trial = { cases: fc.constant(null), run: refuse };
    expect(await search("any", trial, session, watchdog, { seed: 1, runs: 1 })).not.toBeNull();
  });
});

describe("the command", () => {
  const run = async (...args: string[]): Promise<[code: number, text: string]> => {
    const lines: string[] = [];
    const code = await main(args, (line) => lines.push(line));
    return [code, lines.join("\n")];
  };

  it("says the seed, and how many cases there were", async () => {
    const [code, text] = await run(
      "--only",
      "geometry",
      "--backend",
      "cpu-js",
      "--runs",
      "20",
      "--seed",
      "5",
    );
    expect([code, text]).toEqual([0, "seed 5\ngeometry on cpu-js: 20 cases"]);
  });

  it.each([
    [["--only", "nonsense"], "--only is one of geometry, huge, hostile, images, files, but got 'nonsense'"],
    [["--seconds", "soon"], "--seconds is a number, but got 'soon'"],
    [["--path", "1:2"], "--path needs the --seed, --only and --backend"],
    [["--what"], "Unknown option '--what'"],
  ])("refuses %j", async (args, text) => {
    const [code, said] = await run(...args);
    expect(code).toBe(2);
    expect(said).toContain(text);
  });
});
