/** The conformance suite, strictly. */
import { conformance } from "@corr2d/conformance/vitest";
import { describe } from "vitest";
import { cpuWasm } from "../src/index.ts";

export function strictConformance(simd: "plain" | "relaxed", threads: number): void {
  describe(`${simd}, threads ${threads}`, () => {
    conformance(() => cpuWasm({ simd, threads }), {
      strict: { allow: ["float64"], features: { simd, threads } },
    });
  });
}
