/** The files of this repository that are entries of a published package: what may be imported by a package's name. */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** The packages whose tests run against what is packed; the suite is packed too, as their tests use it. */
export const TESTED: readonly string[] = [
  "core",
  "nn",
  "data",
  "cpu-js",
  "cpu-wasm",
  "worker",
  "io",
  "parallel",
  "mpi",
];
export const PACKED: readonly string[] = [...TESTED, "conformance"];

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly "@corr2d/source"?: string }>>;
}

function entriesOf(folder: string): [file: string, name: string][] {
  const home = join(root, "packages", folder);
  const { name, exports } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as Manifest;
  return Object.entries(exports).flatMap(([path, conditions]) => {
    const source = typeof conditions === "string" ? undefined : conditions["@corr2d/source"];
    return source === undefined ? [] : [[join(home, source), name + path.slice(1)] as [string, string]];
  });
}

/** `…/packages/core/src/index.ts` is "@corr2d/core". */
export const publicNames: ReadonlyMap<string, string> = new Map(PACKED.flatMap(entriesOf));
