/**
 * What a peer is to the benchmark: something that takes a task and its inputs and gives back a call to time, or says
 * why it cannot. Adding one is a file that exports a `Peer`, and a line in `index.ts`.
 */
import type { Inputs } from "../workloads/inputs.ts";
import type { Task } from "../workloads/workload.ts";

/** How a peer takes part in one task. */
export interface Candidate {
  /** Computes the task once from its inputs, for the check before timing: all results, in NCHW and row-major. */
  check(): Promise<readonly ArrayLike<number>[]>;
  /** The timed call: everything that its user pays for one result; frees what it made. A promise is awaited. */
  run?(): unknown;
  /** Instead of `run`, for a peer in another process that times itself: seconds of one call. */
  sample?(seconds: number): Promise<number>;
  /** Runs before each sample, untimed: whatever makes this peer the active one. */
  before?(): Promise<void> | void;
  dispose?(): Promise<void> | void;
}

/** Why a peer takes no part. Printed as it stands. */
export interface Cannot {
  readonly cannot: string;
}

export interface OpenPeer {
  /** With what it needs to be reproduced: version, and build where there are several. */
  readonly version: string;
  /** Threads it really uses when asked for so many. */
  readonly threads: number;
  /** Where it computes, if that is another process. */
  readonly pid?: number;
  /** A task it does not know, or that throws in `check`, becomes a line of the table with the reason. */
  prepare(task: Task, inputs: Inputs): Promise<Candidate | Cannot>;
  close?(): Promise<void> | void;
}

export interface Peer {
  readonly name: string;
  /** What it is, in a few words, for `--list`. */
  readonly description: string;
  open(threads: number): Promise<OpenPeer | Cannot>;
}

export const isCannot = (value: object): value is Cannot => "cannot" in value;

/** A failure's first line, without this machine's paths, as the reason why a peer takes no part. */
export function cannot(error: unknown): Cannot {
  const message = error instanceof Error ? error.message : String(error);
  const [line] = message.split("\n", 1) as [string];
  return { cannot: line.replace(/ imported from .*/, "").trim() };
}

/** For tasks that a peer has no means for. */
export const notOffered = (what: string): Cannot => ({ cannot: what });
