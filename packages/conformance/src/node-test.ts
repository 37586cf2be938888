/** The suite as node:test tests: `conformance(() => myBackend())` in a file run by `node --test`. */
import { after, describe, test } from "node:test";
import type { BackendFactory } from "./case.ts";
import { createSuite, type SuiteOptions } from "./suite.ts";

/** Declares one node:test test per case; skips are reported with their reasons. */
export function conformance(factory: BackendFactory, options: SuiteOptions = {}): void {
  const suite = createSuite(factory, options);
  void describe("conformance", () => {
    for (const entry of suite.entries) {
      void test(`${entry.clause} ${entry.id}`, async (context) => {
        const outcome = await entry.run();
        if (outcome.status === "failed") throw outcome.error;
        if (outcome.status !== "passed") context.skip(`${outcome.status}: ${outcome.reason}`);
      });
    }
    after(async () => {
      console.info(`conformance of ${suite.summary()}`);
      await suite.close();
    });
  });
}
