/** The workers of Node's tests: Node 20 starts no TypeScript, so their module is bundled first. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { build, defaultServerConditions } from "vite";
import type { Wanted } from "./fixtures/loader-worker.ts";

export interface WorkerModule {
  start(wanted: Wanted): Worker;
  /** The folder it is in, for programs that are to start it. */
  readonly folder: string;
  remove(): void;
}

const conditions = ["@corr2d/source", ...defaultServerConditions];

export async function bundleWorker(): Promise<WorkerModule> {
  const folder = mkdtempSync(join(tmpdir(), "corr2d data worker "));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const entry = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: {
        input: [entry("fixtures/loader-worker.ts"), entry("fixtures/left-loop.ts")],
        output: { entryFileNames: "[name].js" },
      },
    },
    ssr: { noExternal: true, resolve: { conditions } },
  });
  return {
    start: (wanted) => new Worker(join(folder, "loader-worker.js"), { workerData: wanted }),
    folder,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
