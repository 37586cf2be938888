/** What callers give in plain JavaScript: holes, later changes, huge numbers, wrong forms; and PyTorch's forms. */
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import * as core from "../src/index.ts";
import { expectError } from "./expect-error.ts";

core.setBackend(cpuJs());
const { arange, corr2d, corr2dKernelGrad, maxPool2d, ones, rand, tensor, zeros } = core;
/** For calls that the compiler would refuse. */
// biome-ignore lint/suspicious/noExplicitAny: plain JavaScript
const js = core as any;
const x = () => arange(6).reshape([2, 3]);
const plane = () => ones([1, 1, 4, 4]);
const kernel = () => ones([1, 1, 2, 2]);

describe("holes, fractions and strangers among sizes", () => {
  const holes = [1, 2, 3];
  delete holes[1];
  it.each<[string, () => unknown]>([
    ["zeros(Array(2))", () => js.zeros(Array(2))],
    ["ones(new Array(3))", () => js.ones(new Array(3))],
    ["zeros with a hole", () => js.zeros(holes)],
    ["padding with holes", () => js.corr2d(plane(), kernel(), { padding: holes.concat(1) })],
    ["tile(Array(1))", () => js.arange(2).tile(Array(1))],
    ["expand([1.5])", () => js.ones([1]).expand([1.5])],
    ["a kernel shape of 1.5", () => js.corr2dKernelGrad(plane(), ones([1, 1, 3, 3]), [1, 1, 1.5, 2])],
    ["oneHot(i, 1.5)", () => js.oneHot(tensor([0], { dtype: "int32" }), 1.5)],
    ["oneHot(i, -1)", () => js.oneHot(tensor([0], { dtype: "int32" }), -1)],
    ["zeros(NaN)", () => js.zeros([Number.NaN])],
    ["a BigInt size", () => js.zeros([2n])],
    ["a symbol as size", () => js.zeros([Symbol("n")])],
    ["reshape of text", () => js.arange(2).reshape("2")],
    [
      "padding 2³²",
      () => corr2d(plane(), ones([1, 1, 1, 1]), { padding: [2 ** 32, 0, 0, 0], stride: [2 ** 32, 1] }),
    ],
    [
      "a padded input of 2³¹",
      () =>
        corr2d(plane(), ones([1, 1, 1, 2]), { padding: [0, 0, 2 ** 30, 2 ** 30], dilation: [1, 2 ** 30] }),
    ],
    ["text data", () => js.tensor("12")],
    ["a DataView", () => js.tensor(new DataView(new ArrayBuffer(8)))],
    ["BigInts", () => js.tensor(new BigInt64Array(2))],
  ])("%s is refused, and the backend stays right", (_, run) => {
    expectError(run, "INVALID_ARGUMENT", "");
    expect([1, 2, 3, 4, 5].map((v) => tensor([v]).itemSync())).toEqual([1, 2, 3, 4, 5]);
  });

  it("an array that holds itself ends at 8 axes", () => {
    const cycle: unknown[] = [];
    cycle[0] = cycle;
    expectError(() => js.tensor(cycle), "INVALID_ARGUMENT", "at most 8 axes");
  });
});

it("a huge dilation of a single tap changes nothing", () => {
  const y = maxPool2d(arange(6).reshape([1, 1, 2, 3]), 1, { stride: [1, 2], dilation: [1, 2 ** 31 - 1] });
  expect(Array.from(y.dataSync())).toEqual([0, 2, 3, 5]);
});

describe("what a caller's array becomes later changes nothing", () => {
  it("a kernel's shape, options, and a tensor's own shape", () => {
    const shape = [1, 1, 2, 2];
    const g = corr2dKernelGrad(plane(), ones([1, 1, 3, 3]), shape);
    shape[0] = 30;
    expect(g.add(0).shape).toEqual([1, 1, 2, 2]);
    const stride: [number, number] = [1, 1];
    const options = Object.freeze({ stride });
    corr2d(plane(), kernel(), options);
    stride[0] = 2;
    expect(corr2d(plane(), kernel(), options).shape).toEqual([1, 1, 2, 3]);
    const t = x();
    expect(() => {
      (t.shape as number[])[0] = 100;
    }).toThrow(TypeError);
    expect(t.add(0).shape).toEqual([2, 3]);
    expect(t.shape).toBe(t.shape);
  });
});

