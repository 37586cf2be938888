/** workerd, the runtime of Cloudflare Workers: compiles nothing at run time, and has no threads. Its npm package for Linux. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import { noteOfBoth, parseBoth } from "../hosts/both.ts";
import { run } from "../run.ts";
import type { Attempt } from "./row.ts";
import { tool } from "./tool.ts";

const KERNELS = "@corr2d/cpu-wasm/kernels.wasm";

/** Modules by the names that imports have for them: one bundle, and the kernels as wrangler would hand them over. */
const CONFIGURATION = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "train", worker = .train)]);
const train :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [
    (name = "workerd.js", esModule = embed "workerd/workerd.js"),
    (name = "${KERNELS}", wasm = embed "node_modules/@corr2d/cpu-wasm/src/generated/kernels.wasm"),
  ],
);
`;

/** @param project a project with the compiled program in `dist` */
export function workerd(project: string): Attempt {
  return {
    what: "workerd",
    attempt: async () => {
      const { folder, version } = await tool("@cloudflare/workerd-linux-64", "1");
      await build({
        root: project,
        configFile: false,
        logLevel: "error",
        ssr: { noExternal: true, target: "webworker" },
        build: {
          ssr: "dist/workerd.js",
          outDir: "workerd",
          rolldownOptions: { external: KERNELS },
        },
      });
      await writeFile(join(project, "workerd.capnp"), CONFIGURATION);
      const output = await run(join(folder, "bin/workerd"), ["test", "workerd.capnp"], {
        cwd: project,
        timeout: 60_000,
      });
      return {
        version,
        note: noteOfBoth(parseBoth(/^\{.*/m.exec(output)?.[0] ?? output), /neither Worker nor/),
      };
    },
  };
}
