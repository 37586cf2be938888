/** What consoles show of a tensor. Deno and Bun have their own ways to be told; what they are told is tested here. */
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { deferring } from "../../conformance/test/deferring.ts";
import { cpuJs } from "../../cpu-js/src/index.ts";
import { type Backend, installConsoleFormatters, ones, setBackend, Tensor, tensor } from "../src/index.ts";

setBackend(cpuJs());
const x = tensor([
  [1, 2],
  [3, 4],
]);

describe("console.log in Node", () => {
  it("prints what String gives", () => {
    expect(inspect(x)).toBe("tensor([[1., 2.],\n        [3., 4.]])");
    const y = tensor([1, 2], { requiresGrad: true }).mul(2);
    expect(inspect(y)).toBe("tensor([2., 4.], grad_fn=<MulBackward0>)");
    expect(inspect(tensor(0.5), { colors: true, depth: 0 })).toBe("tensor(0.5000)");
  });

  it("indents the lines of one that stands inside something", () => {
    expect(inspect([x])).toBe("[\n  tensor([[1., 2.],\n          [3., 4.]])\n]");
    expect(inspect({ loss: tensor(1), n: 2 })).toBe("{ loss: tensor(1.), n: 2 }");
    expect(inspect(new Map([["w", tensor([1])]]))).toBe("Map(1) { 'w' => tensor([1.]) }");
  });

  it("prints what String gives of a disposed tensor and on a late backend", () => {
    const gone = ones([2, 3]);
    gone.dispose();
    const late = ones([2, 3], { backend: deferring(cpuJs() as Backend) });
    for (const t of [gone, late]) {
      expect(inspect(t)).toBe(String(t));
      expect(inspect({ t })).toBe(`{ t: ${t} }`);
    }
    expect(inspect(late)).toBe("tensor(…, size=(2, 3), backend=deferring)");
  });

  it("leaves the class and its prototype as they are", () => {
    expect(inspect(Tensor)).toContain("class Tensor");
    expect(() => inspect(Tensor.prototype)).not.toThrow();
  });
});

it("tells Deno the text, with its indentation", () => {
  const text = (options?: object) =>
    (x as unknown as Record<symbol, (inspect: unknown, options?: object) => string>)[
      Symbol.for("Deno.customInspect")
    ]!(null, options);
  expect(text()).toBe(String(x));
  expect(text({ indentationLvl: 2 })).toBe("tensor([[1., 2.],\n          [3., 4.]])");
});

describe("installConsoleFormatters", () => {
  const page = globalThis as { devtoolsFormatters?: { header(value: unknown): unknown }[] };
  afterEach(() => {
    delete page.devtoolsFormatters;
  });

  it("adds one formatter to those of the page, for tensors only", () => {
    const other = { header: () => null };
    page.devtoolsFormatters = [other];
    installConsoleFormatters();
    installConsoleFormatters();
    expect(page.devtoolsFormatters.length).toBe(2);
    const { header } = page.devtoolsFormatters[1]!;
    expect(header(x)).toEqual(["span", { style: "white-space: pre" }, String(x)]);
    for (const value of [1, null, undefined, "x", {}, Tensor.prototype]) expect(header(value)).toBeNull();
  });

  it("works in a page that has none", () => {
    installConsoleFormatters();
    expect(page.devtoolsFormatters?.length).toBe(1);
  });
});
