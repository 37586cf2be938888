// Every port against what its original logged in PyTorch (scripts/goldens/make_ports.py), on both backends: the texts and state
// dicts of networks, their first values, losses, predictions.
import { readdirSync, readFileSync } from "node:fs";
import { type Backend, setBackend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { cpuWasm } from "@corr2d/cpu-wasm";
import { describe, expect, it } from "vitest";
import type { Port } from "../src/log.ts";
import { type Net, type Recorded, type RecordedNet, recorder, type Value } from "./recorder.ts";

interface Golden {
  readonly spread: number;
  readonly log: readonly (readonly [name: string, value: Value])[];
}

/** How far numbers may be from PyTorch's, relative to the largest of the value. */
const BOUND = 1e-5;

const folder = (path: string): URL => new URL(path, import.meta.url);
const names = readdirSync(folder("../pytorch")).flatMap((file) =>
  file.endsWith(".py") ? [file.slice(0, -3)] : [],
);

async function load(name: string): Promise<{ port: Port; golden: Golden }> {
  const module: Record<string, Port> = await import(`../src/${name.replaceAll("_", "-")}.ts`);
  const [port] = Object.values(module);
  if (port === undefined) throw new Error(`src/${name}.ts exports nothing`);
  return { port, golden: JSON.parse(readFileSync(folder(`./fixtures/${name}.json`), "utf8")) };
}

function expectNet(name: string, actual: RecordedNet, golden: Net): void {
  expect(actual.text, name).toBe(golden.text);
  expect(actual.parameters, name).toBe(golden.parameters);
  expect(actual.state.map(([key, shape]) => [key, shape])).toEqual(
    golden.state.map(([key, shape]) => [key, shape]),
  );
  for (const [i, [key, , checksum]] of golden.state.entries()) {
    const { sum, scale } = actual.state[i]![2];
    expect(Math.abs(sum - checksum), `${name}: checksum of ${key}`).toBeLessThanOrEqual(1e-6 * scale);
  }
}

function expectNumbers(name: string, actual: readonly number[], golden: readonly number[]): void {
  expect(actual.length, name).toBe(golden.length);
  const scale = Math.max(...golden.map(Math.abs));
  for (const [i, want] of golden.entries()) {
    const got = actual[i]!;
    const text = `${name}: element ${i} is ${got}, PyTorch has ${want}`;
    expect(Math.abs(got - want), text).toBeLessThanOrEqual(BOUND * scale);
  }
}

function expectValue(name: string, actual: Recorded, golden: Value): void {
  const [list, goldenList] = [actual, golden].map((value) => (typeof value === "number" ? [value] : value));
  if (Array.isArray(list) && Array.isArray(goldenList)) expectNumbers(name, list, goldenList);
  else if (typeof golden === "object") expectNet(name, actual as RecordedNet, golden as Net);
  else expect(actual, name).toBe(golden);
}

describe.each([
  ["cpu-js", cpuJs],
  ["cpu-wasm", cpuWasm],
])("%s", (_, start: () => Backend | Promise<Backend>) => {
  it.each(names)("%s", async (name) => {
    const { port, golden } = await load(name);
    expect(golden.spread, "what PyTorch's own rounding does to the numbers").toBeLessThan(BOUND);
    setBackend(await start());
    const { log, entries } = recorder();
    await port(log);
    expect(entries.map(([key]) => key)).toEqual(golden.log.map(([key]) => key));
    for (const [i, [key, value]] of golden.log.entries())
      expectValue(`entry ${i}, ${key}`, entries[i]![1], value);
  });
});
