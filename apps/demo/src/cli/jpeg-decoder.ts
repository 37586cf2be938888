/**
 * From a JPEG file's bytes to pixels: libjpeg as WebAssembly, in the build of Squoosh that @jsquash/jpeg has.
 *
 * libjpeg goes on after most damage, with grey in place of what is missing, and only warns. Here that is an error, except for
 * bytes too many between segments, which cameras leave and which change nothing.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import decode, { init } from "@jsquash/jpeg/decode.js";

const HARMLESS = /^Corrupt JPEG data: \d+ extraneous bytes before marker/;

const wasmPath = (): string =>
  createRequire(import.meta.url).resolve("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm");

/**
 * @returns red, green, blue and alpha of each pixel, row by row.
 * @throws Error with libjpeg's words.
 */
export async function decodeJpeg(bytes: Uint8Array): Promise<Uint8ClampedArray> {
  const said: string[] = [];
  // An instance for each file: one that gave up, or grew for a large photo, is not used again.
  await init({ wasmBinary: readFileSync(wasmPath()), printErr: (text: string) => said.push(text) });
  let data: Uint8ClampedArray;
  try {
    ({ data } = await decode(bytes as unknown as ArrayBuffer));
  } catch (cause) {
    throw new Error(said[0] ?? String(cause), { cause });
  }
  const damage = said.find((text) => !HARMLESS.test(text));
  if (damage !== undefined) throw new Error(damage);
  return data;
}
