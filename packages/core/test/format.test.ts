// Goldens are PyTorch's own output (scripts/goldens); what PyTorch changed since that version is below in full.
import { afterEach, describe, expect, it } from "vitest";
import type { FormatOptions } from "../src/format.ts";
import { formatTensor, setPrintoptions, type TensorDType } from "../src/index.ts";
import goldens from "./fixtures/format.json" with { type: "json" };

interface Golden {
  data?: (number | string)[];
  recipe?: [kind: string, n: number, scale: number, offset?: number];
  shape: number[];
  dtype?: TensorDType;
  requiresGrad?: boolean;
  gradFn?: string;
  options?: FormatOptions;
  text: string;
}

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Int32Array };

function elements({ data = [], recipe, dtype = "float32" }: Golden): ArrayLike<number> {
  let values = data.map((x) => (typeof x === "number" ? x : Number(x.replace("inf", "Infinity"))));
  if (recipe) {
    const [kind, n, scale, offset = 0] = recipe;
    const value = (i: number): number =>
      kind === "ramp" ? i * scale : ((i * 7919) % 10007) * scale + offset;
    values = Array.from({ length: n }, (_, i) => value(i));
  }
  return new arrays[dtype](values);
}

afterEach(() => {
  setPrintoptions({ profile: "default" });
});

describe("PyTorch's output", () => {
  (goldens.cases as Golden[]).forEach((golden, i) => {
    const { shape, dtype = "float32", requiresGrad, gradFn, options, text } = golden;
    it(`${i}: ${dtype} [${shape}] ${text.slice(0, 40).replaceAll("\n", " ")}`, () => {
      expect(formatTensor(elements(golden), shape, dtype, { requiresGrad, gradFn, ...options })).toBe(text);
    });
  });
});

describe("a style asked for, as PyTorch 2.13 prints it", () => {
  const cases: [number[], boolean, string][] = [
    [[1, 2, Infinity], true, "tensor([1.0000e+00, 2.0000e+00,        inf])"],
    [[1, 2.5, Number.NaN], true, "tensor([1.0000e+00, 2.5000e+00,        nan])"],
    [[0, 0, Number.NaN], true, "tensor([0., 0., nan])"],
    [[1e9, 2, Number.NaN], false, "tensor([1000000000.,          2.,         nan])"],
    [[-1e-9, 0, -Infinity], false, "tensor([-0.0000,  0.0000,    -inf])"],
    [[1e10, 1.5], false, "tensor([10000000000.0000,           1.5000])"],
    [[Math.fround(1e22), 0.5], false, "tensor([9999999778196308361216.0000,                      0.5000])"],
    [
      [Math.fround(1e30), 1],
      false,
      "tensor([1000000015047466219876688855040.,                               1.])",
    ],
  ];
  for (const [data, sciMode, text] of cases) {
    it(text, () => expect(formatTensor(data, [data.length], "float32", { sciMode })).toBe(text));
  }
});

describe("no edge items, as PyTorch 2.13 prints it", () => {
  const zeros = new Float32Array(2000);
  const print = (shape: number[], dtype: TensorDType = "float32", options: FormatOptions = {}): string =>
    formatTensor(zeros, shape, dtype, { edgeitems: 0, ...options });

  it("hides a large tensor", () => {
    expect(print([2000])).toBe("tensor([...], size=(2000,))");
    expect(print([40, 50])).toBe("tensor([...], size=(40, 50))");
    expect(print([2000], "float64", { requiresGrad: true })).toBe(
      "tensor([...], size=(2000,), dtype=torch.float64, requires_grad=True)",
    );
  });

  it("adds the size to a small one", () => {
    expect(print([5])).toBe("tensor([0., 0., 0., 0., 0.], size=(5,))");
    expect(print([3, 0])).toBe("tensor([], size=(3, 0))");
    expect(print([0])).toBe("tensor([])");
    expect(print([], "float32", { threshold: 0 })).toBe("tensor(0., size=())");
  });
});

describe("rounding", () => {
  it("goes to even in fixed style", () => {
    const data = [0.5, 1.5, 2.5, -0.5, 0.25];
    expect(formatTensor(data, [5], "float64", { precision: 0 })).toBe(
      "tensor([ 0,  2,  2, -0,  0], dtype=torch.float64)",
    );
  });

  it("goes to even in scientific style, small, large and carrying", () => {
    const print = (x: number): string => formatTensor([x], [], "float64", { precision: 0, sciMode: true });
    const mantissas = [0.25, 25, 35, 45000, 65e20, 75e20, 95, 9.5].map((x) => print(x).slice(7, 12));
    expect(mantissas).toEqual(["2e-01", "2e+01", "4e+01", "4e+04", "6e+21", "8e+21", "1e+02", "1e+01"]);
  });
});

it("reads only what it prints", () => {
  let reads = 0;
  const data = new Proxy({ length: 1e6 } as ArrayLike<number>, {
    get: () => {
      reads++;
      return 1;
    },
  });
  formatTensor(data, [1000, 1000], "float32");
  expect(reads).toBe(72);
});

describe("setPrintoptions", () => {
  it("holds for later prints, and a profile sets everything", () => {
    const data = [1 / 3, 2 / 3];
    expect(setPrintoptions({ precision: 2, sciMode: true })).toEqual({
      precision: 2,
      threshold: 1000,
      edgeitems: 3,
      linewidth: 80,
      sciMode: true,
    });
    expect(formatTensor(data, [2], "float32")).toBe("tensor([3.33e-01, 6.67e-01])");
    expect(formatTensor(data, [2], "float32", { sciMode: null })).toBe("tensor([0.33, 0.67])");
    setPrintoptions({ precision: 3 });
    expect(formatTensor(data, [2], "float32")).toBe("tensor([3.333e-01, 6.667e-01])");
    setPrintoptions({ profile: "short", linewidth: 12 });
    expect(formatTensor(data, [2], "float32")).toBe("tensor([0.33,\n        0.67])");
    setPrintoptions({ profile: "full" });
    expect(formatTensor(new Float32Array(1001), [1001], "float32")).not.toContain("...");
    setPrintoptions({ profile: "default" });
    expect(formatTensor(data, [2], "float32")).toBe("tensor([0.3333, 0.6667])");
  });

  it("refuses what makes no sense, and then changes nothing", () => {
    for (const options of [
      { precision: -1 },
      { precision: 101 },
      { linewidth: 0 },
      { edgeitems: 1.5 },
      { threshold: Number.NaN },
      { profile: "tall" as "short" },
    ]) {
      expect(() => setPrintoptions(options)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    }
    expect(() => formatTensor([1], [1], "float32", { linewidth: 0 })).toThrow(
      /linewidth to be an integer from 1/,
    );
    expect(setPrintoptions().linewidth).toBe(80);
  });
});
