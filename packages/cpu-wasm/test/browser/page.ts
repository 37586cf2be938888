/** The conformance suite in a page: `window.runConformance(options)` gives what came of it. */
import { createSuite } from "@corr2d/conformance";
import { type CpuWasmOptions, cpuWasm } from "../../src/index.ts";

export interface PageResult {
  readonly features: Readonly<Record<string, unknown>>;
  readonly passed: number;
  readonly skipped: readonly string[];
  readonly failed: readonly string[];
}

async function runConformance(options: CpuWasmOptions): Promise<PageResult> {
  const probe = await cpuWasm(options);
  const { features } = probe;
  await probe.close?.();
  const suite = createSuite(() => cpuWasm(options), { strict: { allow: ["float64"] } });
  let passed = 0;
  const skipped = new Set<string>();
  const failed: string[] = [];
  for (const entry of suite.entries) {
    const outcome = await entry.run();
    if (outcome.status === "passed") passed++;
    else if (outcome.status === "skipped") skipped.add(outcome.reason);
    else if (outcome.status === "failed")
      failed.push(`${entry.clause} ${entry.id}: ${outcome.error.message}`);
  }
  await suite.close();
  return { features: { ...features }, passed, skipped: [...skipped], failed };
}

declare global {
  interface Window {
    runConformance: typeof runConformance;
  }
}
window.runConformance = runConformance;
