/** cpu-js with its composites taken away: core's fallbacks over its primitives. The oracle of the composites. */
import {
  type BackendDefinition,
  COMPOSITES,
  type CompleteBackend,
  defineBackend,
  withFallbacks,
} from "@corr2d/core";
import type { Handle } from "../src/buffers.ts";
import { cpuJs } from "../src/index.ts";

export function composedCpuJs(): CompleteBackend<Handle> {
  const definition: Record<string, unknown> = { ...cpuJs() };
  for (const composite of COMPOSITES) delete definition[composite];
  return withFallbacks(defineBackend(definition as unknown as BackendDefinition<Handle>));
}
