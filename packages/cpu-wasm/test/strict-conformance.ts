/** The conformance suite, strictly, with one thread and with two. */
import { conformance } from "@corr2d/conformance/vitest";
import { describe } from "vitest";
import { cpuWasm } from "../src/index.ts";

export function strictConformance(simd: "plain" | "relaxed"): void {
  describe.each([1, 2])(`${simd}, threads %i`, (threads) => {
    conformance(() => cpuWasm({ simd, threads }), {
      strict: { allow: ["float64"], features: { simd, threads } },
    });
  });
}
