/** What a bundler leaves of core in an application: functions that it does not use, and their fallbacks, weigh nothing. */
import { rolldown } from "rolldown";
import { describe, expect, it } from "vitest";

const index = new URL("../src/index.ts", import.meta.url).pathname;

/** The code of an application that uses these names of core. */
async function bundleOf(names: readonly string[]): Promise<string> {
  const build = await rolldown({
    input: "app",
    plugins: [
      {
        name: "app",
        resolveId: (id) => (id === "app" ? id : null),
        load: (id) =>
          id === "app"
            ? `import { ${names.join(", ")} } from ${JSON.stringify(index)};\nconsole.log(${names.join(", ")});`
            : null,
      },
    ],
    treeshake: { moduleSideEffects: (id) => id === "app" },
  });
  const { output } = await build.generate({ format: "esm" });
  await build.close();
  return output[0].code;
}

/** A word that only the operation's fallback holds, and the function that brings it. */
const TRACES: Readonly<Record<string, string>> = {
  corr2d: "composedForward",
  convTranspose2d: "composedInput",
  corr2dKernelGrad: "composedKernel",
  maxPool2d: "composedMaxPool",
  avgPool2d: "divisorsOf",
  cat: "composedConcat",
  addScaled: "backend.addScaled",
  withFallbacks: "forgetScalars",
};

describe("a bundle", () => {
  it("without a function has no trace of its fallback", async () => {
    const code = await bundleOf(["tensor", "defineBackend", "setBackend"]);
    expect(Object.values(TRACES).filter((trace) => code.includes(trace))).toEqual([]);
  });

  it.each(Object.entries(TRACES))("with %s has one", async (name, trace) => {
    expect(await bundleOf([name])).toContain(trace);
  });

  it("has softmax and its fallback always: it is a method of Tensor", async () => {
    expect(await bundleOf(["tensor"])).toContain("backend[member]");
  });
});
