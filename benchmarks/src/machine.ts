/** What the figures were measured on: enough to compare with another machine, and nothing that names this one. */
import { arch, cpus, loadavg, type as osType, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly node: string;
  readonly v8: string;
  /** Processes that wanted to run in the last minute: what else the machine was doing, when asked before measuring. */
  readonly load: number;
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${osType()} ${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    load: loadavg()[0]!,
  };
}
