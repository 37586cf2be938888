/**
 * The command line as one would run it, built from the sources of all packages: the tests start it as a process of its
 * own, and nothing has to be built (or be fresh) before `pnpm test`.
 */
import { fileURLToPath } from "node:url";
import { build, defaultServerConditions } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Builds, and returns the path of the module to start. Two levels deep, as dist/cli/main.js is.
 *
 * @param user the test file: each has a folder of its own, since another one's build empties it while programs start from it.
 */
export async function buildCli(user: string): Promise<string> {
  const outDir = `test-results/cli-${user}`;
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
      outDir,
      target: "node20",
      minify: false,
      rolldownOptions: { output: { entryFileNames: "main.js" } },
    },
  });
  return `${root}${outDir}/main.js`;
}
