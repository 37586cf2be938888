import { describe, expect, test } from "vitest";
import { markdownTable } from "../src/markdown-table.ts";
import { formatValue, renderMarkdown, renderTables } from "../src/report.ts";
import type { Measured, WorkloadResult } from "../src/result.ts";

const measured = (name: string, value: number, ratio: number | null, threads = 1): Measured => ({
  name,
  status: "measured",
  value,
  mad: value / 20,
  ratio,
  threads,
  samples: 15,
  disturbed: 0,
});

const RESULT: WorkloadResult = {
  id: "W6b",
  suite: "forward",
  title: "64@56×56",
  unit: "s",
  threads: 1,
  flops: 2e8,
  us: "cpu-wasm",
  entries: [
    measured("cpu-js", 0.05, 20),
    measured("cpu-wasm", 0.0025, 1),
    measured("loops", 0.2, 80.4),
    { name: "tfjs-wasm", status: "cannot", reason: "kernel not registered" },
  ],
  versions: { "cpu-wasm": "0.1.0", loops: "–" },
  peak: { gflops: 50, instructions: "mul + add" },
};

/** Cells by column of the first row of the first table. */
function firstRow(markdown: string): Record<string, string> {
  const lines = markdown.split("\n").filter((line) => line.startsWith("|"));
  const cells = (line: string): string[] =>
    line
      .split("|")
      .slice(1, -1)
      .map((text) => text.trim());
  const heading = cells(lines[0]!);
  return Object.fromEntries(cells(lines[2]!).map((text, index) => [heading[index]!, text]));
}

describe("tables", () => {
  test("show ours, ratios, rate and share of the peak", () => {
    expect(firstRow(renderTables([RESULT]))).toEqual({
      id: "W6b",
      workload: "64@56×56",
      "cpu-js": "50.0 ms · 20.0×",
      "cpu-wasm": "2.50 ms ±5 %",
      loops: "200 ms · 80.4×",
      "GFLOP/s": "80.0",
      "of peak": "160 %",
    });
  });

  test("give reasons below, and no column to who cannot do anything", () => {
    const text = renderTables([RESULT]);
    expect(text).toContain("- tfjs-wasm cannot: kernel not registered");
    expect(firstRow(text)).not.toHaveProperty("tfjs-wasm");
  });

  test("name the workloads of a reason that does not hold for all", () => {
    const other = {
      ...RESULT,
      id: "W6c",
      entries: [measured("cpu-wasm", 0.003, 1), measured("tfjs-wasm", 1, 2)],
    };
    const text = renderTables([RESULT, other]);
    expect(text).toContain("- tfjs-wasm cannot W6b: kernel not registered");
    expect(firstRow(text)["tfjs-wasm"]).toBe("cannot");
  });

  test("show small ratios too", () => {
    const beaten = { ...RESULT, entries: [measured("cpu-wasm", 0.004, 1), measured("loops", 8e-6, 0.002)] };
    expect(firstRow(renderTables([beaten])).loops).toBe("8.00 µs · 0.002×");
  });

  test("mark a median of disturbed samples", () => {
    const noisy = { ...measured("loops", 0.2, 80.4), disturbed: 8 };
    const calmer = { ...measured("cpu-wasm", 0.0025, 1), disturbed: 7 };
    const row = firstRow(renderTables([{ ...RESULT, entries: [calmer, noisy] }]));
    expect(row.loops).toBe("~200 ms · 80.4×");
    expect(row["cpu-wasm"]).toBe("2.50 ms ±5 %");
  });

  test("compare more threads with one of the same backend", () => {
    const threaded: WorkloadResult = {
      ...RESULT,
      threads: 2,
      entries: [
        measured("cpu-wasm", 0.001, 1, 2),
        measured("cpu-wasm ×1", 0.0019, 1.9),
        measured("loops", 0.2, 200),
      ],
    };
    const row = firstRow(renderTables([threaded]));
    expect(row["cpu-wasm ×1"]).toBe("1.90 ms (1T) · 1.90×");
    expect(row.loops).toBe("200 ms (1T) · 200×");
    expect(row["of peak"]).toBe("200 %");
  });

  test("begin anew with each suite and thread count", () => {
    const text = renderTables([RESULT, { ...RESULT, threads: 2 }, { ...RESULT, suite: "tiny" }]);
    expect(text.match(/^### .*/gm)).toEqual([
      "### forward, 1 thread",
      "### forward, 2 threads",
      "### tiny, 1 thread",
    ]);
  });

  test("of sizes say kilobytes, and have no rates", () => {
    const size: WorkloadResult = {
      ...RESULT,
      id: "size",
      suite: "size",
      unit: "B",
      flops: 0,
      peak: null,
      entries: [{ ...measured("cpu-wasm", 76_000, 1), mad: 0 }],
    };
    expect(firstRow(renderTables([size]))).toEqual({
      id: "size",
      workload: "64@56×56",
      "cpu-wasm": "76.0 kB",
    });
  });
});

test("Markdown describes the machine and the versions", () => {
  const machine = {
    cpu: "Some CPU",
    cores: 2,
    memoryGiB: 8,
    os: "Linux x64",
    node: "20.0.0",
    v8: "11.3",
    load: 9.54,
  };
  const text = renderMarkdown({ machine, quick: true, results: [RESULT], cliffs: [] });
  expect(text).toMatch(/^# Results\n/);
  expect(text).toMatch(/\| processor +\| Some CPU, 2 cores +\|/);
  expect(text).toMatch(/\| cpu-wasm +\| 0\.1\.0 +\|/);
  expect(text).toMatch(/\| load before +\| 9\.5 processes +\|/);
  expect(text).toContain("50.0 GFLOP/s (mul + add)");
  expect(text).toContain("a first look, not to be quoted");
  expect(renderMarkdown({ machine, quick: false, results: [RESULT], cliffs: [] })).not.toContain(
    "first look",
  );
});

test.each([
  [1.234, "s", "1.23 s"],
  [0.0123, "s", "12.3 ms"],
  [4.5e-6, "s", "4.50 µs"],
  [9e-8, "s", "90.0 ns"],
  [512, "B", "512 B"],
  [60_000, "B", "60.0 kB"],
  [3_710_000, "B", "3.71 MB"],
] as const)("formatValue(%d, %s) is %s", (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text);
});

test("markdownTable pads, aligns and escapes", () => {
  expect(
    markdownTable(
      [
        ["a", "number"],
        ["x|y", "1"],
      ],
      ["left", "right"],
    ),
  ).toBe("| a    | number |\n| ---- | -----: |\n| x\\|y |      1 |");
});
