/** WebAssembly modules of one function, from the bytes of its instructions: what probes of the processor are made of. */

export const I32 = 0x7f;
export const F32 = 0x7d;
export const V128 = 0x7b;

export interface WasmFunction {
  readonly params: readonly number[];
  readonly result: number;
  readonly locals: readonly [count: number, type: number];
  /** 64 KiB each. */
  readonly memoryPages: number;
  readonly body: readonly number[];
}

/** LEB128 of lengths and counts below 2¹⁴: at most two bytes. */
export const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, value >> 7]);
const sized = (bytes: readonly number[]): number[] => [...leb(bytes.length), ...bytes];
const section = (id: number, bytes: readonly number[]): number[] => [id, ...sized(bytes)];

/** A module that exports the function as `run`. */
export function encodeFunction({ params, result, locals, memoryPages, body }: WasmFunction): Uint8Array {
  const name = [...new TextEncoder().encode("run")];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, ...sized(params), 1, result]),
    ...section(3, [1, 0]),
    ...(memoryPages === 0 ? [] : section(5, [1, 0, memoryPages])),
    ...section(7, [1, ...sized(name), 0x00, 0]),
    ...section(10, [1, ...sized([1, ...locals, ...body, 0x0b])]),
  ]);
}
