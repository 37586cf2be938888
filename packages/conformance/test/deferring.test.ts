/** The suite on a backend that works late and cannot be read synchronously. */
import cpuJs from "../../cpu-js/src/index.ts";
import { conformance } from "../src/vitest.ts";
import { deferring } from "./deferring.ts";

conformance(() => deferring(cpuJs()), { strict: { allow: ["syncRead", "close"] } });
