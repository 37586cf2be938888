// Goldens are PyTorch's own draws (scripts/goldens): what is exact is compared bit for bit, and the draw after a
// draw shows that both used the same number of words.
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import { bernoulli, rand, randint, randn, randperm } from "../src/create.ts";
import { setBackend } from "../src/current-backend.ts";
import { drawBernoulli, drawIntegers, drawNormal, drawPermutation, drawUniform } from "../src/draws.ts";
import { defaultGenerator, Generator, getRngState, manualSeed, setRngState } from "../src/random.ts";
import goldens from "./fixtures/random.json" with { type: "json" };

interface Draw {
  draw: string;
  n: number;
  dtype?: string;
  args?: number[];
  values?: number[];
  first?: number[];
  last?: number[];
  crc?: number;
  sum?: number;
}

type Values = Float32Array | Float64Array | Int32Array;

function run(generator: Generator, { draw, n, dtype, args = [] }: Draw): Values {
  const float = dtype === "float64" ? "float64" : "float32";
  if (draw === "uniform") return drawUniform(generator, n, float, ...args);
  if (draw === "normal") return drawNormal(generator, n, float, ...args);
  if (draw === "bernoulli") return drawBernoulli(generator, n, float, args[0]!);
  if (draw === "bernoulliEach") {
    const exact = Array.from({ length: n }, (_, i) => i / n);
    return drawBernoulli(generator, n, float, float === "float32" ? Float32Array.from(exact) : exact);
  }
  if (draw === "randint") return drawIntegers(generator, n, args[0]!, args[1]!);
  if (draw === "randperm") return drawPermutation(generator, n);
  throw new Error(`unknown draw ${draw}`);
}

/** Normal values that take logarithms and sines from `Math` may differ from the C library's in the last place. */
function usesMath({ draw, n, dtype }: Draw): boolean {
  return draw === "normal" && (n < 16 || dtype === "float64");
}

function check(values: Values, golden: Draw): void {
  expect(values.length).toBe(golden.n);
  const checkSome = (actual: Values, expected: number[]): void => {
    if (usesMath(golden)) {
      const tolerance = golden.dtype === "float64" ? 4e-16 : 1.2e-7;
      expected.forEach((e, i) => {
        expect(Math.abs(actual[i]! - e)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(e)));
      });
    } else {
      const same = golden.dtype === "float32" ? Array.from(new Float32Array(expected)) : expected;
      expect(Array.from(actual)).toEqual(same);
    }
  };
  if (golden.values) checkSome(values, golden.values);
  if (golden.first) checkSome(values.subarray(0, 4), golden.first);
  if (golden.last) checkSome(values.subarray(-4), golden.last);
  if (golden.crc !== undefined) expect(crc32(new Uint8Array(values.buffer))).toBe(golden.crc);
  if (golden.sum !== undefined) {
    let sum = 0;
    for (const value of values) sum += value;
    expect(sum).toBeCloseTo(golden.sum, 9);
  }
}

const describeDraw = ({ draw, n, dtype, args }: Draw): string =>
  `${draw}(${[n, dtype, ...(args ?? []).map((x) => Number(x.toPrecision(3)))].filter((x) => x !== undefined)})`;

describe("PyTorch's draws", () => {
  for (const { seed, draws } of goldens.cases as { seed: number; draws: Draw[] }[]) {
    it(`seed ${seed}: ${draws.map(describeDraw).join(", ")}`, () => {
      const generator = new Generator(seed);
      for (const golden of draws) check(run(generator, golden), golden);
    });
  }

  it("without a seed", () => {
    const generator = new Generator();
    expect(generator.initialSeed()).toBe(goldens.unseeded.seed);
    expect(drawUniform(generator, 3, "float32")).toEqual(new Float32Array(goldens.unseeded.uniform));
  });
});

describe("seeds", () => {
  it("manualSeed seeds the default generator, returns it and forgets the waiting normal", () => {
    expect(manualSeed(5)).toBe(defaultGenerator);
    const first = drawNormal(defaultGenerator, 1, "float64");
    expect(drawNormal(manualSeed(5), 1, "float64")).toEqual(first);
    expect(defaultGenerator.initialSeed()).toBe(5);
  });

  it("count modulo 2 ** 32, negative ones too", () => {
    const draws = (seed: number): number[] => Array.from(drawIntegers(new Generator(seed), 5, 0, 1000));
    expect(draws(2 ** 32 + 5)).toEqual(draws(5));
    expect(draws(-1)).toEqual(draws(2 ** 32 - 1));
    expect(draws(-(2 ** 32))).toEqual(draws(0));
  });

  it("are safe integers", () => {
    for (const seed of [0.5, Number.NaN, 2 ** 53, "1" as unknown as number]) {
      expect(() => new Generator(seed)).toThrow(/seed to be a safe integer/);
    }
  });
});

