/**
 * What the project set out to reach, as data: an upper bound in milliseconds for one candidate on one workload with
 * one thread, or a lower bound for the speed-up of two threads. The peers' times beside them are those of the same
 * study, kept for comparison with what is measured now.
 *
 * Source of all numbers: feasibility measurements, 2-core Zen 5, Node 20, one thread.
 */

export const TARGETS_SOURCE = "feasibility measurements, 2-core Zen 5";

export interface Target {
  readonly workload: string;
  readonly candidate: string;
  /** Milliseconds, at most. */
  readonly atMost: number;
}

export interface SpeedUpTarget {
  readonly workload: string;
  readonly candidate: "cpu-wasm";
  readonly threads: number;
  /** Time of one thread over time of `threads`, at least. */
  readonly atLeast: number;
}

const wasm = (workload: string, atMost: number): Target => ({ workload, candidate: "cpu-wasm", atMost });
const largeWinograd = (workload: string, atMost: number): Target => ({
  workload,
  candidate: "cpu-wasm?winograd=large",
  atMost,
});
const js = (workload: string, atMost: number): Target => ({ workload, candidate: "cpu-js", atMost });

export const TARGETS: readonly Target[] = [
  wasm("W1", 0.001),
  js("W1", 0.001),
  wasm("W2", 0.001),
  js("W2", 0.001),
  wasm("W3-3", 0.2),
  wasm("W3-5", 0.38),
  wasm("W3-11", 1.45),
  wasm("W3b", 4),
  wasm("W4", 1.35),
  wasm("W5a", 0.65),
  wasm("W5b", 1.35),
  wasm("W6a", 5.2),
  wasm("W6b", 2.7),
  wasm("W6c", 2.7),
  wasm("W6d", 2.7),
  largeWinograd("W6b", 2.1),
  largeWinograd("W6c", 2.1),
  largeWinograd("W6d", 2.1),
  wasm("W6e", 4),
  wasm("W6f", 2.25),
  wasm("W6g", 2.25),
  wasm("W7a", 0.25),
  wasm("W7b", 0.3),
  wasm("W7c", 1.15),
  wasm("dX-W6b", 3.2),
  wasm("dX-W6c", 3.2),
  wasm("dX-W6d", 3.2),
  wasm("dW-W6b", 5.2),
  wasm("dW-W6c", 5.2),
  wasm("dW-W6d", 5.2),
  wasm("dX-W5b", 1.8),
  wasm("dW-W5b", 1.7),
  wasm("dX-W7a", 0.35),
  wasm("dW-W7a", 0.45),
  wasm("T1", 10),
  wasm("T2", 0.06),
  wasm("M512", 6),
  wasm("M1024", 48),
  wasm("E-add", 0.2),
  wasm("E-relu", 0.1),
  wasm("R-sum", 0.1),
  js("js", 55),
  js("js-T1", 100),
  wasm("cold", 140),
];

export const SPEED_UP_TARGETS: readonly SpeedUpTarget[] = [
  { workload: "W6b", candidate: "cpu-wasm", threads: 2, atLeast: 1.8 },
  { workload: "W6c", candidate: "cpu-wasm", threads: 2, atLeast: 1.8 },
  { workload: "W6d", candidate: "cpu-wasm", threads: 2, atLeast: 1.7 },
  { workload: "T1", candidate: "cpu-wasm", threads: 2, atLeast: 1.4 },
];
