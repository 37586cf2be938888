/**
 * From a word on the command line to a backend's factory: a path, a package, or the short name of one of
 * corr2d's own backends. A backend module's default export is its factory (§1.1).
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Backend } from "@corr2d/core";
import type { BackendFactory } from "./case.ts";

/** corr2d's own backends; `cpu-js` stands for `@corr2d/cpu-js`. */
export const SHORT_NAMES: readonly string[] = ["cpu-js", "cpu-wasm"];

/** A mistake of whoever typed the command: exit code 2. */
export class UsageError extends Error {}

const ALLOWED = `a path such as ./my-backend.js, an installed package, or one of ${SHORT_NAMES.join(", ")}`;

/** The file that `word` names, seen from `directory` and then from this package. */
function findModule(word: string, directory: string): string {
  if (word.startsWith(".") || isAbsolute(word)) {
    const path = resolve(directory, word);
    if (!existsSync(path)) throw new UsageError(`no backend at ${path}; a backend is ${ALLOWED}`);
    return path;
  }
  const name = SHORT_NAMES.includes(word) ? `@corr2d/${word}` : word;
  for (const from of [resolve(directory, "here"), import.meta.url]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // not there: look from the next place
    }
  }
  throw new UsageError(`unknown backend '${word}': ${name} is not installed; a backend is ${ALLOWED}`);
}

/**
 * The factory of the backend that `word` names, called with `options` when there are any.
 * @throws UsageError when there is no such module or it exports no factory.
 */
export async function loadBackend(
  word: string,
  directory: string,
  options?: unknown,
): Promise<BackendFactory> {
  const path = findModule(word, directory);
  const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
  const factory = module.default;
  if (typeof factory !== "function") {
    throw new UsageError(
      `${path} has no factory: a backend module's default export is the function that makes it`,
    );
  }
  return () => (options === undefined ? factory() : factory(options)) as Backend | Promise<Backend>;
}
