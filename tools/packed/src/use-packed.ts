/** A Vite plugin: what tests import of our packages comes from a project that has the packed ones installed. */
import { createRequire } from "node:module";
import { dirname, join, resolve, sep } from "node:path";
import type { Plugin } from "vite";
import { publicNames, root, TESTED } from "./public-files.ts";

const sources = TESTED.map((name) => join(root, "packages", name, "src") + sep);

export function usePacked(project: string): Plugin {
  const { resolve: installed } = createRequire(join(project, "package.json"));
  return {
    name: "use-packed",
    enforce: "pre",
    resolveId(source, importer) {
      if (source.startsWith("@corr2d/")) return installed(source);
      if (importer === undefined || !source.startsWith(".")) return null;
      const name = publicNames.get(resolve(dirname(importer), source));
      return name === undefined ? null : installed(name);
    },
    // Nothing is half packed.
    load(id) {
      if (sources.some((folder) => id.startsWith(folder))) throw new Error(`${id} is no packed file`);
      return null;
    },
  };
}
