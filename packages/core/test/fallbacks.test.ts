/** A backend with only what is required: core's fallbacks, values and gradients, beside the backend's own. */
import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  addScaled,
  avgPool2d,
  type Backend,
  type BackendDefinition,
  COMPOSITES,
  cat,
  corr2d,
  defineBackend,
  gradcheck,
  logSoftmax,
  maxPool2d,
  nativeComposites,
  OPTIONAL_OPS,
  rand,
  softmax,
  type Tensor,
  tensor,
  withFallbacks,
} from "../src/index.ts";

/** cpu-js without composites and optional functions; it refuses to be asked for one. */
function bare(): Backend {
  const full = cpuJs() as Backend;
  const asked = (op: string): void => {
    if ((OPTIONAL_OPS as readonly string[]).includes(op)) throw new Error(`was asked for ${op}`);
  };
  const definition: Record<string, unknown> = {
    ...full,
    name: "bare",
    optionalOps: [],
    unary: ((op, ...rest) => {
      asked(op);
      return full.unary(op, ...rest);
    }) satisfies Backend["unary"],
    binary: ((op, ...rest) => {
      asked(op);
      return full.binary(op, ...rest);
    }) satisfies Backend["binary"],
    reduce: ((op, ...rest) => {
      asked(op);
      return full.reduce(op, ...rest);
    }) satisfies Backend["reduce"],
  };
  for (const member of COMPOSITES) delete definition[member];
  return defineBackend(definition as unknown as BackendDefinition<unknown>);
}

const own = cpuJs() as Backend;
const lacking = bare();

/** The same function on both backends. */
const both = <T>(run: (backend: Backend) => T): [T, T] => [run(own), run(lacking)];

const special = [-0, 0, 1.5, -2.25, NaN, Infinity, -Infinity, 3e38];

describe("optional functions", () => {
  it.each(["square", "rsqrt", "tan"] as const)("%s", (name) => {
    const [a, b] = both((backend) => tensor([0.5, 1, 4, 0.1], { backend })[name]().dataSync());
    for (const [i, value] of a.entries()) expect(b[i]).toBeCloseTo(value, 5);
  });

  it.each(["ne", "gt", "ge"] as const)("%s, NaN and infinities included", (name) => {
    const [a, b] = both((backend) => {
      const x = tensor(special, { backend });
      return x.unsqueeze(1)[name](x).toArraySync();
    });
    expect(b).toEqual(a);
  });

  it.each([
    ["float32", [3, -0.5, 7, 2]],
    ["float32", [3, NaN, 7, NaN]],
    ["float32", [3, -Infinity, 7, Infinity]],
    ["int32", [-(2 ** 31), 5, 2 ** 31 - 1, 0]],
  ] as const)("min and argmin of %s %j", (dtype, values) => {
    const [a, b] = both((backend) => {
      const x = tensor([...values], { backend, dtype });
      return [x.amin().itemSync(), x.argmin().itemSync(), x.min(0).values.itemSync()];
    });
    expect(b).toEqual(a);
  });

  it("have gradients", async () => {
    const x = rand([5], { backend: lacking, dtype: "float64" }).add(0.5).detach();
    x.requiresGrad = true;
    for (const f of [
      (t: Tensor) => t.rsqrt(),
      (t: Tensor) => t.tan(),
      (t: Tensor) => t.square(),
      (t: Tensor) => t.amin(),
    ]) {
      await gradcheck(f, [x]);
    }
  });
});

describe("composites", () => {
  it("are absent, and their operations work", () => {
    expect(nativeComposites(lacking)).toEqual([]);
    const [a, b] = both((backend) => {
      const x = tensor(
        Float32Array.from({ length: 48 }, (_, i) => Math.sin(i)),
        { backend, shape: [1, 3, 4, 4] },
      );
      const k = tensor(
        Float32Array.from({ length: 54 }, (_, i) => Math.cos(i)),
        { backend, shape: [2, 3, 3, 3] },
      );
      const bias = tensor([1, 2], { backend });
      x.requiresGrad = k.requiresGrad = bias.requiresGrad = true;
      const y = corr2d(x, k, { padding: 1, bias });
      const pooled = maxPool2d(y, 2).add(
        avgPool2d(y, 2, { countIncludePad: false, padding: [0, 1, 0, 1], stride: 2 }).slice(
          ":",
          ":",
          "0:2",
          "0:2",
        ),
      );
      const z = cat([softmax(pooled, 1), logSoftmax(pooled, 2).relu().sigmoid().tanh()], 3);
      addScaled(z, 0.5, z, 2).sum().backward();
      return [z, x.grad!, k.grad!, bias.grad!].flatMap((t) => Array.from(t.dataSync()));
    });
    expect(b.length).toBe(a.length);
    for (const [i, value] of a.entries()) expect(b[i]).toBeCloseTo(value, 4);
  });

  it("free what they made, on handles", () => {
    const backend = withFallbacks(bare());
    const x = backend.upload(Float32Array.of(1, 2, 3, 4));
    const before = backend.stats!();
    backend.free(backend.softmax(x, 2, 2, 1, "float32"));
    backend.free(backend.activationGrad("sigmoid", x, x, 4, "float32"));
    backend.free(backend.concat([x], [4], 1, 1, "float32"));
    backend.free(backend.concat([x, x, x], [4, 4, 4], 1, 1, "float32"));
    expect(backend.stats!()).toMatchObject({ liveHandles: before.liveHandles, liveBytes: before.liveBytes });
  });
});

describe("cat", () => {
  it("keeps −0 and NaN, joins many parts and none", () => {
    for (const backend of [own, lacking]) {
      const joined = cat([
        tensor([-0], { backend }),
        tensor([], { backend }),
        tensor([NaN, -0, 1], { backend }),
      ]);
      expect(Array.from(joined.dataSync())).toEqual([-0, NaN, -0, 1]);
      const parts = Array.from({ length: 65 }, (_, i) => tensor([[i], [-i]], { backend, dtype: "int32" }));
      const wide = cat(parts, 1);
      expect(wide.shape).toEqual([2, 65]);
      expect(wide.dataSync()[64]).toBe(64);
      expect(wide.dataSync()[129]).toBe(-64);
      expect(cat([tensor([], { backend }), tensor([], { backend })]).shape).toEqual([0]);
    }
  });
});

describe("a pool's window that meets no cell", () => {
  it("has index −1 and no gradient", () => {
    for (const backend of [own, lacking]) {
      const x = tensor([1, 2, 3, 4], { backend, shape: [1, 1, 2, 2], requiresGrad: true });
      const y = maxPool2d(x, 2, { stride: 1, padding: 1, dilation: 3 });
      expect(y.itemSync()).toBe(-Infinity);
      y.sum().backward();
      expect(Array.from(x.grad!.dataSync())).toEqual([0, 0, 0, 0]);
      const mean = avgPool2d(x, 2, { stride: 1, padding: 1, dilation: 3, countIncludePad: false });
      expect(mean.itemSync()).toBe(0);
    }
  });
});
