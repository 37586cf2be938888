/**
 * IDX, the format of MNIST's files (described by LeCun, Cortes and Burges beside them): two zero bytes, a byte for the type, one
 * for the number of axes, a big-endian 32-bit size for each, and the big-endian numbers.
 */
import {
  Corr2dError,
  checkOptions,
  describeValue,
  isList,
  isNumeric,
  type NumericArray,
  sizeOf,
} from "@corr2d/core";
import { invalid } from "./arguments.ts";
import type { NumberArray } from "./array-column.ts";
import { type ByteReader, invalidFile, readFile } from "./bytes.ts";
import type { FileSource, ReadFileOptions } from "./file-source.ts";

interface Kind {
  readonly code: number;
  readonly names: readonly string[];
  readonly bytes: number;
  view(buffer: ArrayBuffer): NumericArray;
}

/** The types of numbers, by the byte that names them. */
const KINDS: readonly Kind[] = [
  { code: 0x08, names: ["Uint8Array", "Uint8ClampedArray"], bytes: 1, view: (b) => new Uint8Array(b) },
  { code: 0x09, names: ["Int8Array"], bytes: 1, view: (b) => new Int8Array(b) },
  { code: 0x0b, names: ["Int16Array"], bytes: 2, view: (b) => new Int16Array(b) },
  { code: 0x0c, names: ["Int32Array"], bytes: 4, view: (b) => new Int32Array(b) },
  { code: 0x0d, names: ["Float32Array"], bytes: 4, view: (b) => new Float32Array(b) },
  { code: 0x0e, names: ["Float64Array"], bytes: 8, view: (b) => new Float64Array(b) },
];

/** As many axes as a tensor can have. */
const MOST_AXES = 8;

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Turns big-endian numbers into the host's, or back, in place. */
function swapBytes(bytes: Uint8Array, size: number): void {
  if (!isLittleEndian || size === 1) return;
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** What a text that was served in the file's place says of itself. */
function hintOf(start: Uint8Array): string {
  const text = String.fromCharCode(...start);
  return text.startsWith("<") ? " (they look like a web page: is the address right?)" : "";
}

async function parse(reader: ByteReader): Promise<NumberArray> {
  const { name } = reader;
  const start = await reader.upTo(4);
  const [zero, alsoZero, code, axes = 0] = start;
  if (start.length < 4)
    throw invalidFile(name, `the file ends after ${start.length} bytes, within the header`);
  const kind = zero === 0 && alsoZero === 0 ? KINDS.find((each) => each.code === code) : undefined;
  if (kind === undefined) {
    const got = Array.from(start, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw invalidFile(name, `no IDX file begins with the bytes ${got}${hintOf(start)}`);
  }
  if (axes > MOST_AXES)
    throw invalidFile(name, `the header has ${axes} axes, and at most ${MOST_AXES} are read`);
  const sizes = await reader.upTo(4 * axes);
  if (sizes.length < 4 * axes) throw invalidFile(name, "the file ends within the header");
  const view = new DataView(sizes.buffer, sizes.byteOffset);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 * axis));
  const claimed = sizeOf(shape) * kind.bytes;
  const says = `the header says [${shape.join(", ")}], ${claimed} bytes`;
  const bytes = await reader.upTo(claimed);
  if (bytes.length < claimed)
    throw invalidFile(name, `${says}, but the file ends after ${bytes.length} of them`);
  if ((await reader.some(1)) !== null) throw invalidFile(name, `${says}, but the file goes on behind them`);
  swapBytes(bytes, kind.bytes);
  return { data: kind.view(bytes.buffer), shape };
}

/**
 * Reads an IDX file, also a gzipped one: MNIST's `train-images-idx3-ubyte.gz` gives a Uint8Array and the shape
 * [60000, 28, 28]. In Node, `readIdxFile` of `@corr2d/data/node` reads from a path.
 *
 * @param source its bytes, a Blob, a Response (`await fetch(url)`) or a stream of bytes.
 * @throws FILE_INVALID where the file is none, is damaged, or holds more or less than its header says; no more is read than
 *   that. INVALID_ARGUMENT, OUT_OF_MEMORY; what the source itself fails with.
 */
export async function readIdx(source: FileSource, options: ReadFileOptions = {}): Promise<NumberArray> {
  return readFile("readIdx", source, options, parse);
}

/**
 * The bytes of an IDX file.
 * @throws DTYPE_UNSUPPORTED for arrays that the format does not have (16- and 32-bit without sign), SHAPE_MISMATCH,
 *   INVALID_ARGUMENT.
 */
export function writeIdx(array: NumberArray): Uint8Array {
  checkOptions("writeIdx", array ?? null, { data: "any", shape: "any" }, "{ data, shape }");
  const { data, shape } = array;
  if (!ArrayBuffer.isView(data) || !isNumeric(data)) {
    throw invalid(`writeIdx: 'data' is a typed array of numbers, but got ${describeValue(data)}`);
  }
  const isSize = (n: unknown): boolean =>
    Number.isInteger(n) && (n as number) >= 0 && (n as number) < 2 ** 32;
  if (!isList(shape) || shape.length > MOST_AXES || !shape.every(isSize)) {
    throw invalid(
      `writeIdx: 'shape' is an array of at most ${MOST_AXES} sizes, but got ${describeValue(shape)}`,
    );
  }
  if (sizeOf(shape) !== data.length) {
    const message = `writeIdx: shape '[${shape.join(", ")}]' is invalid for data of ${data.length} numbers`;
    throw new Corr2dError("SHAPE_MISMATCH", message);
  }
  const kind = KINDS.find(({ names }) => names.includes(data[Symbol.toStringTag]));
  if (kind === undefined) {
    throw new Corr2dError("DTYPE_UNSUPPORTED", `writeIdx: IDX has no type for a ${data[Symbol.toStringTag]}`);
  }
  const header = 4 + 4 * shape.length;
  const out = new Uint8Array(header + data.byteLength);
  const view = new DataView(out.buffer);
  out.set([0, 0, kind.code, shape.length]);
  for (const [axis, size] of shape.entries()) view.setUint32(4 + 4 * axis, size);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header);
  swapBytes(out.subarray(header), kind.bytes);
  return out;
}
