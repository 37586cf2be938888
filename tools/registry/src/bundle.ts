/**
 * What corr2d weighs in an application that trains a convolutional network (`projects/train/page.ts`): bundled and
 * minified by Vite, every file that the build wrote, compressed. The kernels, for hosts with and without relaxed SIMD, and the worker are among them.
 */
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, type Rollup } from "vite";

/** What they may weigh, in bytes. */
export const CEILING = 100_000;

const home: string = resolve(dirname(fileURLToPath(import.meta.url)), "..");

const packageOf = (id: string): string | null => /packages\/([\w-]+)\/dist\//.exec(id)?.[1] ?? null;

const gzippedBytes = (text: string | Uint8Array): number => gzipSync(text, { level: 9 }).length;

async function bundle(split: boolean): Promise<Rollup.RollupOutput["output"]> {
  const { output } = (await build({
    root: join(home, "projects", "train"),
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      modulePreload: false,
      target: "es2022",
      rolldownOptions: {
        input: join(home, "projects", "train", "page.ts"),
        output: split ? { codeSplitting: { groups: [{ name: packageOf }] } } : {},
      },
    },
  })) as Rollup.RollupOutput;
  return output;
}

/** The files that the build wrote, by name. */
const contentsOf = (files: Rollup.RollupOutput["output"]): [name: string, contents: string | Uint8Array][] =>
  files.map((file) =>
    file.type === "chunk" ? [file.name, file.code] : [file.names[0] ?? file.fileName, file.source],
  );

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

export interface BundleSize {
  /** Bytes of all files, gzipped: what CEILING holds. */
  readonly total: number;
  /** The same by Brotli, which most servers send today. */
  readonly brotli: number;
  /** About what each package contributes: gzipped as a file of its own, so a little more in sum. */
  readonly parts: ReadonlyMap<string, number>;
  /** The kernels, among cpu-wasm's, gzipped. */
  readonly kernels: number;
  /** The application's script. */
  readonly code: string;
}

/** Bundles the packages as they are built. */
export async function bundleSize(): Promise<BundleSize> {
  const whole = await bundle(false);
  const files = contentsOf(whole).map(([, contents]) => contents);
  const parts = contentsOf(await bundle(true));
  const kernels = await readFile(join(home, "../../packages/cpu-wasm/src/generated/kernels-module.ts"));
  return {
    total: sum(files.map(gzippedBytes)),
    brotli: sum(files.map((contents) => brotliCompressSync(contents).length)),
    parts: new Map(parts.map(([name, contents]) => [name, gzippedBytes(contents)])),
    kernels: gzippedBytes(kernels),
    code: whole[0].code,
  };
}
