import { describe, expect, test } from "vitest";
import { type BenchArguments, createProgram, MEASURABLE, parseArguments } from "../src/arguments.ts";
import { PEERS } from "../src/peers/index.ts";

function parse(...args: string[]): BenchArguments {
  const program = createProgram()
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} });
  return parseArguments(["node", "bench", ...args], program);
}

test("nothing said means everything, with one thread", () => {
  expect(parse()).toEqual({
    workloads: MEASURABLE.map(({ id }) => id),
    peers: PEERS.map(({ name }) => name),
    backends: ["cpu-js", "cpu-wasm"],
    threads: [1],
    quick: false,
    list: false,
    json: null,
    markdown: null,
  });
});

describe("--suite", () => {
  test("takes suites and workloads, in the table's order, once", () => {
    expect(parse("--suite", "W6b", "tiny", "W1").workloads).toEqual([
      ..."W1 W2 W1-literal dX-W1-literal dW-W1-literal P dX-P add16 W6b".split(" "),
    ]);
    expect(parse("--suite", "startup", "size").workloads).toEqual(["cold", "size"]);
  });

  test("names what is allowed", () => {
    expect(() => parse("--suite", "nonsense")).toThrow(
      /unknown suite or workload 'nonsense': suites are tiny, /,
    );
  });
});

describe("--peer", () => {
  test("selects, in the table's order", () => {
    expect(parse("--peer", "loops", "tfjs-cpu").peers).toEqual(["tfjs-cpu", "loops"]);
    expect(parse("--peer", "none").peers).toEqual([]);
  });

  test("names what is allowed", () => {
    expect(() => parse("--peer", "caffe")).toThrow(/unknown peer 'caffe': peers are tfjs-cpu, /);
  });
});

test("--backend and --threads are lists with commas", () => {
  const { backends, threads } = parse("--backend", "cpu-js,./mine.js", "--threads", "1,2");
  expect(backends).toEqual(["cpu-js", "./mine.js"]);
  expect(threads).toEqual([1, 2]);
});

test.each(["0", "1,x", "1.5", ""])("--threads %j is refused", (text) => {
  expect(() => parse("--threads", text)).toThrow(/positive integers/);
});

test("flags and files", () => {
  expect(parse("--quick", "--list", "--json", "a.json", "--markdown", "b.md")).toMatchObject({
    quick: true,
    list: true,
    json: "a.json",
    markdown: "b.md",
  });
});

test("an unknown option is an error", () => {
  expect(() => parse("--fast")).toThrow(/unknown option '--fast'/);
});
