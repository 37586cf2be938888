/** The cost model of docs/scaling.md: what must hold whatever the numbers are. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { HOST, LINKS, NET_COSTS } from "../src/scaling/calibration.ts";
import {
  type Host,
  type Link,
  type NetCost,
  SUMS,
  sentBytes,
  stepOf,
  stopsAt,
  sumSeconds,
} from "../src/scaling/model.ts";
import { formatTables } from "../src/scaling/tables.ts";

const net: NetCost = { parameters: 1e6, perStep: 0.002, perImage: 0.001 };
const link: Link = { latency: 50e-6, perMessage: 5e-6, bytesPerSecond: 125e6 };
const host: Host = { addBytesPerSecond: 2e9, copyBytesPerSecond: 2e9 };
const ideal: Link = { latency: 0, perMessage: 0, bytesPerSecond: Number.POSITIVE_INFINITY };
const fast: Host = {
  addBytesPerSecond: Number.POSITIVE_INFINITY,
  copyBytesPerSecond: Number.POSITIVE_INFINITY,
};

it("one rank sums nothing", () => {
  for (const sum of SUMS) {
    expect(sumSeconds(sum, 1, 4e6, link, host)).toBe(0);
    expect(stepOf(net, 1, 32, sum, link, host)).toMatchObject({ sum: 0, seconds: 0.034, efficiency: 1 });
  }
});

it("bytes: two slices less a rank's own, or the whole array up and down a tree", () => {
  expect(sentBytes("ours", 2, 4e6)).toBe(4e6);
  expect(sentBytes("ring", 4, 4e6)).toBe(6e6);
  expect(sentBytes("tree", 8, 4e6)).toBe(24e6);
});

it("two ranks by hand", () => {
  // Three rounds, 4 MB at 125 MB/s, half of 4 MB added.
  expect(sumSeconds("ours", 2, 4e6, link, host)).toBeCloseTo(150e-6 + 0.032 + 0.001, 9);
  expect(sumSeconds("ring", 2, 4e6, link, host)).toBeCloseTo(100e-6 + 0.032 + 0.001, 9);
  expect(sumSeconds("tree", 2, 4e6, link, host)).toBeCloseTo(100e-6 + 0.064 + 0.002, 9);
});

it("with a perfect network only the fixed part of a step stops it", () => {
  const { seconds, efficiency } = stepOf(net, 64, 4, "ours", ideal, fast);
  expect(seconds).toBeCloseTo(0.006, 12);
  expect(efficiency).toBe(1);
  expect(stopsAt({ ...net, perStep: 0 }, 256, "ours", ideal, fast)).toBe(64);
  // 2 + 256 / n ms: from 64 to 128 ranks 6 to 4 ms, from 128 to 256 4 to 3 ms, less than 1.4 times.
  expect(stopsAt(net, 256, "ours", ideal, fast, { most: 256, gain: 1.4 })).toBe(128);
});

it("a slower network stops it earlier", () => {
  const slow = { ...link, bytesPerSecond: 12.5e6 };
  expect(stopsAt(net, 256, "ours", slow, host)).toBeLessThan(stopsAt(net, 256, "ours", ideal, fast));
});

it("docs/scaling.md has the tables that the command prints", () => {
  const page = readFileSync(new URL("../../docs/scaling.md", import.meta.url), "utf8");
  expect(page).toContain(formatTables(NET_COSTS, LINKS, HOST));
});
