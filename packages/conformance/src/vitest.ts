/** The suite as vitest tests: `conformance(() => myBackend())` in a test file. */
import { afterAll, describe, test } from "vitest";
import type { BackendFactory } from "./case.ts";
import { createSuite, type SuiteOptions } from "./suite.ts";

const NO_LIMIT = 0; // the suite has its own

/** Declares one vitest test per case; skips are reported with their reasons. */
export function conformance(factory: BackendFactory, options: SuiteOptions = {}): void {
  const suite = createSuite(factory, options);
  describe("conformance", () => {
    for (const entry of suite.entries) {
      test(`${entry.clause} ${entry.id}`, { timeout: NO_LIMIT }, async ({ skip }) => {
        const outcome = await entry.run();
        if (outcome.status === "failed") throw outcome.error;
        if (outcome.status !== "passed") skip(`${outcome.status}: ${outcome.reason}`);
      });
    }
    afterAll(async () => {
      console.info(`conformance of ${suite.summary()}`);
      await suite.close();
    });
  });
}
