/**
 * What corr2d weighs in an application that trains a convolutional network (`projects/train/page.ts`): bundled and
 * minified by Vite, every file that the build wrote, gzipped. The kernels, for hosts with and without relaxed SIMD, and the worker are among them.
 */
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rollup } from "vite";

/** What the design wants of core, cpu-wasm and nn together, in bytes. Not reached yet. */
export const GOAL = 60_000;

/** What they may weigh now: what was reached, so that nothing is lost again. Lower it with every saving. */
export const CEILING = 61_800;

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

/** The files that the build wrote, by name, each in bytes, gzipped. */
const sizesOf = (files: Rollup.RollupOutput["output"]): Map<string, number> =>
  new Map(
    files.map((file) =>
      file.type === "chunk"
        ? [file.name, gzippedBytes(file.code)]
        : [file.names[0] ?? file.fileName, gzippedBytes(file.source)],
    ),
  );

export interface BundleSize {
  /** Bytes of all files, gzipped. */
  readonly total: number;
  /** About what each package contributes: bytes when it is bundled as a file of its own, so a little more in sum. */
  readonly parts: ReadonlyMap<string, number>;
  /** The kernels, among cpu-wasm's. */
  readonly kernels: number;
  /** The application's script. */
  readonly code: string;
}

/** Bundles the packages as they are built. */
export async function bundleSize(): Promise<BundleSize> {
  const whole = await bundle(false);
  const parts = sizesOf(await bundle(true));
  const kernels = await readFile(join(home, "../../packages/cpu-wasm/src/generated/kernels-module.ts"));
  return {
    total: [...sizesOf(whole).values()].reduce((sum, bytes) => sum + bytes, 0),
    parts,
    kernels: gzippedBytes(kernels),
    code: whole[0].code,
  };
}
