/**
 * Package managers: each installs the packages from our registry into a new project, one command for each, and must have
 * brought nothing else after any of them; the project then trains.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createProject } from "../consumer.ts";
import { npmLocked, pnpmLocked, yarnLocked } from "../lockfiles.ts";
import type { Registry } from "../registry.ts";
import { run } from "../run.ts";
import { type Attempt, noteOfOutput } from "./row.ts";
import { type Tool, tool } from "./tool.ts";

/** In the order in which each may need only those before it (docs/architecture.md). */
const PACKAGES = [
  "core",
  "cpu-js",
  "cpu-wasm",
  "nn",
  "data",
  "io",
  "worker",
  "parallel",
  "mpi",
  "conformance",
].map((name) => `@corr2d/${name}`);

interface Manager {
  readonly what: string;
  readonly find: () => Promise<Tool>;
  /** The script to run with Node, inside the tool's folder. */
  readonly script: string;
  /** The command that adds the package named after it. */
  readonly add: readonly string[];
  readonly locked: (folder: string) => Promise<readonly string[]>;
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
    add: ["install", "--no-audit", "--no-fund"],
    locked: npmLocked,
  },
  {
    what: "pnpm",
    find: () => tool("pnpm", "10"),
    script: "bin/pnpm.cjs",
    add: ["add"],
    locked: pnpmLocked,
  },
  {
    what: "yarn 1",
    find: () => tool("yarn", "1"),
    script: "bin/yarn.js",
    add: ["add", "--non-interactive"],
    locked: yarnLocked,
  },
  {
    what: "yarn, node_modules",
    find: () => tool("@yarnpkg/cli-dist", "4"),
    script: "bin/yarn.js",
    add: ["add"],
    locked: yarnLocked,
    settings: yarnSettings("node-modules"),
  },
  {
    what: "yarn, Plug'n'Play",
    find: () => tool("@yarnpkg/cli-dist", "4"),
    script: "bin/yarn.js",
    add: ["add"],
    locked: yarnLocked,
    settings: yarnSettings("pnp"),
    node: ["node"],
  },
];

/** @param copyProgram copies the compiled program into `dist` of a project */
export function packageManagers(
  registry: Registry,
  copyProgram: (folder: string) => Promise<void>,
): readonly Attempt[] {
  return managers.map(({ what, find, script, add, locked, settings, node }) => ({
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
        for (const [i, name] of PACKAGES.entries()) {
          await run(process.execPath, [join(home, script), ...add, name], options);
          const brought = await locked(project.folder);
          const wanted = PACKAGES.slice(0, i + 1).sort();
          if (brought.join() !== wanted.join()) throw new Error(`${name} brought ${brought.join(", ")}`);
        }
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
