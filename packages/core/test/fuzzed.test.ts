/** What the fuzzer (`tools/fuzz`) found, kind by kind. */
import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import * as core from "../src/index.ts";
import { expectError } from "./expect-error.ts";

core.setBackend(cpuJs());

describe("pools of planes without cells, or of no planes", () => {
  it.each([[[1, 1, 0, 0]], [[1, 1, 2, 0]], [[1, 0, 2, 2]], [[0, 2, 2]], [[0, 1, 0, 2]]])(
    "of %j are refused, as in PyTorch",
    (shape) => {
      const x = core.zeros(shape);
      for (const pool of [core.maxPool2d, core.avgPool2d]) {
        expectError(() => pool(x, 2, { padding: 1 }), "SHAPE_MISMATCH", "with optional 0 dim batch size");
      }
    },
  );
});

describe("arrays whose memory was transferred", () => {
  const gone = (): Float32Array => {
    const array = Float32Array.of(1, 2, 3);
    structuredClone(array.buffer, { transfer: [array.buffer] });
    return array;
  };
  it.each<[string, () => unknown]>([
    ["alone", () => core.tensor(gone())],
    ["of another dtype", () => core.tensor(gone(), { dtype: "int32" })],
    ["with a shape", () => core.tensor(gone(), { shape: [3] })],
    ["in rows", () => core.tensor([gone(), gone()])],
  ])("are refused: %s", (_, make) => {
    expectError(make, "INVALID_ARGUMENT", "was transferred (by postMessage or structuredClone)");
  });

  it("and others that are empty are not", () => {
    expect(core.tensor(new Float32Array(0)).shape).toEqual([0]);
    expect(core.tensor([new Float32Array(0), new Float32Array(0)]).shape).toEqual([2, 0]);
  });
});

describe("arguments that were not looked at", () => {
  const revoked = (): never => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy as never;
  };
  it.each<[string, () => unknown, string]>([
    [
      "gelu of a proxy",
      () => core.gelu(core.ones([1]), revoked()),
      "gelu: options are an object of approximate",
    ],
    [
      "gelu, misspelt",
      () => core.gelu(core.ones([1]), { aproximate: "tanh" } as object),
      "did you mean 'approximate'?",
    ],
    [
      "gelu, PyTorch's form",
      () => core.gelu(core.ones([1]), "tanh" as never),
      "write { approximate: 'tanh' }",
    ],
    ["drawPermutation", () => core.drawPermutation({} as never, 3), "'generator' must be a Generator"],
    ["drawUniform", () => core.drawUniform(0 as never, 3, "float32"), "'generator' must be a Generator"],
    ["drawNormal", () => core.drawNormal(revoked(), 3, "float32"), "'generator' must be a Generator"],
  ])("%s", (_, call, text) => {
    expectError(call, "INVALID_ARGUMENT", text);
  });
});

describe("long axes of tensors without elements", () => {
  const empty = () => core.zeros([0, 3, 1]);
  it.each<[string, () => unknown]>([
    ["zeros", () => core.zeros([0, 2 ** 31])],
    ["expand", () => empty().expand([0, 3, 2 ** 53])],
    ["tile", () => core.zeros([0, 2 ** 20]).tile([1, 2 ** 20])],
    ["reshape", () => empty().reshape([0, 2 ** 31])],
    ["pad", () => core.pad(empty(), [0, 2 ** 31 - 1])],
    ["cat", () => core.cat(Array(2).fill(core.zeros([0, 2 ** 31 - 1])), 1)],
    ["oneHot", () => core.oneHot(core.zeros([0], { dtype: "int32" }), 2 ** 53)],
  ])("%s counts no further than 2³¹ − 1", (_, run) => expectError(run, "INVALID_ARGUMENT", "2³¹ − 1"));

  it("what they are reduced to has elements, and is refused where there are too many", () => {
    const x = core.zeros([0, 2 ** 31 - 1, 2]);
    expectError(() => x.sum(0), "OUT_OF_MEMORY", "sum");
  });

  it("padding them is no work", () => {
    const x = core.zeros([2, 0, 3]);
    expect(core.pad(x, [0, 0, 0, 0, 0, 2 ** 31 - 3], { mode: "replicate" }).shape).toEqual([
      2 ** 31 - 1,
      0,
      3,
    ]);
    const cropped = core.pad(core.ones([4, 1]), [0, -1, 2 ** 30, 0], { mode: "replicate" });
    expect(cropped.shape).toEqual([2 ** 30 + 4, 0]);
  });
});

function revoked(target: object): never {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy as never;
}

describe("what only looks like a tensor", () => {
  const x = () => core.ones([2, 3]);
  it.each<[string, () => unknown]>([
    ["a proxy", () => new Proxy(x(), {})],
    ["what inherits from one", () => Object.create(x())],
    ["what inherits from the prototype", () => Object.create(core.Tensor.prototype)],
    ["a proxy that was revoked", () => revoked(x())],
  ])("%s is none", (_, make) => {
    const forged = make() as core.Tensor;
    expect(core.isTensor(forged)).toBe(false);
    expectError(() => x().add(forged), "INVALID_ARGUMENT", "expected a tensor");
    expectError(() => core.hardsigmoid(forged), "INVALID_ARGUMENT", "expected a tensor");
    expectError(() => x().div(forged), "INVALID_ARGUMENT", "expected a tensor");
  });
});

