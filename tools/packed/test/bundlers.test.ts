/**
 * The packed packages in an application, bundled by each bundler with all that it may leave out: no statement of theirs has an
 * effect that a bundler holds for pure. Names stay as they are, since classes print theirs.
 */
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { rolldown } from "rolldown";
import { rollup } from "rollup";
import TerserPlugin from "terser-webpack-plugin";
import { beforeAll, expect, inject, test } from "vitest";
import webpack from "webpack";
import { run } from "../../registry/src/run.ts";
import { usePacked } from "../src/use-packed.ts";

const project = inject("packed");
const main = join(project, "main.mjs");

/** Each writes the application as one file. */
const bundlers: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  esbuild: (outfile) =>
    esbuild.build({
      entryPoints: [main],
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      treeShaking: true,
      minifySyntax: true,
      minifyWhitespace: true,
      keepNames: true,
    }),
  rolldown: async (file) => {
    const bundle = await rolldown({ input: main, platform: "node" });
    await bundle.write({ file, minify: { compress: true, mangle: false }, keepNames: true });
  },
  rollup: async (file) => {
    const bundle = await rollup({ input: main, plugins: [usePacked(project) as never] });
    await bundle.write({ file });
  },
  webpack: (file) =>
    new Promise<void>((resolve, reject) => {
      const terserOptions = { mangle: false, keep_classnames: true, keep_fnames: true };
      const options: webpack.Configuration = {
        mode: "production",
        target: "node20",
        entry: main,
        experiments: { outputModule: true },
        output: { path: join(file, ".."), filename: file.slice(project.length + 1), module: true },
        optimization: { minimizer: [new TerserPlugin({ terserOptions, extractComments: false })] },
      };
      webpack(options, (error, stats) => {
        if (error !== null) reject(error);
        else if (stats!.hasErrors()) reject(new Error(stats!.toString({ all: false, errors: true })));
        else resolve();
      });
    }),
};

/** What the application writes, line by line. */
const linesOf = async (file: string): Promise<string[]> =>
  (await run(process.execPath, [file], { cwd: project })).trim().split("\n");

let unbundled: readonly string[];

beforeAll(async () => {
  await cp(join(import.meta.dirname, "../application/main.mjs"), main);
  unbundled = await linesOf(main);
});

test("the application gets results, and errors with a code", () => {
  const losses = unbundled.filter((line) => /^step \d: 0\.\d+$/.test(line));
  expect(losses.length).toBe(10);
  expect(unbundled.filter((line) => line.includes(" INVALID_ARGUMENT: ")).length).toBeGreaterThan(1000);
  expect(unbundled).toContainEqual(
    expect.stringMatching(/^lazy\.stateDict\(\) INVALID_ARGUMENT: .*uninitialized parameter of LazyLinear/),
  );
});

test.each(Object.entries(bundlers))("it does the same, bundled by %s", async (name, bundle) => {
  const file = join(project, `${name}.mjs`);
  await bundle(file);
  const code = await readFile(file, "utf8");
  expect(code).not.toMatch(/from ?["']@corr2d/);
  expect(await linesOf(file)).toEqual(unbundled);
});

test("an application that uses nothing of nn has nothing of it, though it were not told that nn has no side effects", async () => {
  const file = join(project, "node_modules/@corr2d/nn/dist/index.js");
  const application = await rolldown({
    input: "application",
    external: /^@corr2d\//,
    plugins: [
      {
        name: "application",
        resolveId: (id) =>
          id === "application" || id === file ? { id, moduleSideEffects: true } : undefined,
        load: (id) => (id === "application" ? `import ${JSON.stringify(file)};` : undefined),
      },
    ],
  });
  const { output } = await application.generate({ minify: true });
  expect(output[0].code.replace(/export\s*\{\s*\};?|import\s*"@corr2d\/core";?/g, "").trim()).toBe("");
});
