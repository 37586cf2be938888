/** A backend with a bug (neg gives abs), for the command line to find. */
import type { Backend } from "@corr2d/core";
import cpuJs from "../../../cpu-js/src/index.ts";
import { withMembers } from "../../src/handles.ts";

// biome-ignore lint/style/noDefaultExport: a backend module's default export is its factory
export default function wrong(): Backend {
  const right = cpuJs() as Backend;
  return withMembers(right, {
    name: "wrong",
    unary: (op, x, size, dtype) => right.unary(op === "neg" ? "abs" : op, x, size, dtype),
  } satisfies Partial<Backend>);
}
