/**
 * From `--backend NAME` to a running backend.
 *
 * A backend module's default export is its factory, synchronous or not. The names of this repository's own
 * backends are short; any other installed package goes by its name, and a file by its path from the user's directory.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Backend, Corr2dError } from "@corr2d/core";
import { reasonOf } from "./failure.ts";
import { CommandError, UsageError } from "./usage-error.ts";

type Factory = (options?: BackendOptions) => Backend | Promise<Backend>;

/** What a factory is asked for; one that knows no such option refuses it. */
export interface BackendOptions {
  readonly threads?: number;
}

/** Loaded only when asked for: a backend that cannot be loaded disturbs nobody else. */
const OWN: Readonly<Record<string, () => Promise<unknown>>> = {
  "cpu-js": () => import("@corr2d/cpu-js"),
  "cpu-wasm": async () => {
    const { cpuWasm } = await import("@corr2d/cpu-wasm");
    // A large photo's tensors may take as much as it can have; what nobody needs it does not take.
    return { default: (options?: BackendOptions) => cpuWasm({ heapMiB: 2048, ...options }) };
  },
};

const BACKEND_NAMES = Object.keys(OWN);

export const BACKEND_HELP: string = `${BACKEND_NAMES.join(", ")}, all, an installed package, or ./a/path.js`;

const isPath = (name: string): boolean => name.startsWith(".") || isAbsolute(name);

/** A module outside this repository. */
async function importFrom(cwd: string, name: string): Promise<unknown> {
  if (isPath(name)) {
    const path = resolve(cwd, name);
    if (!existsSync(path)) throw new UsageError(`--backend: there is no file ${path}`);
    return import(pathToFileURL(path).href);
  }
  let path: string;
  try {
    path = createRequire(resolve(cwd, "backend")).resolve(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_PACKAGE_PATH_NOT_EXPORTED") {
      throw new UsageError(
        `--backend: the package ${name} has no "default" export condition; give the path of its module instead`,
      );
    }
    throw new UsageError(`--backend: '${name}' is not known here; allowed are ${BACKEND_HELP}`);
  }
  return import(pathToFileURL(path).href);
}

/**
 * Starts one backend.
 * @throws UsageError for an unknown name or a module without a factory; CommandError when it cannot run here.
 */
export async function loadBackend(name: string, cwd: string, options?: BackendOptions): Promise<Backend> {
  if (name === "cpu-js" && options?.threads !== undefined && options.threads > 1) {
    throw new UsageError(`--threads ${options.threads}: cpu-js has one; --backend cpu-wasm has more`);
  }
  const own = Object.hasOwn(OWN, name) ? OWN[name] : undefined;
  let module: unknown;
  try {
    module = await (own === undefined ? importFrom(cwd, name) : own());
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new CommandError(`backend ${name} could not be loaded: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  const factory = (module as { default?: unknown }).default;
  if (typeof factory !== "function") {
    throw new UsageError(
      `--backend: ${name} is no backend module: its default export must be a function that makes the backend`,
    );
  }
  let backend: Backend;
  try {
    backend = await (options === undefined || name === "cpu-js"
      ? (factory as Factory)()
      : (factory as Factory)(options));
  } catch (error) {
    const code = Corr2dError.isInstance(error) ? ` (${error.code})` : "";
    throw new CommandError(`backend ${name} cannot run here: ${reasonOf(error)}${code}`, {
      cause: error,
    });
  }
  if (typeof backend === "object" && backend !== null) return backend;
  throw new UsageError(`--backend: ${name} is no backend module: its default export made no backend`);
}

export interface LoadedBackends {
  readonly backends: readonly Backend[];
  /** Of `all`: those that cannot run here, and why. */
  readonly unavailable: readonly { readonly name: string; readonly reason: string }[];
}

/** What `--backend` names: one backend, or with `all` every one of this repository that can run here. */
export async function loadBackends(name: string, cwd: string): Promise<LoadedBackends> {
  if (name !== "all") return { backends: [await loadBackend(name, cwd)], unavailable: [] };
  const backends: Backend[] = [];
  const unavailable: { name: string; reason: string }[] = [];
  for (const own of BACKEND_NAMES) {
    try {
      backends.push(await loadBackend(own, cwd));
    } catch (error) {
      if (!(error instanceof CommandError || error instanceof UsageError)) throw error;
      unavailable.push({ name: own, reason: error.message });
    }
  }
  return { backends, unavailable };
}
