/** Every name in the right-hand column of "PyTorch → corr2d" is there: exported, or a member of a tensor, module or scheduler. */
import * as core from "@corr2d/core";
import * as data from "@corr2d/data";
import * as io from "@corr2d/io";
import * as nn from "@corr2d/nn";
import * as parallel from "@corr2d/parallel";
import { expect, test } from "vitest";
import { readPage } from "../src/repository.ts";

const page = readPage("docs/from-pytorch.md");
const [, table = ""] = /## Names\n([\s\S]*?)\n```/.exec(page) ?? [];
const names = [...table.matchAll(/\| ([^|]*) \|$/gm)]
  .flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/g)].map(([, code]) => code!))
  // `init.xavierUniform(w)` names xavierUniform, `x.slice([1, 3])` slice, `Conv2D` itself.
  .map((code) => /^(?:[a-z]\w*\.|\.)?(\w+)/.exec(code)![1]!);

test("the table has names", () => {
  expect(names.length).toBeGreaterThan(30);
});

test.each([...new Set(names)])("%s exists", (name) => {
  const places = [
    core,
    core.autograd,
    nn,
    nn.init,
    data,
    io,
    parallel,
    parallel.DistributedDataParallel.prototype,
    core.Tensor.prototype,
    nn.Module.prototype,
    nn.Scheduler.prototype,
  ];
  expect(places.some((place) => name in place)).toBe(true);
});
