/**
 * The suite for one backend: every case plainly, and all but the `plainOnly` ones again through the validating wrapper, each
 * with an outcome. Runners (vitest, node:test, the command line) only walk `entries`.
 *
 * One instance of the backend serves each group of cases (the first part of the id); entries are in the order of
 * their groups, and run one after the other even where a runner starts several. Skips come only from what the backend
 * declares; strict mode turns a skip that the caller did not allow by name into a failure; a known failure that passes
 * is a failure too, so that lists of them cannot rot.
 */
import type { Backend } from "@corr2d/core";
import { type BackendFactory, type Case, skipReason } from "./case.ts";
import { cases } from "./cases/index.ts";
import { memoryCases } from "./cases/memory.ts";
import { createInstances } from "./instances.ts";
import { awaitedLater, type RejectionWatch, watchRejections } from "./rejections.ts";
import { runCase } from "./run-case.ts";
import { withTimeLimit } from "./time-limit.ts";

export interface StrictMode {
  /** The requirements whose absence is meant: `"float64"`, `"syncRead"`, `"stats"`, `"close"`, … */
  readonly allow?: readonly string[];
  /** Features that this environment must bring out, such as `{ threads: 2 }`. */
  readonly features?: Readonly<Record<string, string | number | boolean>>;
}

/** A case that is expected to fail. */
export interface KnownFailure {
  readonly id: string;
  readonly reason: string;
  /** Where the fault is tracked. */
  readonly link: string;
}

/** Options of `createSuite`. */
export interface SuiteOptions {
  /** No skip goes unnoticed. `true` allows none. */
  readonly strict?: boolean | StrictMode;
  /** Cases that are expected to fail, with reasons. */
  readonly knownFailures?: readonly KnownFailure[];
  /** Only cases whose clause or id contains this text, or one of these. */
  readonly filter?: string | readonly string[];
  /** Milliseconds after which a case that does not end has failed (default 60,000). */
  readonly timeLimit?: number;
  /**
   * Also whether memory is given back, as the process itself is measured (Node; some ten seconds more). Handles that are
   * dropped are watched where `globalThis.gc` is there.
   */
  readonly memory?: boolean;
}

/** What came of a case, in a word. */
export type Outcome =
  | { readonly status: "passed" }
  | { readonly status: "failed"; readonly error: Error }
  | { readonly status: "skipped"; readonly reason: string }
  | { readonly status: "known failure"; readonly reason: string; readonly link: string };

/** A case, and how it is run. */
export interface Entry {
  readonly id: string;
  readonly clause: string;
  /** First part of the case's id: a member of the contract, or a topic. */
  readonly group: string;
  readonly covers?: Case["covers"];
  run(): Promise<Outcome>;
}

export interface Suite {
  readonly entries: readonly Entry[];
  /** The backend's name, once a case has run. */
  readonly backendName: () => string;
  /** Counts of the outcomes so far, with each reason for a skip. */
  readonly summary: () => string;
  /** Closes the instance in use, and no longer looks out for rejections. */
  close(): Promise<void>;
}

const TIME_LIMIT = 60_000; // milliseconds; generous, because speed is not what is tested

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** The case that strict mode adds when it is told which features to expect. */
function featuresCase(features: NonNullable<StrictMode["features"]>): Case {
  return {
    id: "features/expected",
    clause: "§1.4",
    run({ backend }) {
      for (const [feature, value] of Object.entries(features)) {
        const actual = backend.features[feature];
        if (actual !== value)
          throw new Error(`features.${feature} is ${String(actual)}, expected ${String(value)}`);
      }
    },
  };
}

/** What a case that was run comes to, given what is known to fail. */
function outcomeOf(error: Error | null, known: KnownFailure | undefined): Outcome {
  if (known === undefined) return error === null ? { status: "passed" } : { status: "failed", error };
  if (error !== null) return { status: "known failure", reason: known.reason, link: known.link };
  return { status: "failed", error: new Error(`${known.id} passes now: take it off the known failures`) };
}

/** The cases by group, the groups in the order of their first cases. */
function byGroup(all: readonly Case[]): Map<string, Case[]> {
  const groups = new Map<string, Case[]>();
  for (const item of all) {
    const group = item.id.split("/")[0]!;
    groups.set(group, [...(groups.get(group) ?? []), item]);
  }
  return groups;
}

/** What a case may require, and a skip therefore be allowed for. */
export const REQUIREMENTS: readonly string[] = [
  ...new Set(cases.flatMap(({ requires }) => requires ?? [])),
].sort();

