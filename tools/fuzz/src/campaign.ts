/** A campaign: cases of one kind, how one is tried on a backend, and the search for one that fails. */
import * as fc from "fast-check";
import { canary } from "./canary.ts";
import { type DamagedFile, damagedFiles, tryFile } from "./files/index.ts";
import { casesOf, type GeometryCase, ordinary, runCase, wide } from "./geometry/index.ts";
import type { Operation } from "./geometry/operation.ts";
import type { HostileCall } from "./hostile/index.ts";
import { type DamagedImage, images, tryImage } from "./images.ts";
import type { Session } from "./session.ts";
import type { Watchdog } from "./watchdog.ts";

/** What is tried, and how. */
export interface Trial<Case> {
  readonly cases: fc.Arbitrary<Case>;
  run(given: Case, session: Session): void | Promise<void>;
}

export interface Campaign {
  readonly name: string;
  /** Whether it is about something else than backends. */
  readonly alone?: boolean;
  /** Only when it is wanted: to find out what can be called takes seconds. */
  open(): Promise<Trial<unknown>>;
}

function geometry(name: string, operations: readonly Operation<unknown>[]): Campaign {
  const trial: Trial<GeometryCase> = {
    cases: casesOf(operations),
    run: (given, { backend }) => runCase(operations, given, backend),
  };
  return { name, open: async () => trial };
}

export const CAMPAIGNS: readonly Campaign[] = [
  geometry("geometry", ordinary),
  geometry("huge", wide),
  {
    name: "hostile",
    async open(): Promise<Trial<HostileCall>> {
      const { hostileCalls, tryCall } = await import("./hostile/index.ts");
      return { cases: hostileCalls, run: tryCall };
    },
  },
  {
    name: "images",
    alone: true,
    open: async (): Promise<Trial<DamagedImage>> => ({ cases: images, run: tryImage }),
  },
  {
    name: "files",
    alone: true,
    open: async (): Promise<Trial<DamagedFile>> => ({ cases: damagedFiles, run: tryFile }),
  },
];

export interface Search {
  readonly seed: number;
  readonly runs: number;
  /** Repeats one case: the path that a failure was printed with. */
  readonly path?: string | undefined;
}

/** What failed, shrunk. */
export interface Fault {
  readonly seed: number;
  readonly path: string;
  readonly example: string;
  readonly error: unknown;
}

/** Looks for a case that fails. @returns null where none did. */
export async function search(
  name: string,
  { cases, run }: Trial<unknown>,
  session: Session,
  watchdog: Watchdog,
  { seed, runs, path }: Search,
): Promise<Fault | null> {
  const property = fc.asyncProperty(cases, async (given) => {
    watchdog.begin(`${name} with seed ${seed}: ${fc.stringify(given)}`);
    try {
      await run(given, session);
      canary(session.backend);
    } catch (error) {
      await session.renew(); // what is found while shrinking shall be of each case alone
      throw error;
    } finally {
      watchdog.end();
    }
  });
  const found = await fc.check(property, { seed, numRuns: runs, ...(path === undefined ? {} : { path }) });
  if (!found.failed) return null;
  return {
    seed,
    path: found.counterexamplePath ?? "",
    example: fc.stringify(found.counterexample?.[0]),
    error: found.errorInstance,
  };
}
