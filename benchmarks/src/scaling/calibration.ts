/**
 * What was measured for docs/scaling.md, on a machine that others used at the same time, and the links that it asks about.
 * `scaling --measure` measures again.
 */
import type { Host, Link, NetCost } from "./model.ts";
import type { NetName } from "./nets.ts";

/** One thread of cpu-wasm: forward, backward and plain SGD. (LeNet's step of 128 images is T1 of RESULTS.md.) */
export const NET_COSTS: Readonly<Record<NetName, NetCost>> = {
  LeNet: { parameters: 61_706, perStep: 0.0012, perImage: 0.00007 },
  "ResNet-18": { parameters: 11_689_512, perStep: 0.15, perImage: 1 },
  MobileNetV2: { parameters: 3_504_872, perStep: 0, perImage: 0.7 },
};

export const HOST: Host = { addBytesPerSecond: 2e9, copyBytesPerSecond: 0.33e9 };

/** The first two were measured with two ranks; of the others only the rate is known, and latencies are those of the first two. */
export const LINKS: Readonly<Record<string, Link>> = {
  "shared memory": { latency: 150e-6, perMessage: 10e-6, bytesPerSecond: 0.3e9 },
  "1 Gbit/s": { latency: 300e-6, perMessage: 10e-6, bytesPerSecond: 97e6 },
  "10 Gbit/s": { latency: 300e-6, perMessage: 10e-6, bytesPerSecond: 0.97e9 },
  "100 Mbit/s": { latency: 300e-6, perMessage: 10e-6, bytesPerSecond: 9.7e6 },
};
