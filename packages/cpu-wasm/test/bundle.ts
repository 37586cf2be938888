/**
 * The package as one JavaScript file, as an application's bundler makes it: for tests that start a process of their
 * own, which cannot read the TypeScript sources.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** For what hangs, not for what is slow, in milliseconds. */
export const LIMIT = 600_000;

export interface Run {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Bundle {
  /** Runs a module that may import `cpuWasm`, and is killed after the limit. */
  run(script: string, flags?: readonly string[]): Run;
  remove(): void;
}

/** Bundles cpu-wasm and core into a temporary folder, with the worker's script beside them or not. */
export async function createBundle(options: { readonly worker: boolean }): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), "corr2d-cpu-wasm-"));
  await build({
    configFile: false,
    logLevel: "error",
    resolve: { alias: { "@corr2d/core": source("core/src/index.ts") } },
    build: {
      ssr: source("cpu-wasm/src/index.ts"),
      outDir: folder,
      rollupOptions: { output: { entryFileNames: "cpu-wasm.mjs" } },
    },
    ssr: { noExternal: true },
  });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  if (options.worker) copyFileSync(source("cpu-wasm/src/worker.js"), join(folder, "worker.js"));
  return {
    run(script, flags = []) {
      writeFileSync(join(folder, "main.mjs"), `import { cpuWasm } from "./cpu-wasm.mjs";\n${script}`);
      const { status, signal, stdout, stderr } = spawnSync(
        process.execPath,
        [...flags, join(folder, "main.mjs")],
        { encoding: "utf8", timeout: LIMIT },
      );
      return { status, signal, stdout, stderr };
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
