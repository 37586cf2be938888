/**
 * Damaged files of the formats that the library reads. Each must be read, or refused with a code; no tensor of one that was
 * refused may stay, and none may take much more memory than the file has bytes.
 */
import { type Backend, Corr2dError } from "@corr2d/core";
import * as fc from "fast-check";
import { type Edit, edited, editsOf } from "../damage.ts";
import type { Session } from "../session.ts";
import type { Format } from "./format.ts";
import { gzippedIdx, idx } from "./idx.ts";
import { checkpoint, safetensors } from "./safetensors.ts";

const FORMATS: readonly Format[] = [safetensors, checkpoint, idx, gzippedIdx];

/** Memory that reading may take for each byte of a file, and for any file. */
const MEMORY_FACTOR = 16;
const MEMORY_BASE = 2 ** 20;

/** Numbers that sizes and offsets in a text should not be. */
const NUMBERS = [
  "0",
  "1",
  "-1",
  "1.5",
  "2147483648",
  "4294967297",
  "9007199254740993",
  "1e999",
  "18446744073709551616",
];

export interface DamagedFile {
  readonly format: number;
  readonly file: number;
  readonly edits: readonly Edit[];
  /** The how manieth number of its text becomes which; null for none. */
  readonly number: readonly [which: number, text: string] | null;
  readonly mended: boolean;
  /** How many bytes come at once, as a stream; null for all, from memory. */
  readonly streamed: number | null;
}

/** Brackets, quotes, digits, and bytes that are no UTF-8. */
const TELLING = [...Buffer.from('{}[]":,\\0189-e.$'), 0, 1, 8, 0x7f, 0x80, 0xc0, 0xed, 0xff];

export const damagedFiles: fc.Arbitrary<DamagedFile> = fc.record({
  format: fc.nat({ max: FORMATS.length - 1 }),
  file: fc.nat({ max: 7 }),
  edits: fc.oneof(
    { arbitrary: fc.constant([]), weight: 1 },
    { arbitrary: editsOf(TELLING, 1000), weight: 4 },
  ),
  number: fc.option(fc.tuple(fc.nat({ max: 60 }), fc.constantFrom(...NUMBERS))),
  mended: fc.boolean(),
  streamed: fc.option(fc.integer({ min: 1, max: 200 })),
});

/** With one of the numbers of its text replaced. */
function withNumber(file: Buffer, which: number, text: string): Buffer {
  const latin = file.toString("latin1");
  const numbers = [...latin.matchAll(/\d+/g)];
  const found = numbers[which % Math.max(1, numbers.length)];
  if (found === undefined) return file;
  return Buffer.from(
    latin.slice(0, found.index) + text + latin.slice(found.index + found[0].length),
    "latin1",
  );
}

function damage(whole: Uint8Array, { edits, number, mended }: DamagedFile, format: Format): Buffer {
  const text = number === null ? Buffer.from(whole) : withNumber(Buffer.from(whole), ...number);
  const damaged = edits.reduce(edited, text);
  return mended && format.mend !== undefined ? format.mend(damaged, whole) : damaged;
}

function streamOf(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) controller.enqueue(bytes.subarray(at, at + size));
      else controller.close();
      at += size;
    },
  });
}

/** Frees what was read. */
function disposeAll(value: unknown): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  const { dispose } = value as { dispose?: unknown };
  if (typeof dispose === "function") dispose.call(value);
  else for (const inner of Object.values(value)) disposeAll(inner);
}

/** The whole files of each format; a session may get another backend, and they are only bytes. */
const whole = new Map<Format, readonly Uint8Array[]>();

async function filesOf(format: Format, backend: Backend): Promise<readonly Uint8Array[]> {
  const known = whole.get(format) ?? (await format.files(backend));
  whole.set(format, known);
  return known;
}

/** What reading gives, or the code with which it was refused. */
async function outcome(
  format: Format,
  bytes: Buffer,
  streamed: number | null,
  backend: Backend,
): Promise<string | null> {
  try {
    disposeAll(await format.read(streamed === null ? bytes : streamOf(bytes, streamed), backend));
    return null;
  } catch (error) {
    if (!Corr2dError.isInstance(error)) throw error;
    if (error.code === "FILE_INVALID" || format.refusals.includes(error.code)) return error.code;
    throw error;
  }
}

export async function tryFile(given: DamagedFile, { backend }: Session): Promise<void> {
  const format = FORMATS[given.format]!;
  const files = await filesOf(format, backend);
  const file = files[given.file % files.length]!;
  const bytes = damage(file, given, format);
  const { liveHandles } = backend.stats!();
  const before = process.memoryUsage().arrayBuffers;
  const refused = await outcome(format, bytes, given.streamed, backend);
  const taken = process.memoryUsage().arrayBuffers - before;
  if (refused === "FILE_INVALID" && bytes.equals(file)) throw new Error("a whole file was refused");
  const left = backend.stats!().liveHandles - liveHandles;
  if (left !== 0) throw new Error(`${left} tensors stay`);
  if (taken > MEMORY_FACTOR * bytes.length + MEMORY_BASE) {
    throw new Error(`${taken} bytes of memory for a file of ${bytes.length}`);
  }
}
