/**
 * JPEG files made by hand (ITU-T T.81), to test reading: grey throughout, but of any size and structure, with the
 * shortest image data that there can be. Every code is the bit 0: "no difference", "nothing more in this block".
 */

const MARKERS = { SOI: 0xd8, EOI: 0xd9, SOF0: 0xc0, SOF2: 0xc2, DHT: 0xc4, DQT: 0xdb, SOS: 0xda } as const;

export const SOI: Buffer = Buffer.of(0xff, MARKERS.SOI);
export const EOI: Buffer = Buffer.of(0xff, MARKERS.EOI);

/** A segment with its marker and length. */
export function segment(marker: number, data: readonly number[]): Buffer {
  const length = 2 + data.length;
  return Buffer.of(0xff, marker, length >> 8, length & 255, ...data);
}

/** A quantization table of ones. */
export const quantization: Buffer = segment(MARKERS.DQT, [0, ...Array<number>(64).fill(1)]);

/** Huffman table 0 of a class (0 DC, 1 AC), whose only code is the bit 0, for the value 0. */
export const huffman = (kind: 0 | 1): Buffer =>
  segment(MARKERS.DHT, [kind << 4, 1, ...Array<number>(15).fill(0), 0]);

const sizeBytes = (width: number, height: number): number[] => [
  height >> 8,
  height & 255,
  width >> 8,
  width & 255,
];

/** The header; components are numbered from 1 and have one block in a unit. */
export function frame(width: number, height: number, components = 1, marker: number = MARKERS.SOF0): Buffer {
  const list = Array.from({ length: components }, (_, i) => [i + 1, 0x11, 0]);
  return segment(marker, [8, ...sizeBytes(width, height), components, ...list.flat()]);
}

/** A scan of these components: by default all that a sequential file has. */
export function scan(
  components: readonly number[],
  data: Uint8Array,
  [first, last, bits]: readonly [number, number, number] = [0, 63, 0],
): Buffer {
  const list = components.map((id) => [id, 0]);
  const head = segment(MARKERS.SOS, [components.length, ...list.flat(), first, last, bits]);
  return Buffer.concat([head, data]);
}

/** A grey image that is whole, of as few bytes as its size can have. */
export function flatJpeg(width: number, height: number, components: 1 | 3 = 1): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8) * components;
  const all = Array.from({ length: components }, (_, i) => i + 1);
  const data = new Uint8Array(Math.ceil((2 * blocks) / 8));
  return Buffer.concat([
    SOI,
    quantization,
    frame(width, height, components),
    huffman(0),
    huffman(1),
    scan(all, data),
    EOI,
  ]);
}

/** A progressive grey image: its means, and then `scans` scans that each bring nothing new of one coefficient. */
export function progressiveJpeg(width: number, height: number, scans: number): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const means = scan([1], new Uint8Array(Math.ceil(blocks / 8)), [0, 0, 0]);
  // Table 0 of this file has one more code, 10: 32767 blocks of zeros, whose number follows as 14 bits of ones.
  const runs = segment(MARKERS.DHT, [0x10, 1, 1, ...Array<number>(14).fill(0), 0, 0xe0]);
  const run = "10".padEnd(16, "1");
  const bits = run.repeat(Math.floor(blocks / 32_767)) + "0".repeat(Math.max(0, blocks % 32_767));
  const bytes = (bits.match(/.{1,8}/g) ?? []).flatMap((byte) => {
    const value = Number.parseInt(byte.padEnd(8, "0"), 2);
    return value === 255 ? [255, 0] : [value];
  });
  const nothing = Uint8Array.from(bytes);
  const others = Array.from({ length: scans }, (_, i) => scan([1], nothing, [i + 1, i + 1, 0]));
  const head = [SOI, quantization, frame(width, height, 1, MARKERS.SOF2), huffman(0), runs];
  return Buffer.concat([...head, means, ...others, EOI]);
}

/** A file's segments, the image data with the head of its scan, between the marks of its beginning and end. */
export function jpegPieces(file: Buffer): Buffer[] {
  const pieces = [file.subarray(0, 2)];
  let at = 2;
  while (file[at + 1] !== MARKERS.EOI) {
    let end = at + 2 + file.readUInt16BE(at + 2);
    if (file[at + 1] === MARKERS.SOS) {
      const isData = (byte: number): boolean => byte === 0 || (byte >= 0xd0 && byte <= 0xd7);
      while (file[end] !== 0xff || isData(file[end + 1]!)) end++;
    }
    pieces.push(file.subarray(at, end));
    at = end;
  }
  return [...pieces, file.subarray(at)];
}
