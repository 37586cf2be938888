/** The programs of `projects/hosts` as a site: each bundled by Vite into one file of its name. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";

const PROGRAMS = ["page", "worklet-page", "worklet"];

/** @param project after `addHosts`. @returns the folder of the site */
export async function buildSite(project: string): Promise<string> {
  const outDir = join(project, "site", "hosts");
  for (const name of PROGRAMS) {
    await build({
      root: project,
      base: "./",
      configFile: false,
      logLevel: "error",
      build: {
        outDir,
        emptyOutDir: false,
        target: "es2022",
        modulePreload: false,
        rolldownOptions: {
          input: join(project, "hosts", `${name}.mjs`),
          output: { entryFileNames: `${name}.js` },
        },
      },
    });
  }
  for (const name of ["page", "worklet-page"]) {
    const html = `<!doctype html><title>${name}</title><script type="module" src="./${name}.js"></script>`;
    await writeFile(join(outDir, `${name}.html`), html);
  }
  return outDir;
}
