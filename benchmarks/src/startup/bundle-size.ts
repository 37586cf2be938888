/**
 * What a page has to load: everything a library exports, bundled and minified by esbuild, plus the files that it
 * fetches by itself (WebAssembly, workers), each compressed by gzip at its best.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { measureBytes } from "../bytes.ts";
import type { WorkloadResult } from "../result.ts";

export const BUNDLE_SIZE = {
  id: "size",
  suite: "size",
  title: "whole library in one bundle, with what it fetches, gzip",
} as const;

const require = createRequire(import.meta.url);

interface Library {
  readonly packages: readonly string[];
  /** A module that workers load by themselves: a bundle of its own. */
  readonly worker?: string;
  /** What it fetches: a package, and a file beside its entry point. */
  readonly fetched?: readonly [owner: string, file: string];
}

const LIBRARIES: Readonly<Record<string, Library>> = {
  "cpu-wasm": {
    packages: ["@corr2d/core", "@corr2d/cpu-wasm", "@corr2d/nn"],
    worker: "@corr2d/cpu-wasm/worker",
  },
  "cpu-js": { packages: ["@corr2d/core", "@corr2d/cpu-js", "@corr2d/nn"] },
  "tfjs-cpu": { packages: ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-cpu"] },
  "tfjs-wasm": {
    packages: ["@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm"],
    fetched: ["@tensorflow/tfjs-backend-wasm", "tfjs-backend-wasm-simd.wasm"],
  },
  "ort-web": {
    packages: ["onnxruntime-web/wasm"],
    fetched: ["onnxruntime-web", "ort-wasm-simd-threaded.wasm"],
  },
  "jax-js": { packages: ["@jax-js/jax"] },
};

export const SIZE_CANDIDATES: readonly string[] = Object.keys(LIBRARIES);

const gzip = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;

/** Bytes of a module with this text and everything that it imports, minified and compressed. */
export async function bundledBytes(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dirname(fileURLToPath(import.meta.url)) },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["node:*", "fs", "path", "url", "os", "crypto", "worker_threads", "perf_hooks", "util"],
    write: false,
    logLevel: "silent",
  });
  return gzip(outputFiles[0]!.contents);
}

async function sizeOf(name: string): Promise<number> {
  const { packages, worker, fetched } = LIBRARIES[name]!;
  let total = await bundledBytes(
    packages.map((specifier, index) => `export * as p${index} from ${JSON.stringify(specifier)};`).join("\n"),
  );
  if (worker !== undefined) total += await bundledBytes(`import ${JSON.stringify(worker)};`);
  if (fetched !== undefined) {
    total += gzip(await readFile(join(dirname(require.resolve(fetched[0])), fetched[1])));
  }
  return total;
}

export const measureBundleSize = (candidates: readonly string[]): Promise<WorkloadResult> =>
  measureBytes(BUNDLE_SIZE, candidates, async (name) => [await sizeOf(name)]);
