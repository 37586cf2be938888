/**
 * From the bytes that travel inside the package to a compiled module, and what the host can run of them.
 *
 * One module serves everyone. In its bytes, two instructions stand for a multiplication and the addition to it
 * (assembly/common/simd.ts): the "plain" build has just those, and needs SIMD128, which every current engine has; the
 * "relaxed" one has relaxed SIMD's fused multiply-add. It imports its memory, and one byte says whether that is shared.
 * Where nothing may be compiled, the caller gives a module: kernels.wasm is the plain build with shared memory.
 */
import { Corr2dError } from "@corr2d/core";
import { memoryFlag, multiplyAdd, note, noteName, packed } from "./generated/kernels-module.ts";

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

/** The bytes of the module, with stand-ins. */
async function unpack(): Promise<Uint8Array<ArrayBuffer>> {
  const text = atob(packed);
  const deflated = new Uint8Array(text.length);
  // In a program that has just begun, Uint8Array.from with a function takes four times as long.
  for (let i = 0; i < text.length; i++) deflated[i] = text.charCodeAt(i);
  try {
    return new Uint8Array(process.getBuiltinModule("node:zlib").inflateSync(deflated));
  } catch {
    // Not Node, or something that imitates it: bundlers give pages a `process`, some with modules that do nothing.
  }
  // "deflate", not "deflate-raw", which Node has since 20.12 and Chrome since 103.
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Puts a build's instructions in the place of those that stand for them, which their second byte finds soonest. */
export function chooseBuild(bytes: Uint8Array, simd: Simd): void {
  for (const { standIn, [simd]: instruction } of multiplyAdd) {
    const [first, second, third] = standIn as [number, number, number];
    for (let at = bytes.indexOf(second); at !== -1; at = bytes.indexOf(second, at + 1)) {
      if (bytes[at - 1] === first && bytes[at + 1] === third) bytes.set(instruction, at - 1);
    }
  }
}

/**
 * The compiled module of a build, for shared memory or not.
 * @throws BACKEND_UNAVAILABLE when the host forbids compiling, or cannot inflate.
 */
export async function compileModule(simd: Simd, shared: boolean): Promise<WebAssembly.Module> {
  try {
    const bytes = await unpack();
    chooseBuild(bytes, simd);
    if (shared) bytes[memoryFlag] = 3;
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new Corr2dError(
      "BACKEND_UNAVAILABLE",
      `this host does not compile cpu-wasm's kernels (${String(cause)}). A page's Content-Security-Policy needs ` +
        "'wasm-unsafe-eval' in its script-src, and a browser DecompressionStream (Chrome 91, Firefox 113, Safari 16.4); " +
        "a host that takes modules only with the program (Cloudflare Workers), or has less than a page (AudioWorklet), needs " +
        "the option module, from @corr2d/cpu-wasm/kernels.wasm. @corr2d/cpu-js runs without any of it.",
      {},
      { cause },
    );
  }
}

/**
 * A caller's module, which must be compiled from kernels.wasm: the plain build, with shared memory.
 * @throws INVALID_ARGUMENT
 */
export function checkModule(module: unknown): WebAssembly.Module {
  const refuse = (why: string): never => {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `module must be a WebAssembly.Module, compiled from @corr2d/cpu-wasm/kernels.wasm, but ${why}`,
    );
  };
  let sections: ArrayBuffer[];
  try {
    sections = WebAssembly.Module.customSections(module as WebAssembly.Module, noteName);
  } catch {
    return refuse(`got ${Object.prototype.toString.call(module)}`);
  }
  if (sections.length === 0) refuse("this one has other code in it");
  const found = String.fromCharCode(...new Uint8Array(sections[0]!)); // ASCII; worklets have no TextDecoder
  if (found !== note) refuse(`this one is of another version of the package (${found}, not ${note})`);
  return module as WebAssembly.Module;
}
