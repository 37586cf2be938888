/** A backend that never answers a read. */
import type { Backend } from "@corr2d/core";
import cpuJs from "../../../cpu-js/src/index.ts";
import { withMembers } from "../../src/handles.ts";

// biome-ignore lint/style/noDefaultExport: a backend module's default export is its factory
export default function silent(): Backend {
  return withMembers(cpuJs() as Backend, {
    name: "silent",
    read: () => new Promise(() => {}),
    stats: undefined,
  });
}
