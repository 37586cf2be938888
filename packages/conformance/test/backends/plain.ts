/** A backend that was not made by `defineBackend`. */
import cpuJs from "../../../cpu-js/src/index.ts";

// biome-ignore lint/style/noDefaultExport: a backend module's default export is its factory (§1.1)
export default function plain(): Record<string, unknown> {
  return Object.fromEntries(Object.entries(cpuJs()));
}