describe("proxies that were revoked", () => {
  const x = core.arange(6).reshape([2, 3]);
  it.each<[string, () => unknown]>([
    ["permute", () => x.permute(revoked([]))],
    ["sum", () => x.sum(revoked([]))],
    ["reshape", () => x.reshape(revoked([]))],
    ["pad", () => core.pad(x, revoked([]))],
    ["cat", () => core.cat(revoked([]))],
    ["slice", () => x.slice(revoked([]))],
    ["dtype", () => core.zeros([1], { dtype: revoked({}) })],
    ["padding", () => core.corr2d(x, x, { padding: revoked([]) })],
    ["keep", () => core.keep(revoked({}))],
    ["a generator", () => core.rand([1], { generator: revoked({}) })],
    ["setPrintoptions", () => core.setPrintoptions(revoked({}))],
    ["setRngState", () => core.setRngState(revoked({}))],
  ])("%s", (_, run) => expectError(run, "INVALID_ARGUMENT", ""));

  it("as a backend, and as what a scope gives", () => {
    expectError(() => core.zeros([1], { backend: revoked({}) }), "BACKEND_INVALID", "");
    expect(() => core.scope(() => revoked({}))).not.toThrow();
    expect(core.Corr2dError.isInstance(revoked({}))).toBe(false);
  });
});

describe("functions for those who write backends and layers", () => {
  const wrong = {} as never;
  it.each<[string, () => unknown]>([
    ["outputSizeOf", () => core.outputSizeOf(wrong)],
    ["inputSizeOf", () => core.inputSizeOf(wrong)],
    ["normalizeGroups", () => core.normalizeGroups(core.ones([6]), null, null, wrong, 1e-5)],
    ["kernelSizeOf", () => core.kernelSizeOf(wrong)],
    ["sizeOf", () => core.sizeOf(null as never)],
    ["stridesOf", () => core.stridesOf(wrong)],
    ["broadcastStrides", () => core.broadcastStrides(wrong, wrong)],
    ["broadcastShapes", () => core.broadcastShapes(undefined as never, wrong)],
    ["reducedSizeOf", () => core.reducedSizeOf(undefined as never, [])],
    ["binaryDtype", () => core.binaryDtype(wrong, "float32")],
    ["reduceDtype", () => core.reduceDtype(wrong, "float32")],
    ["isFloating", () => core.isFloating("float128" as never)],
    ["dtypeOf", () => core.dtypeOf(undefined as never)],
    ["arrayOf", () => core.arrayOf("float32", [] as never)],
    ["bytesOf", () => core.bytesOf(wrong)],
    ["corr2dWindow", () => core.corr2dWindow(wrong, wrong)],
    ["poolWindow", () => core.poolWindow(wrong, 2)],
    ["averageDivisors", () => core.averageDivisors(wrong, wrong)],
    ["operandsOf", () => core.operandsOf("nonsense" as never, [])],
    ["resultsOf", () => core.resultsOf(wrong, [])],
    ["formatTensor", () => core.formatTensor(wrong, wrong, "float32")],
    ["boundsOf", () => core.boundsOf(wrong)],
    ["describeBackend", () => core.describeBackend(wrong)],
    ["checkOptions", () => core.checkOptions("f", { a: 1 }, undefined as never)],
  ])("%s refuses what it does not take", (_, run) => expectError(run, "INVALID_ARGUMENT", ""));
});

describe("options, parameters and texts", () => {
  const x = core.ones([3]);
  it.each<[string, () => unknown]>([
    ["allclose's options", () => core.allclose(x, x, { atol: "1" as never })],
    ["gradcheck's inputs", () => core.gradcheck((y) => y!, {} as never)],
    ["gradcheck's options", () => core.gradcheck((y) => y!, [], 5 as never)],
  ])("%s", async (_, run) => {
    await expect(run()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
  it.each<[string, () => unknown]>([
    ["eye of an object", () => core.eye({} as never)],
    ["elu of an object", () => core.elu(x, Object.create(null))],
    ["div's rounding mode", () => x.div(2, { roundingMode: Object.create(null) })],
    ["div's options", () => x.div(2, 5 as never)],
    ["bernoulli without p", () => core.bernoulli([2], undefined as never)],
    ["a seed that is no text", () => core.manualSeed(Object.create(null))],
    ["hessian of no function", () => core.hessian(2 as never, x)],
    ["softplus of no tensor", () => core.softplus({} as never, 2)],
    ["interpolate without options", () => core.interpolate(core.ones([1, 1, 2, 2]), undefined as never)],
    ["more ranges than a call can have", () => core.ones([3]).set(Array(2 ** 20), 1)],
    ["vjp with a number", () => core.vjp((y) => y.sum(), x, Number.NaN as never)],
    [
      "grad with a number",
      () => {
        const leaf = core.ones([3], { requiresGrad: true });
        return core.grad(leaf.sum(), leaf, { gradOutputs: Number.NaN as never });
      },
    ],
    ["sciMode", () => core.setPrintoptions({ sciMode: "no" as never })],
    [
      "a clamp within itself",
      () => {
        const bounds: { min?: unknown } = {};
        bounds.min = bounds;
        return x.clamp(bounds as never);
      },
    ],
  ])("%s is refused", (_, run) => expectError(run, "INVALID_ARGUMENT", ""));

  it("an error may be made of anything", () => {
    const error = new core.Corr2dError("INTERNAL", Symbol("text") as never, {}, revoked({}));
    expect(error.message).toBe("an error without a text (a symbol)");
  });
});