function checkAllowed(allowed: readonly string[]): void {
  for (const name of allowed) {
    if (REQUIREMENTS.includes(name)) continue;
    throw new RangeError(`no case requires '${name}': allow one of ${REQUIREMENTS.join(", ")}`);
  }
}

/**
 * The suite over the instances that `factory` makes.
 * @throws RangeError when strict mode is to allow what no case requires.
 */
export function createSuite(factory: BackendFactory, options: SuiteOptions = {}): Suite {
  const strictMode: StrictMode | null =
    options.strict === true ? {} : options.strict === false ? null : (options.strict ?? null);
  checkAllowed(strictMode?.allow ?? []);
  const timeLimit = options.timeLimit ?? TIME_LIMIT;
  const instances = createInstances(factory, timeLimit);
  const counts = { passed: 0, failed: 0, skipped: 0, "known failure": 0 };
  const reasons = new Map<string, number>();
  let name = "backend";
  /** Whether an instance has come to be; else why not. */
  let started: true | string | null = null;
  let rejections: RejectionWatch | null = null;

  const serve = async (group: string): Promise<Backend> => {
    try {
      const backend = await instances.serve(group);
      started = true;
      return backend;
    } catch (error) {
      started ??= asError(error).message;
      throw error;
    }
  };

  /** Runs a case; gives the reason when it has to be skipped. */
  const attempt = async (item: Case, group: string, validated: boolean): Promise<string | null> => {
    // One failure says it all.
    if (typeof started === "string") return `no backend could be made: ${started}`;
    const backend = await serve(group);
    name = backend.name;
    for (const requirement of item.requires ?? []) {
      const reason = skipReason(backend, requirement);
      if (reason === null) continue;
      if (strictMode === null || strictMode.allow?.includes(requirement)) return reason;
      throw new Error(
        `${item.clause} ${item.id}: strict mode: skipped because ${reason}; allow "${requirement}" if that is meant`,
      );
    }
    await runCase(item, backend, factory, { validated, sibling: instances.sibling });
    return null;
  };

  const runEntry = async (item: Case, group: string, validated: boolean): Promise<Outcome> => {
    const known = options.knownFailures?.find(({ id }) => id === item.id);
    rejections ??= watchRejections();
    try {
      const work = awaitedLater(attempt(item, group, validated));
      const reason = await withTimeLimit(work, timeLimit, item.id);
      const [stray] = rejections.take();
      if (stray !== undefined) {
        throw new Error(
          `${item.id}, or the case before it: a rejection that nobody handles: ${String(stray)}`,
        );
      }
      return reason === null ? outcomeOf(null, known) : { status: "skipped", reason };
    } catch (error) {
      await instances.discard();
      rejections.take(); // those of a failed case are told with it
      return outcomeOf(asError(error), known);
    }
  };

  let previous: Promise<unknown> = Promise.resolve();
  const entryOf = (item: Case, group: string, validated: boolean): Entry => ({
    id: (validated ? "validated/" : "") + item.id,
    clause: item.clause,
    group,
    ...(item.covers === undefined ? {} : { covers: item.covers }),
    async run(): Promise<Outcome> {
      const turn = previous.then(() => runEntry(item, group, validated));
      previous = turn;
      const outcome = await turn;
      counts[outcome.status]++;
      if (outcome.status === "skipped") reasons.set(outcome.reason, (reasons.get(outcome.reason) ?? 0) + 1);
      return outcome;
    },
  });

  const all = strictMode?.features === undefined ? cases : [...cases, featuresCase(strictMode.features)];
  const entries = [...byGroup(all)].flatMap(([group, items]) =>
    [false, true].flatMap((validated) =>
      items
        .filter(({ plainOnly }) => !validated || !plainOnly)
        .map((item) => entryOf(item, group, validated)),
    ),
  );
  // The validating wrapper keeps values, which is what these look for.
  if (options.memory) entries.push(...memoryCases().map((item) => entryOf(item, "memory", false)));
  const filters = typeof options.filter === "string" ? [options.filter] : (options.filter ?? [""]);
  return {
    entries: entries.filter(({ clause, id }) => filters.some((text) => `${clause} ${id}`.includes(text))),
    backendName: () => name,
    summary(): string {
      const why = [...reasons].map(([reason, count]) => `${count} × ${reason}`).join("; ");
      const known = counts["known failure"];
      return (
        `${name}: ${counts.passed} passed, ${counts.failed} failed` +
        (known > 0 ? `, ${known} known failures` : "") +
        (counts.skipped > 0 ? `, ${counts.skipped} skipped (${why})` : "")
      );
    },
    async close(): Promise<void> {
      rejections?.stop();
      rejections = null;
      await instances.close();
    },
  };
}