describe("state", () => {
  it("continues where it was taken, through JSON, the waiting normal included", () => {
    const generator = new Generator(11);
    drawUniform(generator, 700, "float32");
    drawNormal(generator, 1, "float32");
    const state = JSON.parse(JSON.stringify(getRngState(generator)));
    const expected = [drawNormal(generator, 3, "float64"), drawPermutation(generator, 9)];
    const other = new Generator(0);
    setRngState(state, other);
    expect([drawNormal(other, 3, "float64"), drawPermutation(other, 9)]).toEqual(expected);
    expect(other.initialSeed()).toBe(11);
    expect(getRngState(other)).toEqual(getRngState(generator));
  });

  it("is a copy", () => {
    const generator = new Generator(11);
    const state = getRngState(generator);
    const before = structuredClone(state);
    drawUniform(generator, 1000, "float32");
    expect(state).toEqual(before);
  });

  it("is checked", () => {
    const generator = new Generator(1);
    const state = getRngState(generator);
    for (const wrong of [
      { ...state, words: state.words.slice(1) },
      { ...state, words: state.words.map((word) => word + 0.5) },
      { ...state, index: 625 },
      { ...state, nextNormal: Number.NaN },
      { ...state, seed: "1" as unknown as number },
    ]) {
      expect(() => setRngState(wrong, generator)).toThrow(/generator's state/);
    }
    expect(getRngState(generator)).toEqual(state);
  });
});

describe("tensors", () => {
  it("are drawn from the generator that is given", () => {
    setBackend(cpuJs());
    const generator = new Generator(3);
    const options = { generator };
    const probabilities = [0, 0.3, 0.6, 0.9];
    const tensors = [
      rand([2, 3], options),
      randn([4, 5], options),
      randint(-5, 5, [2, 2], options),
      randperm(7, options),
      bernoulli([3, 3], 0.4, options),
      bernoulli([2, 2], probabilities, options),
    ];
    const same = new Generator(3);
    expect(tensors.map((tensor) => tensor.dataSync())).toEqual([
      drawUniform(same, 6, "float32"),
      drawNormal(same, 20, "float32"),
      drawIntegers(same, 4, -5, 5),
      drawPermutation(same, 7),
      drawBernoulli(same, 9, "float32", 0.4),
      drawBernoulli(same, 4, "float32", probabilities),
    ]);
    expect(getRngState(generator)).toEqual(getRngState(same));
  });
});

describe("bad arguments", () => {
  const generator = new Generator(0);
  const cases: [string, () => unknown, RegExp][] = [
    ["negative count", () => drawUniform(generator, -1, "float32"), /non-negative integer, but got -1/],
    ["fractional count", () => drawPermutation(generator, 2.5), /non-negative integer, but got 2.5/],
    ["dtype", () => drawUniform(generator, 1, "int32" as "float32"), /expected dtype "float32" or "float64"/],
    ["empty interval", () => drawUniform(generator, 1, "float32", 3, 2), /found from=3 > to=2/],
    [
      "bound past float32",
      () => drawUniform(generator, 1, "float32", -3e39, 0),
      /from is out of bounds for float/,
    ],
    [
      "bound past float64",
      () => drawUniform(generator, 1, "float64", 0, Infinity),
      /to is out of bounds for double/,
    ],
    ["bound NaN", () => drawUniform(generator, 1, "float32", Number.NaN), /from is out of bounds for float/],
    ["wide interval", () => drawUniform(generator, 1, "float32", -3e38, 3e38), /exceed the limit/],
    ["negative std", () => drawNormal(generator, 1, "float32", 0, -1), /std >= 0.0, but found std -1/],
    ["std NaN", () => drawNormal(generator, 20, "float64", 0, Number.NaN), /std >= 0.0, but found std NaN/],
    [
      "empty range",
      () => drawIntegers(generator, 1, 5, 5),
      /'from' to be less than 'to', but got from=5 >= to=5/,
    ],
    ["fractional range", () => drawIntegers(generator, 1, 0, 1.5), /randint expects integers/],
    ["low past int32", () => drawIntegers(generator, 1, -(2 ** 31) - 1, 0), /from is out of bounds for int/],
    ["high past int32", () => drawIntegers(generator, 1, 0, 2 ** 31 + 1), /to - 1 is out of bounds for int/],
    ["long permutation", () => drawPermutation(generator, 214748364), /n < 214748364/],
    ["probability above 1", () => drawBernoulli(generator, 1, "float32", 1.5), /in \[0, 1\], but got p=1.5/],
    ["probability NaN", () => drawBernoulli(generator, 1, "float32", [Number.NaN]), /but got p=NaN/],
    ["probabilities missing", () => drawBernoulli(generator, 2, "float32", [0.5]), /expects 2 probabilities/],
  ];
  for (const [name, call, message] of cases) {
    it(`${name}: an error that draws nothing`, () => {
      const before = getRngState(generator);
      expect(call).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
      expect(call).toThrow(message);
      expect(getRngState(generator)).toEqual(before);
    });
  }
});
