// The tests of the packages that can, where they are, against the packed packages.
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { defineConfig } from "vitest/config";
import { root, TESTED } from "./src/public-files.ts";
import { packedTestsOf } from "./src/runs-packed.ts";
import { usePacked } from "./src/use-packed.ts";

const project = join(tmpdir(), `corr2d packed ${process.pid}`);
const home = import.meta.dirname;

export default defineConfig({
  root,
  plugins: [usePacked(project)],
  test: {
    include: [
      "tools/packed/test/*.test.ts",
      ...TESTED.flatMap(packedTestsOf).map((file) => relative(root, file)),
    ],
    // The builds with and without relaxed SIMD are the same packed bytes: one suite is enough. And what measures the memory of
    // its process waits for the collector, which does not come while other tests take both cores.
    exclude: ["**/node_modules/**", "**/conformance-plain.test.ts", "**/cpu-wasm/test/close.test.ts"],
    provide: { packed: project },
    globalSetup: join(home, "test/install.ts"),
    expect: { poll: { timeout: 60_000, interval: 100 } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", ["json", { outputFile: join(home, "test-results/vitest.json") }]],
  },
});
