/** Relaxed SIMD on every Node that tests run on: Node 20 has it behind a flag, which Node 22 no longer needs. */
import { setFlagsFromString } from "node:v8";

export function enableRelaxedSimd(): void {
  if (Number(process.versions.node.split(".")[0]) < 22)
    setFlagsFromString("--experimental-wasm-relaxed-simd");
}
