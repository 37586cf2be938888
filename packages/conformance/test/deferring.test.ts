/** A part of the suite on a backend that works late and cannot be read synchronously; docs/examples/late-backend runs all of it. */
import cpuJs from "../../cpu-js/src/index.ts";
import { conformance } from "../src/vitest.ts";
import { deferring } from "./deferring.ts";

conformance(() => deferring(cpuJs()), {
  filter: ["float32", "order/", "settled/", "close/", "failure"],
  strict: { allow: ["syncRead", "close"] },
});
