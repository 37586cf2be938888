/** What a bundler leaves of core in an application: functions that it does not use, and their fallbacks, weigh nothing. */
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { describe, expect, it } from "vitest";

const index = fileURLToPath(new URL("../src/index.ts", import.meta.url));

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
  interpolate: "antialiasedTaps",
  unfold: "Im2ColBackward0",
  fold: "patchesOf",
  pixelShuffle: "upscale_factor",
  pixelUnshuffle: "downscale_factor",
  channelShuffle: "Number of channels must be divisible",
  conv1d: "of 3 dimensions",
  maxPool1d: "max_pool1d",
  avgPool1d: "avg_pool1d",
  adaptiveMaxPool2d: "cellsOfBins",
  binaryCrossEntropyOf: "BinaryCrossEntropyBackward0",
  normalizeGroups: "NormalizeBackward0",
  silu: "SiluBackward0",
  mish: "MishBackward0",
  logsigmoid: "LogSigmoidBackward0",
  softshrink: "SoftshrinkBackward0",
  hardtanh: "HardtanhBackward0",
  celu: "runCelu",
  glu: "Halving dimension",
  threshold: '"threshold"',
  hardshrink: '"hardshrink"',
};

describe("a bundle", () => {
  it("without a function has no trace of its fallback", async () => {
    const code = await bundleOf(["tensor", "defineBackend", "setBackend"]);
    expect(Object.values(TRACES).filter((trace) => code.includes(trace))).toEqual([]);
  });

  it.each(Object.entries(TRACES))("with %s has one", async (name, trace) => {
    expect(await bundleOf([name])).toContain(trace);
  });

  it("without tensors knows that there are none", async () => {
    const code = await bundleOf(["isTensor", "relu"]);
    expect(code).not.toContain("class Tensor ");
    const check = code.replace(
      /console\.log\(.*\);\s*$/,
      "try { relu(5) } catch (e) { throw [isTensor({}), e.code, e.message] }",
    );
    await expect(import(`data:text/javascript,${encodeURIComponent(check)}`)).rejects.toEqual([
      false,
      "INVALID_ARGUMENT",
      expect.stringContaining("relu: expected a tensor, but got 5"),
    ]);
  });

  it("has softmax and its fallback always: it is a method of Tensor", async () => {
    expect(await bundleOf(["tensor"])).toContain("backend[member]");
  });
});
