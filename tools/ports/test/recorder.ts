/** A `log` that keeps what a port notes, as the goldens have it. */
import { getRngState, type Shape, setRngState, type Tensor } from "@corr2d/core";
import { type Module, summary } from "@corr2d/nn";
import type { Log } from "../src/log.ts";

/** A network: the keys of its state dict, with shapes and checksums. */
export interface Net {
  readonly input: Shape;
  readonly parameters: number;
  readonly text: string;
  readonly state: readonly (readonly [key: string, shape: Shape, checksum: number])[];
}

export type Value = number | string | readonly number[] | Net;

/** The sum of element × cos(index), and what its terms may add up to. */
export interface Checksum {
  readonly sum: number;
  readonly scale: number;
}

export interface RecordedNet extends Omit<Net, "state"> {
  readonly state: readonly (readonly [key: string, shape: Shape, checksum: Checksum])[];
}

export type Recorded = number | string | readonly number[] | RecordedNet;

function checksumOf(tensor: Tensor): Checksum {
  let sum = 0;
  let scale = 0;
  for (const [i, value] of tensor.dataSync().entries()) {
    sum += value * Math.cos(i);
    scale += Math.abs(value);
  }
  return { sum, scale };
}

function describe(net: Module, input: Shape): RecordedNet {
  const text = String(net);
  const state = Object.entries(net.stateDict()).map(
    ([key, tensor]) => [key, tensor.shape, checksumOf(tensor)] as const,
  );
  // A run of its own, which must not take numbers from the program's.
  const random = getRngState();
  const { parameters } = summary(net, input);
  setRngState(random);
  return { input, parameters, text, state };
}

/** A `log`, and the list that it writes into. */
export function recorder(): { log: Log; entries: [name: string, value: Recorded][] } {
  const entries: [name: string, value: Recorded][] = [];
  const log = (name: string, value: Tensor | number | string | Shape): void => {
    const plain = typeof value === "object" && "dataSync" in value ? Array.from(value.dataSync()) : value;
    entries.push([name, plain]);
  };
  log.module = (name: string, net: Module, input: Shape): void => {
    entries.push([name, describe(net, input)]);
  };
  return { log, entries };
}
