import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Limits for what hangs, not for what is slow: a loaded machine must not fail a right answer.
    testTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 100 } },
  },
});
