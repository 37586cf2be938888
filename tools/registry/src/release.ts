/**
 * The release, as `pnpm version` and `pnpm release` make it, but of a copy of this repository and to a registry of our own:
 * `changeset version`, `changeset publish`, and the question to the registry whether it has everything.
 *
 * The copy has the files that git knows or would add, as they are in the working tree, and what the build wrote.
 */
import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Registry } from "./registry.ts";
import { run } from "./run.ts";

const root: string = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The packages of this repository that are published, as `packages/<folder>/package.json` has them. */
export async function publishedPackages(repository: string = root): Promise<ReadonlyMap<string, Manifest>> {
  const found = new Map<string, Manifest>();
  for (const folder of (await readdir(join(repository, "packages"))).sort()) {
    const file = join(repository, "packages", folder, "package.json");
    if (!existsSync(file)) continue;
    const manifest = JSON.parse(await readFile(file, "utf8")) as Manifest;
    if (manifest.private !== true) found.set(folder, manifest);
  }
  return found;
}

const BUILT = ["dist", "src/generated", "template"];

/** `tsc -b` leaves what it made of a source that is gone; a release, from a clean clone, has none of it. */
function isStale(packageFolder: string, built: string): boolean {
  const name = /^dist\/(.*?)(\.d)?\.[jt]s(\.map)?$/.exec(built)?.[1];
  if (name === undefined) return false;
  return ![".ts", ".js"].some((extension) => existsSync(join(packageFolder, "src", name + extension)));
}

async function copyRepository(to: string): Promise<void> {
  const listed = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  });
  const files = listed.split("\0").filter((file) => file !== "" && existsSync(join(root, file)));
  for (const file of files) await cp(join(root, file), join(to, file));
  for (const folder of (await publishedPackages()).keys()) {
    const from = join(root, "packages", folder);
    for (const built of BUILT.filter((name) => existsSync(join(from, name)))) {
      await cp(join(from, built), join(to, "packages", folder, built), {
        recursive: true,
        filter: (file) => !isStale(from, relative(from, file)),
      });
    }
  }
}

async function commitAll(repository: string, message: string): Promise<void> {
  const git = (...args: string[]): Promise<string> => run("git", args, { cwd: repository });
  if (!existsSync(join(repository, ".git"))) await git("init", "--quiet", "--initial-branch", "main");
  await git("config", "user.name", "Release test");
  await git("config", "user.email", "release-test@example.invalid");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", message);
}

export interface Release {
  /** The copy of the repository, after `changeset version`. */
  readonly repository: string;
  /** What is published, by folder, with its new version. */
  readonly packages: ReadonlyMap<string, Manifest>;
  /** `changeset publish`; gives what it wrote. */
  publish(): Promise<string>;
  /** Asks the registry for every package; rejects when one is missing. */
  checkPublished(): Promise<string>;
  remove(): Promise<void>;
}

/** Copies the repository and gives its packages their next version. Nothing is published yet. */
export async function prepareRelease(registry: Registry): Promise<Release> {
  const repository = await mkdtemp(join(tmpdir(), "corr2d release "));
  await copyRepository(repository);
  await commitAll(repository, "The repository");

  const changesets = createRequire(join(root, "package.json")).resolve("@changesets/cli/bin.js");
  const changeset = (command: string): Promise<string> =>
    run(process.execPath, [changesets, command], {
      cwd: repository,
      env: { npm_config_registry: registry.url },
    });
  await changeset("version");
  await commitAll(repository, "Release");
  // `pnpm publish` reads the versions behind "workspace:^" through the links of an installation.
  await run("pnpm", ["install", "--prod", "--offline", "--ignore-scripts", "--filter", "./packages/*"], {
    cwd: repository,
  });
  // Only now: for another registry pnpm would verify the lockfile anew, with facts that it has not fetched from there.
  await writeFile(join(repository, ".npmrc"), registry.npmrc);

  return {
    repository,
    packages: await publishedPackages(repository),
    publish: () => changeset("publish"),
    checkPublished: () =>
      run(process.execPath, [join(repository, "scripts", "check-published.mjs")], {
        cwd: repository,
        env: { CORR2D_PUBLISH_PAUSES: "" },
      }),
    remove: () => rm(repository, { recursive: true, force: true }),
  };
}
