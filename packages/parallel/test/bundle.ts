/** Modules of threads: Node 20 starts no TypeScript, so `test/fixtures/NAME.ts` is bundled first. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, defaultServerConditions } from "vite";

export interface Modules {
  path(name: string): string;
  /** The folder they are in. */
  readonly folder: string;
  remove(): void;
}

const conditions = ["@corr2d/source", ...defaultServerConditions];

export async function bundled(names: readonly string[]): Promise<Modules> {
  const folder = mkdtempSync(join(tmpdir(), "corr2d parallel "));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const input = names.map((name) => fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url)));
  const output = { entryFileNames: "[name].js" };
  await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions },
    build: {
      ssr: true,
      target: "node20",
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { input, output },
    },
    ssr: { noExternal: true, resolve: { conditions } },
  });
  return {
    path: (name) => join(folder, `${name}.js`),
    folder,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
