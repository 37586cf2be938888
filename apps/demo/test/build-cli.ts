/**
 * The command line as one would run it, built from the sources of all packages: the tests start it as a process of its
 * own, and nothing has to be built (or be fresh) before `pnpm test`.
 */
import { fileURLToPath } from "node:url";
import { build, defaultServerConditions } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Builds, and returns the path of the module to start. Two levels deep, as dist/cli/main.js is. */
export async function buildCli(): Promise<string> {
  await build({
    root,
    configFile: false,
    logLevel: "error",
    ssr: {
      noExternal: [/^@corr2d\//],
      resolve: { conditions: ["@corr2d/source", ...defaultServerConditions] },
    },
    build: {
      ssr: "src/cli/main.ts",
      outDir: "test-results/cli",
      target: "node20",
      minify: false,
      rolldownOptions: { output: { entryFileNames: "main.js" } },
    },
  });
  return `${root}test-results/cli/main.js`;
}
