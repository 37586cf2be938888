import { conformance } from "@corr2d/conformance/vitest";
import { cpuJs } from "../src/index.ts";

conformance(cpuJs, { strict: true });
