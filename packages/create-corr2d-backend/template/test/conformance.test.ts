import { conformance } from "@corr2d/conformance/vitest";
import myBackend from "../src/index.js";

// Strict: a case that is skipped is a failure, but for what this backend does not have. Take a name out of the list when
// it does.
conformance(myBackend, { strict: { allow: ["syncRead", "stats", "close"] } });
