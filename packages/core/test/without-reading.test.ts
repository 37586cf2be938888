/**
 * No operation reads values to compute: everything that core and nn export works on a backend that cannot read at once, and asks it for
 * no reading, but for the few functions whose result's size depends on the values.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import * as core from "../src/index.ts";
import { type Backend, type BackendDefinition, defineBackend, Tensor } from "../src/index.ts";

/** What reads: asynchronous, and listed in docs/from-pytorch.md. */
const READERS = ["allclose", "bincount", "equal", "gradcheck", "maskedSelect", "nonzero", "unique"];
let reads = 0;

/** cpu-js, which counts what is read of it and reads late. */
function late(): Backend {
  const { readSync: _, ...full } = cpuJs() as Backend;
  return defineBackend({
    ...full,
    name: "late",
    features: { syncRead: false },
    async read(handle, size, dtype, into) {
      reads++;
      return full.read(handle, size, dtype, into);
    },
  } as BackendDefinition<unknown>) as Backend;
}

let backend: Backend;
beforeEach(() => {
  backend = late();
  core.setBackend(backend);
  reads = 0;
});

// biome-ignore lint/suspicious/noExplicitAny: whatever arguments work
type Any = any;
const matrix = () =>
  core.tensor([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 10],
  ]);
const images = () => core.rand([2, 4, 6, 6]);
const index = () => core.tensor([0, 2, 1], { dtype: "int32" });

/** Arguments that are tried, one after the other, until some are taken. */
const ATTEMPTS: readonly (() => readonly unknown[])[] = [
  () => [matrix()],
  () => [matrix(), 0],
  () => [matrix(), 1, 0],
  () => [matrix(), matrix()],
  () => [matrix(), [3, 3]],
  () => [matrix(), matrix(), matrix()],
  () => [matrix(), matrix(), 0.5],
  () => [matrix().slice(0), matrix().slice(1)],
  () => [matrix(), matrix().slice(0)],
  () => [matrix().unsqueeze(0), matrix().unsqueeze(0)],
  () => [[matrix(), matrix()]],
  () => [[matrix().slice(0), matrix().slice(1)]],
  () => [matrix(), 1],
  () => [matrix(), 2, 1],
  () => [matrix(), 1, 1, 1],
  () => [matrix(), [1, 0]],
  () => [matrix(), [[1, 1]]],
  () => [matrix(), [1, 1]],
  () => [matrix(), 1, [1, 3]],
  () => [matrix(), 0, index()],
  () => [matrix(), 0, index().expand([3, 3])],
  () => [matrix(), 0, index().expand([3, 3]), matrix()],
  () => [matrix(), matrix().gt(2), 7],
  () => [matrix().gt(2), matrix(), matrix()],
  () => [matrix(), 1, matrix(), 1],
  () => [matrix(), 1, 0, 1],
  () => [matrix(), 2, 5],
  () => [matrix(), index()],
  () => [index(), 3],
  () => ["ij,jk->ik", matrix(), matrix()],
  () => [images()],
  () => [images(), 2],
  () => [images(), { scaleFactor: 2 }],
  () => [images(), core.rand([4, 4, 3, 3])],
  () => [images(), core.rand([2, 4, 4, 4]), [4, 4, 3, 3]],
  () => [images().flatten(2), core.rand([4, 4, 3])],
  () => [images().flatten(2), 2],
  () => [core.rand([2, 36, 16]), [6, 6], 3],
  () => [core.maxPool2dWithIndices(images(), 2).values, core.maxPool2dWithIndices(images(), 2).indices, 2],
  () => [images().flatten(2).narrow(2, 0, 8), core.maxPool1dWithIndices(core.rand([2, 4, 16]), 2).indices, 2],
  () => [
    core.rand([2, 6], { requiresGrad: true }),
    null,
    null,
    { outer: 1, groups: 2, inner: 6, channels: 6, cells: 1 },
    1e-5,
  ],
  () => [matrix(), core.tensor([1])],
  () => [matrix().sigmoid(), matrix().gt(2).float()],
  () => [2, 3],
  () => [1, 2, [2, 3]],
  () => [[2, 3]],
  () => [[2, 3], 0.5],
  () => [3],
  () => [0, 1, 5],
  () => [(x: Tensor) => x.square().sum(), matrix()],
  () => [(x: Tensor) => x.square(), matrix(), matrix()],
  () => [() => matrix()],
];

