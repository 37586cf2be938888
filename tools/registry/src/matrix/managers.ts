/** Package managers: each installs core, cpu-wasm and nn from our registry into a new project, which then trains. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createProject } from "../consumer.ts";
import type { Registry } from "../registry.ts";
import { run } from "../run.ts";
import { type Attempt, noteOfOutput } from "./row.ts";
import { type Tool, tool } from "./tool.ts";

const PACKAGES = ["@corr2d/core", "@corr2d/cpu-wasm", "@corr2d/nn"];

interface Manager {
  readonly what: string;
  readonly find: () => Promise<Tool>;
  /** The script to run with Node, inside the tool's folder. */
  readonly script: string;
  readonly install: readonly string[];
  /** Settings in a file that the manager reads instead of .npmrc. */
  readonly settings?: (registry: Registry) => readonly [file: string, text: string];
  /** How it starts Node, where a plain `node` would not find the packages. */
  readonly node?: readonly string[];
}

const yarnSettings =
  (linker: string) =>
  (registry: Registry): readonly [string, string] => [
    ".yarnrc.yml",
    [
      `npmRegistryServer: "${registry.url}"`,
      "unsafeHttpWhitelist: [127.0.0.1]",
      `nodeLinker: ${linker}`,
      "enableTelemetry: false",
      "enableGlobalCache: false",
      "enableImmutableInstalls: false",
      "npmMinimalAgeGate: 0",
      "",
    ].join("\n"),
  ];

const managers: readonly Manager[] = [
  {
    what: "npm",
    find: () => tool("npm", "11"),
    script: "bin/npm-cli.js",
    install: ["install", "--no-audit", "--no-fund", ...PACKAGES],
  },
  {
    what: "pnpm",
    find: () => tool("pnpm", "10"),
    script: "bin/pnpm.cjs",
    install: ["add", ...PACKAGES],
  },
  {
    what: "yarn 1",
    find: () => tool("yarn", "1"),
    script: "bin/yarn.js",
    install: ["add", "--non-interactive", ...PACKAGES],
  },
  {
    what: "yarn, node_modules",
    find: () => tool("@yarnpkg/cli-dist", "4"),
    script: "bin/yarn.js",
    install: ["add", ...PACKAGES],
    settings: yarnSettings("node-modules"),
  },
  {
    what: "yarn, Plug'n'Play",
    find: () => tool("@yarnpkg/cli-dist", "4"),
    script: "bin/yarn.js",
    install: ["add", ...PACKAGES],
    settings: yarnSettings("pnp"),
    node: ["node"],
  },
];

/** @param copyProgram copies the compiled program into `dist` of a project */
export function packageManagers(
  registry: Registry,
  copyProgram: (folder: string) => Promise<void>,
): readonly Attempt[] {
  return managers.map(({ what, find, script, install, settings, node }) => ({
    what,
    attempt: async () => {
      const { folder: home, version } = await find();
      const project = await createProject(registry);
      try {
        if (settings !== undefined) {
          const [file, text] = settings(registry);
          await writeFile(join(project.folder, file), text);
          await writeFile(join(project.folder, "yarn.lock"), ""); // marks the root of a project
        }
        const options = { cwd: project.folder };
        await run(process.execPath, [join(home, script), ...install], options);
        await copyProgram(project.folder);
        const start = node === undefined ? [] : [join(home, script), ...node];
        return {
          version,
          note: noteOfOutput(await run(process.execPath, [...start, "dist/main.js"], options)),
        };
      } finally {
        await project.remove();
      }
    },
  }));
}
