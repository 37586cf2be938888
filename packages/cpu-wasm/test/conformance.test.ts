/** The conformance suite, strictly, in both builds and with one and two threads. */
import { conformance } from "@corr2d/conformance/vitest";
import { describe } from "vitest";
import { cpuWasm } from "../src/index.ts";
import { enableRelaxedSimd } from "./relaxed-simd.ts";

enableRelaxedSimd();

for (const simd of ["plain", "relaxed"] as const) {
  for (const threads of [1, 2]) {
    describe(`${simd}, threads ${threads}`, () => {
      conformance(() => cpuWasm({ simd, threads }), {
        strict: { allow: ["float64"], features: { simd, threads } },
      });
    });
  }
}