/** What is no computation on tensors: what runs a function of the caller's, settings, makers of backends, geometry, texts, random numbers as arrays, the engine. */
const NOT_TRIED = new Set([
  ...[
    "CustomFunction",
    "noGrad",
    "enableGrad",
    "scope",
    "Generator",
    "Corr2dError",
    "PrintedAsText",
    "Tensor",
    "setBackend",
    "getBackend",
    "defineBackend",
  ],
  ...[
    "grad",
    "detectAnomaly",
    "initializeTensor",
    "isUninitialized",
    "uninitializedTensor",
    "synchronize",
    "describeBackend",
  ],
  ...[
    "nativeComposites",
    "withFallbacks",
    "isBackend",
    "installConsoleFormatters",
    "setPrintoptions",
    "formatTensor",
  ],
  ...[
    "resultsOf",
    "operandsOf",
    "setDefaultDtype",
    "getDefaultDtype",
    "manualSeed",
    "getRngState",
    "setRngState",
  ],
  ...[
    "corr2dWindow",
    "convTransposeWindow",
    "poolWindow",
    "inputSizeOf",
    "kernelSizeOf",
    "outputSizeOf",
    "windowOutputSize",
  ],
  ...[
    "checkOptions",
    "ownOptions",
    "checkTensor",
    "toPair",
    "toSingle",
    "samePadding",
    "averageDivisors",
    "broadcastShapes",
  ],
  ...[
    "broadcastStrides",
    "stridesOf",
    "sizeOf",
    "reducedSizeOf",
    "binaryDtype",
    "reduceDtype",
    "dtypeOf",
    "bytesOf",
    "arrayOf",
  ],
  ...["isFloating", "isTensor", "isList", "isInstance", "describeValue", "isGradEnabled"],
  ...["toSentError", "fromSentError"],
  ...["drawIntegers", "drawNormal", "drawPermutation", "drawUniform", "boundsOf"],
]);

const isClass = (value: unknown): boolean => /^class\b/.test(String(value));
const names = Object.entries(core)
  .filter(([name, value]) => typeof value === "function" && !isClass(value) && !NOT_TRIED.has(name))
  .map(([name]) => name);

/** The tensors in a result. */
const tensorsOf = (result: unknown): Tensor[] =>
  result instanceof Tensor
    ? [result]
    : Array.isArray(result)
      ? result.flatMap(tensorsOf)
      : typeof result === "object" && result !== null
        ? Object.values(result).flatMap(tensorsOf)
        : [];

describe("without reading", () => {
  it.each(names.filter((name) => !READERS.includes(name)))("%s computes, backward too", (name) => {
    let done = 0;
    for (const attempt of ATTEMPTS) {
      let result: unknown;
      try {
        const args = attempt();
        for (const arg of args.flat()) {
          if (arg instanceof Tensor && core.isFloating(arg.dtype)) (arg as Tensor).requiresGrad = arg.isLeaf;
        }
        result = (core as Any)[name](...args);
      } catch (error) {
        if (!core.Corr2dError.isInstance(error)) throw error;
        expect(error.code, error.message).not.toBe("SYNC_READ_UNSUPPORTED");
        continue;
      }
      expect(result, name).not.toBeInstanceOf(Promise);
      done++;
      for (const tensor of tensorsOf(result))
        if (tensor.requiresGrad && tensor.gradFn !== null) tensor.sum().backward(null, { retainGraph: true });
    }
    expect(done, `${name} took none of the arguments`).toBeGreaterThan(0);
    expect(reads).toBe(0);
  });

  it.each(READERS)("%s is asynchronous", async (name) => {
    const x = core.tensor([1, 2], { dtype: name === "bincount" ? "int32" : "float32" });
    const args =
      name === "gradcheck"
        ? [(t: Tensor) => t.mul(2), [core.rand([2], { dtype: "float64", requiresGrad: true })]]
        : [x, name === "maskedSelect" ? x.gt(1) : name === "bincount" ? undefined : x];
    const result = (core as Any)[name](...(name === "unique" || name === "nonzero" ? [x] : args));
    expect(result).toBeInstanceOf(Promise);
    await result;
    expect(reads).toBeGreaterThan(0);
  });
});
