// Works on the sections of a module. `slimModule` removes what the compiler leaves and nobody needs: exports that only
// kept functions from being inlined, and a data segment for each constant. `withNote` adds a section. The code stays as it is.
// Source: WebAssembly Core Specification, chapter 5 (binary format).

const CUSTOM = 0;
const EXPORTS = 7;
const DATA = 11;
/** How many data segments there are, for instructions that name them; there are none. */
const DATA_COUNT = 12;
const HEADER_BYTES = 8;

const I32_CONST = 0x41;
const END = 0x0b;

/** Reads LEB128 numbers and strings of bytes. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }
  /** `count` bytes, which a number in front counts when nothing else does. */
  take(count = this.number()) {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
}

function unsigned(value) {
  const bytes = [];
  for (; value >= 128; value >>>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

/** A non-negative number as the operand of i32.const, whose sixth bit of the last byte is the sign. */
function signed(value) {
  const bytes = [];
  for (; value >= 64; value >>= 7) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

const counted = (bytes) => [...unsigned(bytes.length), ...bytes];

/** The entries of an export section whose names are kept. */
function keepExports(section, keep) {
  const reader = new Reader(section);
  const kept = [];
  for (let left = reader.number(); left > 0; left--) {
    const name = reader.take();
    const [kind] = reader.take(1);
    const index = reader.number();
    if (keep(Buffer.from(name).toString())) kept.push([...counted(name), kind, ...unsigned(index)]);
  }
  return [...unsigned(kept.length), ...kept.flat()];
}

/** The segments of a data section as one, with zeros between them. */
function mergeSegments(section) {
  const reader = new Reader(section);
  const segments = [];
  for (let left = reader.number(); left > 0; left--) {
    const [mode, opcode] = reader.take(2);
    const at = reader.number(); // addresses here are far from where the sign would matter
    const [end] = reader.take(1);
    if (mode !== 0 || opcode !== I32_CONST || end !== END) throw new Error("a segment of an unexpected kind");
    segments.push({ at, bytes: reader.take() });
  }
  const start = Math.min(...segments.map(({ at }) => at));
  const data = new Uint8Array(Math.max(...segments.map(({ at, bytes }) => at + bytes.length)) - start);
  for (const { at, bytes } of segments) data.set(bytes, at - start);
  return [1, 0, I32_CONST, ...signed(start), END, ...counted(data)];
}

/** The module without the exports that `keep(name)` refuses, and with one data segment. */
export function slimModule(bytes, keep) {
  const reader = new Reader(bytes, HEADER_BYTES);
  const out = [...bytes.subarray(0, HEADER_BYTES)];
  while (reader.at < bytes.length) {
    const [id] = reader.take(1);
    const section = reader.take();
    if (id === DATA_COUNT) continue;
    const slim =
      id === EXPORTS ? keepExports(section, keep) : id === DATA ? mergeSegments(section) : [...section];
    for (const part of [[id], unsigned(slim.length), slim]) for (const byte of part) out.push(byte);
  }
  return Uint8Array.from(out);
}

/** The module with a custom section, which engines ignore and `WebAssembly.Module.customSections` reads. */
export function withNote(bytes, name, text) {
  const section = [...counted(Buffer.from(name)), ...Buffer.from(text)];
  return Uint8Array.from([...bytes, CUSTOM, ...counted(section)]);
}
