/**
 * From the bytes that travel inside the package to a compiled module, and what the host can run of them.
 *
 * One module serves everyone. In its bytes, two instructions stand for a multiplication and the addition to it
 * (assembly/common/simd.ts): the "plain" build has just those, and needs SIMD128, which every current engine has; the
 * "relaxed" one has relaxed SIMD's fused multiply-add. It imports its memory, and one byte says whether that is shared.
 */
import { Corr2dError } from "@corr2d/core";
import { memoryFlag, packed, size, unpacker } from "./generated/kernels-module.ts";
import { unpack } from "./unpack.ts";

export type Simd = "relaxed" | "plain";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]; // "\0asm", version 1
const ONE_FUNCTION = [1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0]; // of type () → ()
const SPLAT = [0x41, 0, 0xfd, 0x0f]; // i32.const 0, i8x16.splat
const DROP_END = [0x1a, 0x0b];

/** Whether the host accepts a function of these instructions. */
function accepts(...instructions: number[]): boolean {
  const body = [0, ...instructions, ...DROP_END];
  const code = [0x0a, body.length + 2, 1, body.length, ...body];
  return WebAssembly.validate(new Uint8Array([...HEADER, ...ONE_FUNCTION, ...code]));
}

/**
 * The build to use.
 * @throws BACKEND_UNAVAILABLE when the host cannot run it, naming what can.
 */
export function chooseSimd(requested: Simd | undefined): Simd {
  if (typeof WebAssembly === "undefined" || !accepts(...SPLAT)) {
    throw new Corr2dError(
      "BACKEND_UNAVAILABLE",
      "cpu-wasm needs WebAssembly with SIMD, which this host does not have. Use @corr2d/cpu-js instead.",
    );
  }
  const hasRelaxed = accepts(...SPLAT, ...SPLAT, ...SPLAT, 0xfd, 0x85, 0x02); // f32x4.relaxed_madd
  if (requested === "relaxed" && !hasRelaxed) {
    throw new Corr2dError(
      "BACKEND_UNAVAILABLE",
      "simd: 'relaxed' needs a host with relaxed SIMD (Node 22, Chrome 114). Leave the option out to use what this one has.",
    );
  }
  return requested ?? (hasRelaxed ? "relaxed" : "plain");
}

/** @throws BACKEND_UNAVAILABLE when the page's Content-Security-Policy forbids compiling. */
async function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    if (!WebAssembly.validate(bytes)) throw cause;
    throw new Corr2dError(
      "BACKEND_UNAVAILABLE",
      "the Content-Security-Policy of this page forbids WebAssembly: its script-src needs 'wasm-unsafe-eval'. " +
        "@corr2d/cpu-js runs without it.",
      {},
      { cause },
    );
  }
}

/**
 * The compiled module of a build, for shared memory or not.
 * @throws BACKEND_UNAVAILABLE when the page's Content-Security-Policy forbids compiling.
 */
export async function compileModule(simd: Simd, shared: boolean): Promise<WebAssembly.Module> {
  const bytes = unpack(await compile(Uint8Array.from(unpacker)), packed, size, simd === "relaxed");
  if (shared) bytes[memoryFlag] = 3;
  return compile(bytes);
}
