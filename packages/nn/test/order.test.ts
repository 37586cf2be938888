// A ReLU before a maximum pool is taken after it: the same values and gradients, bit for bit, and nobody who watches sees it.
import { noGrad, randn, setBackend, type Tensor, tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { beforeAll, expect, it } from "vitest";
import { MaxPool2D, ReLU, Sequential } from "../src/index.ts";

/** Values of each kind: ties below zero and above, both zeros, NaN and infinities. */
const ODD = [-1, -1, 0, -0, 2, 2, 3, 1, Number.NaN, -1, Number.NaN, 4, Infinity, -Infinity, -2, -3];

async function through(net: (x: Tensor) => Tensor, x: Tensor): Promise<[values: string, gradient: string]> {
  const input = x.clone().detach();
  input.requiresGrad = true;
  const out = net(input);
  const weights = tensor(Float32Array.from({ length: out.numel() }, (_, i) => i + 1)).reshape(out.shape);
  out.mul(weights).sum().backward();
  const bits = (values: ArrayLike<number>): string =>
    Array.from(values, (v) => (Object.is(v, -0) ? "-0" : v)).join();
  return [bits(await out.data()), bits(await input.grad!.data())];
}

beforeAll(() => setBackend(cpuJs()));

it.each([
  [2, {}],
  [2, { stride: 1 }],
  [3, { stride: 2, padding: 1 }],
  [3, { stride: 2, ceilMode: true }],
  [2, { stride: 1, dilation: 3, padding: 1 }],
] as const)("gives what the modules give one by one: %s %o", async (size, options) => {
  const pool = new MaxPool2D(size, options);
  const relu = new ReLU();
  const net = new Sequential(relu, pool);
  for (const x of [tensor(ODD).reshape([1, 1, 4, 4]), randn([2, 3, 9, 8])]) {
    expect(await through(net, x)).toEqual(await through((y) => pool(relu(y)), x));
  }
});

it("leaves the order where a module has hooks, or a forward of its own", () => {
  const x = noGrad(() => randn([1, 1, 4, 4]));
  const seen: number[] = [];
  const hooked = new Sequential(new ReLU(), new MaxPool2D(2));
  const remover = hooked[0].registerForwardHook((_module, _inputs, output) => {
    seen.push(output.numel());
  });
  hooked(x);
  remover.remove();
  class Watched extends ReLU {
    override forward(y: Tensor): Tensor {
      seen.push(y.numel());
      return super.forward(y);
    }
  }
  new Sequential(new Watched(), new MaxPool2D(2))(x);
  const replaced = new Sequential(new ReLU(), new MaxPool2D(2));
  replaced[1].forward = (y: Tensor) => {
    seen.push(y.ge(0).sum().numel());
    return y;
  };
  replaced(x);
  expect(seen).toEqual([16, 16, 1]);
});

it("takes the pool first", () => {
  const out = new Sequential(new ReLU(), new MaxPool2D(2))(randn([1, 1, 4, 4], { requiresGrad: true }));
  expect(out.gradFn).toBe("ReluBackward0");
});
