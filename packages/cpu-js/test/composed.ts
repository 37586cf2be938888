/** cpu-js with its overrides taken away: what core composes from its primitives. The oracle of the overrides. */
import { type Backend, type BackendDefinition, COMPOSITES, defineBackend } from "@corr2d/core";
import type { Handle } from "../src/buffers.ts";
import { cpuJs } from "../src/index.ts";

export function composedCpuJs(): Backend<Handle> {
  const { nativeComposites: _, ...definition } = cpuJs() as Record<string, unknown> & Backend<Handle>;
  for (const composite of COMPOSITES) delete definition[composite];
  return defineBackend(definition as unknown as BackendDefinition<Handle>);
}
