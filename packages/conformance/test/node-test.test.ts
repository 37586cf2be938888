/** The node:test adapter, with node:test itself replaced by a recorder. */
import { expect, test, vi } from "vitest";
import cpuJs from "../../cpu-js/src/index.ts";
import { withMembers } from "../src/handles.ts";

interface Declared {
  readonly name: string;
  readonly run: (context: { skip(reason: string): void }) => Promise<void>;
}
const { declared, afters } = vi.hoisted(() => ({
  declared: [] as Declared[],
  afters: [] as (() => unknown)[],
}));
vi.mock("node:test", () => ({
  describe: (_: string, body: () => void) => body(),
  test: (name: string, run: Declared["run"]) => declared.push({ name, run }),
  after: (run: () => unknown) => afters.push(run),
}));

test("one test per case; failures throw, skips give their reason, the end is summed up", async () => {
  const { conformance } = await import("../src/node-test.ts");
  const right = cpuJs();
  const wrong = () =>
    withMembers(right, { dtypes: ["float32", "int32"], fill: () => right.fill!(0.5, 1, "float32") });
  conformance(wrong, { filter: " fill/" });
  expect(declared.map(({ name }) => name)).toEqual([
    "§7.3 fill/float32",
    "§7.3 fill/float64",
    "§7.3 fill/int32",
    "§7.3 fill/float32/sizes",
    "§7.3 fill/float64/sizes",
    "§7.3 fill/int32/sizes",
  ]);
  const skip = vi.fn();
  await expect(declared[0]!.run({ skip })).rejects.toThrow("§7.3 fill/float32");
  expect(skip).not.toHaveBeenCalled();
  await declared[1]!.run({ skip });
  expect(skip).toHaveBeenCalledWith("skipped: dtype float64 is not declared");
  const info = vi.spyOn(console, "info").mockImplementation(() => {});
  for (const run of afters) await run();
  expect(info).toHaveBeenCalledWith(expect.stringContaining("1 failed, 1 skipped (1 × dtype float64"));
});
