/**
 * From the bytes that travel inside the package to a compiled module, and what the host can run of them.
 *
 * One module serves everyone. In its bytes, two instructions stand for a multiplication and the addition to it
 * (assembly/simd.ts): the "plain" build has just those, and needs SIMD128, which every current engine has; the
 * "relaxed" one has relaxed SIMD's fused multiply-add. It imports its memory, and one byte says whether that is shared.
 */
import { Corr2dError } from "@corr2d/core";
import { layout, memoryFlag, PRODUCT, packed, SUM, unpacker } from "./generated/kernels-module.ts";
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
      "simd: 'relaxed' was asked for, but this host has no relaxed SIMD (Node 22 and Chrome 114 do). " +
        "Leave the option out to use what the host has, or ask for simd: 'plain'.",
    );
  }
  return requested ?? (hasRelaxed ? "relaxed" : "plain");
}

function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  if (typeof Buffer !== "undefined") return Buffer.from(base64, "base64"); // atob is slow in Node
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const NOP = 1;
const INSTRUCTIONS = {
  plain: { product: [0xfd, 0xe6, 1], sum: [0xfd, 0xe4, 1] }, // f32x4.mul, f32x4.add
  relaxed: { product: [NOP, NOP, NOP], sum: [0xfd, 0x85, 2] }, // f32x4.relaxed_madd, when both factors and c are on the stack
};

/** Puts the build's instructions in the place of those that stand for them. */
export function specialise(bytes: Uint8Array, simd: Simd): void {
  const { product, sum } = INSTRUCTIONS[simd];
  // indexOf is native: a loop over all bytes takes 5 ms before it is compiled.
  for (let at = bytes.indexOf(0xfd); at >= 0; at = bytes.indexOf(0xfd, at + 1)) {
    if (bytes[at + 2] !== 1) continue;
    if (bytes[at + 1] === PRODUCT) bytes.set(product, at);
    else if (bytes[at + 1] === SUM) bytes.set(sum, at);
  }
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
  const bytes = unpack(await compile(Uint8Array.from(unpacker)), decodeBase64(packed), layout);
  specialise(bytes, simd);
  if (shared) bytes[memoryFlag] = 3;
  return compile(bytes);
}
