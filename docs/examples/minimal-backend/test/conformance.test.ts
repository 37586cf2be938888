import { conformance } from "@corr2d/conformance/vitest";
import minimalBackend from "../backend.ts";

conformance(minimalBackend, { strict: { allow: ["syncRead", "stats", "close"] } });