describe("what cannot be held", () => {
  it.each<[string, () => unknown]>([
    ["rand", () => rand([65536, 65536])],
    ["arange", () => arange(2 ** 32)],
    ["eye", () => core.eye(1e6)],
    ["full", () => core.full([1e6, 1e6], 1)],
    ["tile", () => ones([1000]).tile([1e7])],
    ["pad", () => core.pad(ones([1, 1]), [1e6, 1e6, 1e6, 1e6])],
    ["expand", () => ones([1, 1]).expand([1e6, 1e6])],
    ["an outer sum", () => ones([1e5, 1]).add(ones([1e5]))],
    ["corr2d", () => corr2d(plane(), kernel(), { padding: 1e5 })],
  ])("%s is refused before any work, and no number is drawn", (_, run) => {
    core.manualSeed(3);
    const expected = rand([1]).itemSync();
    core.manualSeed(3);
    expectError(run, "OUT_OF_MEMORY", "");
    expect(rand([1]).itemSync()).toBe(expected);
  });

  it("beyond what a backend says that it holds", () => {
    const small = core.defineBackend({ ...cpuJs(), features: { syncRead: true, maxBytes: 1024 } });
    expectError(() => zeros([257], { backend: small }), "OUT_OF_MEMORY", "takes 1028 bytes");
    expect(zeros([256], { backend: small }).numel()).toBe(256);
    const x = ones([1, 1, 3, 3], { backend: small });
    for (const pool of [core.adaptiveAvgPool2d, core.adaptiveMaxPool2d]) {
      expectError(() => pool(x, [1, 257]), "OUT_OF_MEMORY", "takes 1028 bytes");
      expectError(() => pool(x, [1, 200]), "OUT_OF_MEMORY", "[400] of int32 takes 1600 bytes");
    }
    for (const mode of ["replicate", "constant"] as const) {
      expectError(() => core.pad(x, [1000, 0], { mode }), "OUT_OF_MEMORY", "takes 12036 bytes");
    }
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe("pools of planes without cells, or of no channels", () => {
  it.each([[[1, 1, 0, 0]], [[1, 1, 14, 0]], [[1, 0, 4, 4]], [[0, 4, 4]]])(
    "are refused as by PyTorch: %j",
    (shape) => {
      const message = "with optional 0 dim batch size for input, but got: [";
      expectError(() => core.maxPool2d(zeros(shape), 2, { padding: 1 }), "SHAPE_MISMATCH", message);
      expectError(() => core.avgPool2d(zeros(shape), 2, { padding: 1 }), "SHAPE_MISMATCH", message);
      expect(core.maxPool2d(zeros([0, 1, 4, 4]), 2).shape).toEqual([0, 1, 2, 2]);
    },
  );
});

describe("nothing, in huge shapes", () => {
  it.each([
    [
      "adaptiveAvgPool2d",
      (x: core.Tensor) => core.adaptiveAvgPool2d(x, [1, 2 ** 31 - 1]),
      [0, 1, 1, 2 ** 31 - 1],
    ],
    ["adaptiveMaxPool2d", (x: core.Tensor) => core.adaptiveMaxPool2d(x, [1, 2 ** 30]), [0, 1, 1, 2 ** 30]],
    ["pad", (x: core.Tensor) => core.pad(x, [2 ** 30, 0], { mode: "replicate" }), [0, 1, 3, 2 ** 30 + 3]],
  ] as const)("%s does no work for it", (_, run, shape) => {
    const x = zeros([0, 1, 3, 3], { requiresGrad: true });
    const out = run(x);
    expect(out.shape).toEqual(shape);
    out.sum().backward();
    expect(x.grad!.shape).toEqual([0, 1, 3, 3]);
  });
});

describe("scalars beside tensors", () => {
  it("are kept, but not for ever", () => {
    const backend = cpuJs();
    const t = zeros([2], { backend: backend as core.Backend });
    const live = () => backend.stats!().liveHandles;
    for (let i = 0; i < 5000; i++) t.mul(i + 0.5).dispose();
    expect(live()).toBeLessThan(1100);
  });
});

describe("options", () => {
  it.each<[string, () => unknown, string]>([
    ["a misspelt name", () => js.corr2d(plane(), kernel(), { pading: 1 }), "(did you mean 'padding'?)"],
    ["snake case", () => js.tensor([1], { requires_grad: true }), "(did you mean 'requiresGrad'?)"],
    ["a number in their place", () => js.maxPool2d(plane(), 2, 1), "write { stride: 2 }"],
    ["a Map", () => js.maxPool2d(plane(), 2, new Map([["stride", 1]])), "but got an object"],
    ["a revoked proxy", () => js.maxPool2d(plane(), 2, revoked()), "but got an object"],
    ["null", () => js.corr2d(plane(), kernel(), null), "but got null"],
    ["a wrong type", () => js.tensor([1], { requiresGrad: "no" }), "'requiresGrad' is a boolean"],
    ["in the place of dim", () => js.arange(3).sum({ dim: 0 }), "dim must be a number"],
    ["a second axis", () => js.arange(6).reshape(2, 3).mean(0, 1), "write { keepdim: true }"],
    ["a bound that is none", () => js.arange(3).clamp("0"), "a bound must be a number"],
    ["a name of NumPy's", () => js.arange(3).sum(0, { keepdims: true }), "(did you mean 'keepdim'?)"],
    ["a generator that is none", () => js.rand([2], { generator: 7 }), "must be a Generator"],
  ])("%s", (_, run, message) => expectError(run, "INVALID_ARGUMENT", message));
});

describe("what layers are made of", () => {
  it.each<[string, string, () => unknown]>([
    [
      "interpolate without options",
      "either size or scale_factor should be defined",
      () => js.interpolate(plane()),
    ],
    ["conv1d with null", "conv1d", () => js.conv1d(ones([1, 4]), ones([1, 1, 2]), null)],
    ["conv1d by position", "write { stride: 2 }", () => js.conv1d(ones([1, 4]), ones([1, 1, 2]), 2)],
    ["celu of an object", "celu: alpha must be a number, but got an object", () => js.celu(x(), {})],
    [
      "softshrink of a symbol",
      "softshrink: lambd must be a number",
      () => js.softshrink(x().float(), Symbol("s")),
    ],
    ["softplus of nothing", "softplus", () => js.softplus(null)],
    ["hardtanh with options", "hardtanh: minVal must be a number", () => js.hardtanh(x(), { minVal: 0 })],
    ["fold by position", "write { stride: 2 }", () => js.fold(ones([4, 9]), 4, 2, 1)],
    [
      "pixelShuffle by 0",
      "pixel_shuffle expects a positive upscale_factor, but got 0",
      () => js.pixelShuffle(plane(), 0),
    ],
  ])("%s: %s", (_, text, run) => {
    expectError(run, "INVALID_ARGUMENT", text);
  });
});

describe("int32", () => {
  it.each<[string, () => unknown, string]>([
    ["a number beside it", () => arange(3, { dtype: "int32" }).add(2 ** 31), "DTYPE_MISMATCH"],
    ["arange", () => arange(2 ** 32, 2 ** 32 + 2, 1, { dtype: "int32" }), "INVALID_ARGUMENT"],
    ["full", () => core.full([2], 0.5, { dtype: "int32" }), "INVALID_ARGUMENT"],
    ["full of nothing", () => js.full([2], undefined), "INVALID_ARGUMENT"],
  ])("refuses what it cannot hold: %s", (_, run, code) => expectError(run, code as core.ErrorCode, ""));
});

describe("PyTorch's forms", () => {
  it("are taken where they are unambiguous", () => {
    expect(x().reshape(3, 2).shape).toEqual([3, 2]);
    expect(x().reshape(-1).shape).toEqual([6]);
    expect(x().permute(1, 0).shape).toEqual([3, 2]);
    expect(ones(1, 3).expand(2, 3).shape).toEqual([2, 3]);
    expect(zeros(2, 3).shape).toEqual([2, 3]);
    expect(rand(2, { dtype: "float64" }).dtype).toBe("float64");
    expect(zeros(2, 3, { dtype: "int32" }).dtype).toBe("int32");
    expect(zeros([]).shape).toEqual([]);
    expect(x().sum(1, true).shape).toEqual([2, 1]);
    expect(x().flip(0, 1).toArraySync()).toEqual([
      [5, 4, 3],
      [2, 1, 0],
    ]);
    expect(x().clamp({ min: 2 }).amin().itemSync()).toBe(2);
    const w = ones([1], { requiresGrad: true });
    const y = w.mul(w).sum();
    y.backward({ retainGraph: true });
    y.backward();
    expect(w.grad!.itemSync()).toBe(4);
    const [g] = core.grad(w.mul(3).sum(), w);
    expect(g!.itemSync()).toBe(3);
  });

  it("rows may be typed arrays, and arrays may come from another realm", () => {
    expect(tensor([Float32Array.of(1, 2), Float32Array.of(3, 4)]).toArraySync()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expectError(() => js.tensor([[Float32Array.of(1, 2)], [[3]]]), "SHAPE_MISMATCH", "");
    const foreign = tensor(runInNewContext("new Int32Array([0, 2])"));
    expect([foreign.dtype, foreign.dataSync()]).toEqual(["int32", Int32Array.of(0, 2)]);
    expect(tensor(runInNewContext("[[7]]")).shape).toEqual([1, 1]);
  });
});

describe("std and var", () => {
  it.each([1e25, 1e-25, 3])("of ±%f", (v) => {
    const t = tensor([v, -v], { requiresGrad: true });
    const s = t.std();
    expect(s.itemSync() / v).toBeCloseTo(Math.SQRT2, 5);
    s.backward();
    expect(Array.from(t.grad!.dataSync())).toEqual(
      [Math.fround(Math.SQRT1_2), -Math.fround(Math.SQRT1_2)].map((n) => expect.closeTo(n, 5)),
    );
  });
  it("of nothing, of one, of equals, of NaN and ∞", () => {
    expect(tensor([]).std().itemSync()).toBeNaN();
    expect(tensor([1]).var().itemSync()).toBeNaN();
    expect(tensor([2, 2]).std().itemSync()).toBe(0);
    expect(tensor([NaN, 2]).std().itemSync()).toBeNaN();
    expect(tensor([Infinity, 2]).var().itemSync()).toBeNaN();
  });
});
