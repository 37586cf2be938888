import { defaultServerConditions } from "vite";
import { defineConfig, type ViteUserConfig } from "vitest/config";

// Tests read the sources of the other packages, so nothing has to be built first. In Node tests only
// `ssr.resolve.conditions` counts, and setting it replaces the defaults.
const conditions = ["@corr2d/source", ...defaultServerConditions];

const config: ViteUserConfig = defineConfig({
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/**/*.test.ts"],
    // A limit for what hangs, not for what is slow: a loaded machine must not fail a right answer.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000, interval: 100 } },
    passWithNoTests: true, // scripts/test-summary.mjs notices tests that exist and did not run
    reporters: ["default", ["json", { outputFile: "test-results/vitest.json" }]],
  },
});

export default config;
