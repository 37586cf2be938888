/** Packs and installs, once for all test files. */
import type { TestProject } from "vitest/node";
import { installPacked, removeProject } from "../src/install-packed.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the project that has the packed packages. */
    packed: string;
  }
}

export async function setup({ config }: TestProject): Promise<() => Promise<void>> {
  const project = config.provide.packed!;
  await installPacked(project);
  return () => removeProject(project);
}
