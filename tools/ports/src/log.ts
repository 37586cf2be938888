/** What a port is given beside PyTorch's names: `log` notes what the test compares with PyTorch's. */
import type { Shape, Tensor } from "@corr2d/core";
import type { Module } from "@corr2d/nn";

export interface Log {
  /** Notes a value. */
  (name: string, value: Tensor | number | string | Shape): void;
  /** Notes a network: its text, its state dict, and how many parameters it has. `shape` is an input's. */
  module(name: string, net: Module, shape: Shape): void;
}

export type Port = (log: Log) => Promise<void>;
