/** The suite on the backend that everyone compares with; see ../turbo.json on the relative import. */
import cpuJs from "../../cpu-js/src/index.ts";
import { conformance } from "../src/vitest.ts";

conformance(cpuJs, { strict: true });
