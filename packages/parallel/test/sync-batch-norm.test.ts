/** SyncBatchNorm in threads, which block: the numbers of BatchNorm on the whole batch (whose numbers are PyTorch's: packages/nn). */
import { ones, setBackend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { BatchNorm2D, LazyBatchNorm2D, Sequential } from "@corr2d/nn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SyncBatchNorm, soleRank } from "../src/index.ts";
import { runThreads } from "../src/threads.ts";
import { bundled, type Modules } from "./bundle.ts";
import { group } from "./group.ts";

setBackend(cpuJs());

describe("on shares of a batch", () => {
  let modules: Modules;
  beforeAll(async () => {
    modules = await bundled(["norm"]);
  });
  afterAll(() => modules.remove());

  it.each([
    [2, "cpu-js"],
    [3, "cpu-wasm"],
  ])("%i ranks on %s", async (size, backend) => {
    await runThreads(size, modules.path("norm"), { timeoutSeconds: 60, worker: { workerData: { backend } } });
  });
});

it("of one rank is a BatchNorm", () => {
  const [own, plain] = [new SyncBatchNorm(2, soleRank()), new BatchNorm2D(2)];
  const x = ones([3, 2, 2, 2]);
  expect(own(x).dataSync()).toEqual(plain(x).dataSync());
  expect(own.clone()(x).dataSync()).toEqual(plain(x).dataSync());
});

it("refuses what it cannot do", () => {
  const blockless = group(2)[0]!;
  expect(() => new SyncBatchNorm(2, blockless)).toThrow(
    "the collective 'threads' cannot sum while a thread is blocked",
  );
  expect(() => new SyncBatchNorm(2, {} as never)).toThrow("expected a collective, but got an object");
  expect(() => new SyncBatchNorm(0, soleRank())).toThrow("num_features must be a positive integer");
  const convert = SyncBatchNorm.convertSyncBatchnorm as (module: unknown, collective: unknown) => unknown;
  expect(() => convert(1, soleRank())).toThrow("expected a module, but got 1");
  expect(() => convert(new Sequential(), undefined)).toThrow("expected a collective, but got undefined");
  expect(() => convert(new Sequential(new LazyBatchNorm2D()), soleRank())).toThrow(
    "does not know its features yet",
  );
  expect(() => new SyncBatchNorm(2, soleRank())(ones([2]))).toThrow(
    "expected at least 2D input (got 1D input)",
  );
});
