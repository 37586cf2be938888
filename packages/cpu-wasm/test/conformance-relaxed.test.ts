import { enableRelaxedSimd } from "./relaxed-simd.ts";
import { strictConformance } from "./strict-conformance.ts";

enableRelaxedSimd();
strictConformance("relaxed");
