/** TypeScript from the oldest supported version to the newest, over every declaration of every package. */
import { join } from "node:path";
import { run } from "../run.ts";
import type { Attempt } from "./row.ts";
import { tool } from "./tool.ts";

const VERSIONS = ["5.2", "5.4", "5.7", "5.9", "6.0", "7.0"];

/** @param project a project in which all packages are installed */
export function compilers(project: string): readonly Attempt[] {
  return VERSIONS.map((range) => ({
    what: `TypeScript ${range}`,
    attempt: async () => {
      const { folder, version } = await tool("typescript", range);
      await run(process.execPath, [join(folder, "bin", "tsc"), "--project", ".", "--noEmit"], {
        cwd: project,
      });
      return { version, note: "strict, `skipLibCheck: false`, `lib: [ES2022]`" };
    },
  }));
}
