/**
 * The suite for one backend: every case twice (plainly, then through the validating wrapper), each with an
 * outcome. Runners (vitest, node:test, the command line) only walk `entries`.
 *
 * A fresh instance of the backend serves each group of cases (the first part of the id). Skips come only from
 * what the backend declares; strict mode turns a skip that the caller did not allow by name into a failure; a
 * known failure that passes is a failure too, so that lists of them cannot rot.
 */
import type { Backend } from "@corr2d/core";
import { type BackendFactory, type Case, skipReason } from "./case.ts";
import { cases } from "./cases/index.ts";
import { runCase } from "./run-case.ts";

export interface StrictMode {
  /** The requirements whose absence is meant: `"float64"`, `"syncRead"`, `"stats"`, `"close"`, … */
  readonly allow?: readonly string[];
  /** Features that this environment must bring out, such as `{ threads: 2 }`. */
  readonly features?: Readonly<Record<string, string | number | boolean>>;
}

export interface KnownFailure {
  readonly id: string;
  readonly reason: string;
  /** Where the fault is tracked. */
  readonly link: string;
}

export interface SuiteOptions {
  /** No skip goes unnoticed. `true` allows none. */
  readonly strict?: boolean | StrictMode;
  readonly knownFailures?: readonly KnownFailure[];
  /** Only cases whose clause or id contains this text. */
  readonly filter?: string;
  /** Milliseconds after which a case that does not end has failed (default 60,000). */
  readonly timeLimit?: number;
}

export type Outcome =
  | { readonly status: "passed" }
  | { readonly status: "failed"; readonly error: Error }
  | { readonly status: "skipped"; readonly reason: string }
  | { readonly status: "known failure"; readonly reason: string; readonly link: string };

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
  /** Closes the instance in use. */
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

/** `work`, or an error once `milliseconds` have passed: a backend that never answers must not hang its suite. */
async function withTimeLimit<T>(work: Promise<T>, milliseconds: number, id: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${id} did not end within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a case that was run comes to, given what is known to fail. */
function outcomeOf(error: Error | null, known: KnownFailure | undefined): Outcome {
  if (known === undefined) return error === null ? { status: "passed" } : { status: "failed", error };
  if (error !== null) return { status: "known failure", reason: known.reason, link: known.link };
  return { status: "failed", error: new Error(`${known.id} passes now: take it off the known failures`) };
}

/** The suite over the instances that `factory` makes. */
export function createSuite(factory: BackendFactory, options: SuiteOptions = {}): Suite {
  const strictMode: StrictMode | null =
    options.strict === true ? {} : options.strict === false ? null : (options.strict ?? null);
  const counts = { passed: 0, failed: 0, skipped: 0, "known failure": 0 };
  const reasons = new Map<string, number>();
  let name = "backend";
  let instance: { readonly group: string; readonly backend: Promise<Backend> } | null = null;

  const close = async (): Promise<void> => {
    const closing = instance;
    instance = null;
    // One that never came to be was reported by the cases that wanted it.
    const backend = await closing?.backend.catch(() => null);
    await backend?.close?.();
  };

  const instanceFor = async (group: string): Promise<Backend> => {
    if (instance?.group !== group) {
      await close();
      instance = { group, backend: Promise.resolve().then(factory) };
    }
    const backend = await instance!.backend;
    name = backend.name;
    return backend;
  };

  /** Runs a case; gives the reason when it has to be skipped. */
  const attempt = async (item: Case, group: string, validated: boolean): Promise<string | null> => {
    const backend = await instanceFor(group);
    for (const requirement of item.requires ?? []) {
      const reason = skipReason(backend, requirement);
      if (reason === null) continue;
      if (strictMode === null || strictMode.allow?.includes(requirement)) return reason;
      throw new Error(`strict mode: skipped because ${reason}; allow "${requirement}" if that is meant`);
    }
    await runCase(item, backend, factory, validated);
    return null;
  };

  const runEntry = async (item: Case, group: string, validated: boolean): Promise<Outcome> => {
    const known = options.knownFailures?.find(({ id }) => id === item.id);
    try {
      const work = attempt(item, group, validated);
      const reason = await withTimeLimit(work, options.timeLimit ?? TIME_LIMIT, item.id);
      return reason === null ? outcomeOf(null, known) : { status: "skipped", reason };
    } catch (error) {
      return outcomeOf(asError(error), known);
    }
  };

  const entryOf = (item: Case, validated: boolean): Entry => {
    const prefix = validated ? "validated/" : "";
    const group = prefix + item.id.split("/")[0]!;
    return {
      id: prefix + item.id,
      clause: item.clause,
      group,
      ...(item.covers === undefined ? {} : { covers: item.covers }),
      async run(): Promise<Outcome> {
        const outcome = await runEntry(item, group, validated);
        counts[outcome.status]++;
        if (outcome.status === "skipped") reasons.set(outcome.reason, (reasons.get(outcome.reason) ?? 0) + 1);
        return outcome;
      },
    };
  };

  const all = strictMode?.features === undefined ? cases : [...cases, featuresCase(strictMode.features)];
  const entries = [...all.map((item) => entryOf(item, false)), ...all.map((item) => entryOf(item, true))];
  const filter = options.filter;
  return {
    entries: filter === undefined ? entries : entries.filter((e) => `${e.clause} ${e.id}`.includes(filter)),
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
    close,
  };
}
