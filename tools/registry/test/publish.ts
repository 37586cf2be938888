/** Publishes all packages to a registry of our own, once for all test files; what happened on the way is told to them. */
import type { TestProject } from "vitest/node";
import { type Registry, startRegistry } from "../src/registry.ts";
import { type Manifest, prepareRelease } from "../src/release.ts";

declare module "vitest" {
  interface ProvidedContext {
    registry: Pick<Registry, "url" | "npmrc">;
    release: {
      repository: string;
      packages: readonly (readonly [folder: string, manifest: Manifest])[];
      /** What check-published.mjs said when nothing was published yet, and afterwards. */
      before: string;
      after: string;
      log: string;
    };
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const registry = await startRegistry();
  try {
    const release = await prepareRelease(registry);
    const before = await release.checkPublished().catch((error: Error) => error.message);
    const log = await release.publish();
    const after = await release.checkPublished().catch((error: Error) => error.message);
    const { url, npmrc } = registry;
    const { repository, packages } = release;
    project.provide("registry", { url, npmrc });
    project.provide("release", { repository, packages: [...packages], before, after, log });
    return async () => {
      await registry.close();
      await release.remove();
    };
  } catch (error) {
    await registry.close();
    throw error;
  }
}
