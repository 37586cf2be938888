/**
 * `pnpm conformance --vectors DIR`, without the process around it: runs a folder of external test vectors (schema
 * "tensor-vectors/1", described in `vector.ts`) on each backend.
 *
 * 0: everything passed or is pending; 1: a vector failed, or a backend could not start; 2: the command was wrong, or there
 * was nothing to run.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { Backend } from "@corr2d/core";
import { runVector, type Verdict } from "./run.ts";
import { readVectors, type VectorCase } from "./vector.ts";

const USAGE = "pnpm conformance --vectors DIR [backend …] [--filter TEXT …] [--options JSON] [--list]";
const SHORT_NAMES = ["cpu-js", "cpu-wasm"];

/** A mistake of whoever typed the command. */
class UsageError extends Error {}

/** Where the command writes its text. */
export interface Surroundings {
  readonly directory: string;
  readonly write: (line: string) => void;
}

type Factory = (options?: unknown) => Backend | Promise<Backend>;

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        vectors: { type: "string" },
        filter: { type: "string", multiple: true, default: [] },
        options: { type: "string" },
        list: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Options for the factories, or none. */
function parseOptions(text: string | undefined): readonly unknown[] {
  if (text === undefined) return [];
  try {
    return [JSON.parse(text)];
  } catch (error) {
    throw new UsageError(`--options is not JSON: ${(error as Error).message}`);
  }
}

/** The factory behind a short name of corr2d's own, a package, or a path. */
async function loadFactory(word: string, directory: string): Promise<Factory> {
  const name = SHORT_NAMES.includes(word) ? `@corr2d/${word}` : word;
  let path: string;
  try {
    path = /^[./]/.test(name) ? resolve(directory, name) : createRequire(import.meta.url).resolve(name);
  } catch {
    throw new UsageError(
      `unknown backend '${word}': a backend is a path, a package, or one of ${SHORT_NAMES.join(", ")}`,
    );
  }
  if (!existsSync(path)) throw new UsageError(`no backend at ${path}`);
  const { default: factory } = (await import(pathToFileURL(path).href)) as { default?: unknown };
  if (typeof factory !== "function") throw new UsageError(`${path} has no factory as its default export`);
  return factory as Factory;
}

/** The cases below a folder that contain one of the filters. */
function selectVectors(
  folder: string | undefined,
  filters: readonly string[],
  directory: string,
): VectorCase[] {
  if (folder === undefined || !existsSync(resolve(directory, folder))) {
    throw new UsageError(`no folder of vectors at ${folder || "(none named)"}`);
  }
  const all = [...readVectors(resolve(directory, folder))];
  if (all.length === 0) {
    throw new UsageError(
      `${folder} holds no vectors: no JSON file there is of schema "tensor-vectors/1" and has cases`,
    );
  }
  const chosen = all.filter(
    ({ name, op }) =>
      filters.length === 0 || filters.some((text) => name.includes(text) || op.includes(text)),
  );
  if (chosen.length === 0) {
    throw new UsageError(
      `none of the ${all.length} vectors contains ${filters.map((text) => `'${text}'`).join(" or ")}`,
    );
  }
  return chosen;
}

/** Runs the vectors on one backend; gives how many failed. */
async function runOn(
  backend: Backend,
  vectors: readonly VectorCase[],
  list: boolean,
  write: Surroundings["write"],
): Promise<number> {
  const counts: Record<Verdict["kind"], number> = { passed: 0, failed: 0, pending: 0 };
  const pending = new Map<string, number>();
  for (const vector of vectors) {
    const verdict = await runVector(vector, backend);
    counts[verdict.kind]++;
    if (verdict.kind === "failed") write(`FAILED ${vector.op} · ${vector.name}\n  ${verdict.reason}`);
    if (verdict.kind === "pending") pending.set(verdict.reason, (pending.get(verdict.reason) ?? 0) + 1);
    if (list) write(`${verdict.kind} ${vector.op} · ${vector.name}`);
  }
  for (const [reason, count] of [...pending].sort((a, b) => b[1] - a[1]))
    write(`pending ×${count}: ${reason}`);
  write(`${backend.name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.pending} pending`);
  return counts.failed;
}

async function run(args: readonly string[], { directory, write }: Surroundings): Promise<number> {
  const { values, positionals } = parse(args);
  const options = parseOptions(values.options);
  const vectors = selectVectors(values.vectors, values.filter, directory);
  let failures = 0;
  for (const word of positionals.length > 0 ? positionals : SHORT_NAMES) {
    const factory = await loadFactory(word, directory);
    let backend: Backend;
    try {
      backend = await factory(...options);
    } catch (error) {
      write(`FAILED ${word} could not start: ${(error as Error).message}`);
      failures++;
      continue;
    }
    failures += await runOn(backend, vectors, values.list, write);
    await backend.close?.();
  }
  return failures > 0 ? 1 : 0;
}

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    return await run(args, surroundings);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    surroundings.write(`${error.message}\n${USAGE}`);
    return 2;
  }
}
