/** A backend without float64, for strict mode to miss. */
import type { Backend } from "@corr2d/core";
import cpuJs from "../../../cpu-js/src/index.ts";
import { withMembers } from "../../src/handles.ts";

// biome-ignore lint/style/noDefaultExport: a backend module's default export is its factory
export default function single(): Backend {
  return withMembers(cpuJs() as Backend, { name: "single", dtypes: ["float32", "int32"] });
}
