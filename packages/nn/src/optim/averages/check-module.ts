/** Whether what averages and their statistics are given is a network. */
import { describeValue } from "@corr2d/core";
import { invalid } from "../../arguments.ts";
import { isModule, type Module } from "../../module.ts";

/** @throws INVALID_ARGUMENT */
export function checkModule(owner: string, value: unknown): asserts value is Module {
  if (isModule(value)) return;
  throw invalid(`${owner}: expected a module, but got ${describeValue(value)}`);
}
