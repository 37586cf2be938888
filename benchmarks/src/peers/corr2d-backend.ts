/**
 * Finds a backend by name, package or path: a module whose default export is the backend's factory. Options of the
 * factory may follow as in a URL: `cpu-wasm?winograd=large`.
 */
import { pathToFileURL } from "node:url";
import { type Backend, setBackend } from "@corr2d/core";
import { installedVersion } from "./installed-version.ts";

interface BackendModule {
  readonly default?: (options: object) => Backend | Promise<Backend>;
}

const OWN: Readonly<Record<string, () => Promise<BackendModule>>> = {
  "cpu-js": () => import("@corr2d/cpu-js"),
  "cpu-wasm": () => import("@corr2d/cpu-wasm"),
};

/** Names of ours. */
export const OWN_BACKENDS: readonly string[] = Object.keys(OWN);

/** Whether a backend is named by the path of its module. */
export const isPath = (name: string): boolean => /^\.{0,2}\/|^[A-Za-z]:\\/.test(name);

/**
 * The backend that `spec` names, with as many threads as it has up to `threads`, as the one that new tensors go to.
 * @throws Error when the module has no factory, or whatever importing or calling it throws.
 */
export async function openBackend(
  spec: string,
  threads: number,
): Promise<{ readonly backend: Backend; readonly version: string }> {
  const [name, query] = spec.split("?") as [string, string?];
  const own = OWN[name];
  const module: BackendModule =
    own !== undefined ? await own() : await import(isPath(name) ? pathToFileURL(name).href : name);
  if (typeof module.default !== "function") {
    throw new Error(`${name} has no default export that makes a backend`);
  }
  const backend = await module.default({ threads, ...Object.fromEntries(new URLSearchParams(query)) });
  setBackend(backend);
  const packageName = own === undefined ? name : `@corr2d/${name}`;
  return { backend, version: isPath(name) ? "local" : installedVersion(packageName) };
}
