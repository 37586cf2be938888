/** Jobs of processes, as their users start them: `mpiexec -n 2 node program.js`. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, defaultServerConditions } from "vite";

const conditions = ["@corr2d/source", ...defaultServerConditions];

/** A limit for what hangs, not for what is slow. */
export const LIMIT = 600_000;

export interface Programs {
  /** The file of `test/fixtures/NAME.ts`. */
  path(name: string): string;
  readonly folder: string;
  remove(): void;
}

/** Bundles fixtures, which Node 20 cannot run as they are, into a folder from which koffi can be found. */
export async function bundled(names: readonly string[]): Promise<Programs> {
  const folder = mkdtempSync(fileURLToPath(new URL("../node_modules/programs-", import.meta.url)));
  const input = names.map((name) => fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url)));
  const output = { entryFileNames: "[name].mjs", chunkFileNames: "[name].mjs" };
  await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions },
    build: {
      ssr: true,
      target: "node20",
      outDir: folder,
      rollupOptions: { input, output, external: ["koffi"] },
    },
    ssr: { noExternal: true, external: ["koffi"], resolve: { conditions } },
  });
  return {
    path: (name) => join(folder, `${name}.mjs`),
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** What the ranks printed as lines of JSON. */
  readonly results: readonly unknown[];
}

export async function runProgram(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(command[0]!, command.slice(1), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", ...env },
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject).on("close", resolve);
  });
  const results = out.split("\n").filter((line) => line.startsWith("{") || line.startsWith("["));
  return { code, out, err, results: results.map((line) => JSON.parse(line) as unknown) };
}

/** The command that starts so many ranks. */
export function ranks(mpiexec: string, count: number, ...program: readonly string[]): string[] {
  const isOpenMpi = mpiexec.includes("openmpi");
  // It refuses to run as root, and more ranks than there are cores, unless told otherwise.
  const flags = isOpenMpi ? ["--allow-run-as-root", "--oversubscribe"] : [];
  return [mpiexec, ...flags, "-n", String(count), process.execPath, ...program];
}
