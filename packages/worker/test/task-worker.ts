/** Workers of tests: Node starts no TypeScript, so their modules are bundled first. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { build, defaultServerConditions } from "vite";

export interface TaskModules {
  /** Starts `test/fixtures/NAME.ts` in a thread. */
  start(name: string): Worker;
  /** The path of the bundled module. */
  path(name: string): string;
  remove(): void;
}

export async function bundleTasks(names: readonly string[]): Promise<TaskModules> {
  const folder = mkdtempSync(join(tmpdir(), "corr2d worker "));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const inputs = names.map((name) => fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url)));
  await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@corr2d/source", ...defaultServerConditions] },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { input: inputs, output: { entryFileNames: "[name].js" } },
    },
    ssr: { noExternal: true, resolve: { conditions: ["@corr2d/source", ...defaultServerConditions] } },
  });
  const path = (name: string): string => join(folder, `${name}.js`);
  return { start: (name) => new Worker(path(name)), path, remove: () => rmSync(folder, { recursive: true }) };
}
