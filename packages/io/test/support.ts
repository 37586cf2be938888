/** What the tests share: backends, a network, files written by hand. */
import { readFileSync } from "node:fs";
import { type Backend, Corr2dError, type ErrorCode, manualSeed, type Tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { cpuWasm } from "@corr2d/cpu-wasm";
import { BatchNorm2D, Conv2D, Flatten, Linear, ReLU, Sequential } from "@corr2d/nn";
import { expect } from "vitest";

export const BACKENDS: readonly (readonly [name: string, open: () => Backend | Promise<Backend>])[] = [
  ["cpu-js", () => cpuJs()],
  ["cpu-wasm", () => cpuWasm()],
];

export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));

/** The network of `make_safetensors.py`. */
export function build(): Sequential {
  manualSeed(0);
  return new Sequential(
    new Conv2D(1, 2, 3),
    new BatchNorm2D(2),
    new ReLU(),
    new Flatten(),
    new Linear(32, 3),
  );
}

/** The bits of a tensor, as its array's memory has them. */
export async function bitsOf(tensor: Tensor): Promise<Uint8Array> {
  const { buffer, byteOffset, byteLength } = await tensor.data();
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Its bytes in parts of `size`. */
export async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A stream of what an iterable gives. */
export function streamOf(parts: AsyncIterable<unknown> | Iterable<unknown>): ReadableStream<Uint8Array> {
  const { from } = ReadableStream as unknown as { from(parts: unknown): ReadableStream<Uint8Array> };
  return from.call(ReadableStream, parts);
}

/** A file with this header and these bytes behind it. */
export function fileOf(header: unknown, data: number | Uint8Array = 0): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const head = text instanceof Uint8Array ? text : new TextEncoder().encode(JSON.stringify(text));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(head.length), true);
  return Buffer.concat([length, head, typeof data === "number" ? new Uint8Array(data) : data]);
}

/** Asserts that it rejects with the stable code, and a part of the message. */
export async function expectRejection(
  promise: Promise<unknown>,
  code: ErrorCode,
  text: string,
): Promise<void> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(Corr2dError.isInstance(thrown), `expected a Corr2dError, got ${String(thrown)}`).toBe(true);
  const { code: actual, message } = thrown as Corr2dError;
  expect({ code: actual, message }).toEqual({ code, message: expect.stringContaining(text) });
}
