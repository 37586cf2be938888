/**
 * A JPEG file before it is decoded: its segments one by one, and the least that its scans must hold.
 *
 * The decoder makes room for the size that a header claims, and works through as many scans as there are. So the walk here is
 * strict, and the decoder is given a file of nothing but what was checked.
 *
 * Source: ITU-T T.81, annex B (the segments), C (Huffman tables) and G (progressive scans).
 */
import { checkSize, damaged, MOST_PARTS, tooLarge, unsupported } from "./image-fault.ts";

export interface CheckedJpeg {
  /** As stored: the camera may have lain on its side. */
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** The Exif block, for the orientation. */
  readonly exif: Uint8Array | undefined;
  /** A JPEG file of the same pixels, with no segment that does not matter to them. */
  readonly bytes: Buffer;
  /** What decoding will take, about. */
  readonly decodingBytes: number;
}

interface Component {
  readonly id: number;
  /** Sampling factors: blocks in a unit (MCU), across and down. */
  readonly h: number;
  readonly v: number;
  readonly quantization: number;
  /** Of each of the 64 coefficients, the lowest bit that a scan has brought; −1 before the first. */
  readonly lowest: Int8Array;
}

interface Frame {
  readonly progressive: boolean;
  readonly width: number;
  readonly height: number;
  readonly components: readonly Component[];
  /** Units across times units down. */
  readonly units: number;
}

interface Scan {
  readonly components: readonly { readonly component: Component; readonly dc: number; readonly ac: number }[];
  /** The first and last coefficient, and the bit before and the bit that this scan brings. */
  readonly first: number;
  readonly last: number;
  readonly before: number;
  readonly bit: number;
}

/** Bits of the shortest code of each Huffman table, by class (0 DC, 1 AC) and number. */
type Tables = readonly [Map<number, number>, Map<number, number>];

/** What telephones make (8192 × 6144). The decoder needs 2 s and 0.6 GB for as many. */
const MOST_PIXELS = 51e6;
/** Photos have one scan or about ten. The decoder's work is scans times pixels, whatever few bytes a scan has. */
const MOST_SCANS = 100;
const MOST_SCANNED_PIXELS = 2e9;
const MOST_TABLES = 1000;
/** Blocks that one code of a progressive scan can leave as they are. */
const LONGEST_RUN = 32_767;
/** What the decoder keeps of a block of 8 × 8 pixels until a progressive image is whole: 64 numbers of 2 bytes. */
const BLOCK_BYTES = 64 * 2;

const EOI = 0xd9;
const COM = 0xfe;
/** The height once more; a frame that leaves it to this is refused. */
const DNL = 0xdc;

const markerName = (marker: number): string => `FF${marker.toString(16).toUpperCase().padStart(2, "0")}`;

/** What other frames (SOF) and processes than those read here are called. */
function otherKind(marker: number): string | undefined {
  if (marker === 0xc3) return "a lossless JPEG";
  if (marker === 0xf7) return "a JPEG-LS";
  if ([0xc5, 0xc6, 0xc7, 0xde, 0xdf].includes(marker)) return "a hierarchical JPEG";
  if (marker >= 0xc9 && marker <= 0xcf) return "a JPEG with arithmetic coding";
  return undefined;
}

/**
 * Where the marker at or about byte `at` begins. Two slips of cameras are let pass, as decoders do: a segment counted one
 * byte too long, and an application's segment whose marker has lost its FF.
 */
function findMarker(file: Buffer, at: number): number {
  let start = at;
  if (at < file.length && file[at] !== 0xff) {
    const counted = file[at - 1] === 0xff && file[at]! >= 0xc0 && file[at]! < 0xff;
    const application = file[at] === 0 && (file[at + 1] === 0xe0 || file[at + 1] === 0xe1);
    if (counted) start = at - 1;
    else if (!application) throw damaged(`there is no segment at byte ${at}, where one should be`);
  }
  // A marker may begin with several FF.
  while (file[start + 1] === 0xff) start++;
  if (start + 1 >= file.length) throw damaged("it ends without its end mark (EOI)");
  return start;
}

/** Where the segment whose marker begins at byte `start` ends. */
function segmentEnd(file: Buffer, start: number): number {
  if (start + 4 > file.length) throw damaged(`it ends within a segment, at byte ${file.length}`);
  const length = file.readUInt16BE(start + 2);
  const end = start + 2 + length;
  if (length < 2 || end > file.length) {
    throw damaged(
      `its segment at byte ${start} claims ${length} bytes, of which ${file.length - start - 2} are there`,
    );
  }
  return end;
}

function readFrame(data: Buffer, progressive: boolean): Frame {
  const count = data[5] ?? 0;
  if (count === 0 || data.length !== 6 + 3 * count) throw damaged("the length of its header (SOF) is wrong");
  if (data[0] !== 8) throw unsupported(`it has ${data[0]} bits for each sample, and only 8 are read`);
  const [height, width] = [data.readUInt16BE(1), data.readUInt16BE(3)];
  if (height === 0 && width > 0) throw unsupported("it gives its height only behind the image (DNL)");
  checkSize(width, height, MOST_PIXELS);
  if (count !== 1 && count !== 3) {
    const inks = count === 4 ? " (for printing)" : "";
    throw unsupported(`it has ${count} colour components${inks}, and only 1 (grey) or 3 are read`);
  }

  const components = Array.from({ length: count }, (_, i): Component => {
    const at = 6 + 3 * i;
    const [id, sampling, quantization] = [data[at]!, data[at + 1]!, data[at + 2]!];
    return { id, h: sampling >> 4, v: sampling & 15, quantization, lowest: new Int8Array(64).fill(-1) };
  });
  const ids = new Set(components.map(({ id }) => id));
  const right = components.every(
    ({ h, v, quantization }) => h >= 1 && h <= 4 && v >= 1 && v <= 4 && quantization < 4,
  );
  if (!right || ids.size < count) throw damaged("its header (SOF) describes components that cannot be");
  const across = Math.ceil(width / 8 / Math.max(...components.map(({ h }) => h)));
  const down = Math.ceil(height / 8 / Math.max(...components.map(({ v }) => v)));
  return { progressive, width, height, components, units: across * down };
}

/** The numbers of the quantization tables in a segment (DQT). */
function readQuantization(data: Buffer): number[] {
  const numbers: number[] = [];
  let at = 0;
  while (at < data.length) {
    const [wide, number] = [data[at]! >> 4, data[at]! & 15];
    if (wide > 1 || number > 3) break;
    at += 65 + 64 * wide;
    numbers.push(number);
  }
  if (at !== data.length) throw damaged("its quantization tables (DQT) are not whole");
  return numbers;
}

/** Notes the Huffman tables of a segment (DHT). @returns how many. */
function readHuffman(data: Buffer, tables: Tables): number {
  let count = 0;
  let at = 0;
  while (at + 17 <= data.length) {
    const [kind, number] = [data[at]! >> 4, data[at]! & 15];
    const lengths = data.subarray(at + 1, at + 17);
    const codes = lengths.reduce((sum, some) => sum + some, 0);
    // Codes of each length follow on those before; a code of ones alone is not allowed (annex C).
    let next = 0;
    const fits = lengths.every((some, i) => {
      next = 2 * next + some;
      return next < 2 ** (i + 1);
    });
    if (kind > 1 || number > 3 || codes > 256 || !fits) break;
    const shortest = lengths.findIndex((some) => some > 0) + 1;
    if (shortest > 0) tables[kind as 0 | 1].set(number, shortest);
    else tables[kind as 0 | 1].delete(number);
    at += 17 + codes;
    count++;
  }
  if (at !== data.length) throw damaged("its Huffman tables (DHT) are not whole, or contradict themselves");
  return count;
}

function readScan(data: Buffer, frame: Frame): Scan {
  const count = data[0] ?? 0;
  if (count < 1 || count > 4 || data.length !== 4 + 2 * count)
    throw damaged("the length of a scan's head (SOS) is wrong");
  const components = Array.from({ length: count }, (_, i) => {
    const component = frame.components.find(({ id }) => id === data[1 + 2 * i]);
    if (component === undefined) throw damaged("a scan is of a component that its header does not have");
    return { component, dc: data[2 + 2 * i]! >> 4, ac: data[2 + 2 * i]! & 15 };
  });
  const blocks = components.reduce((sum, { component: { h, v } }) => sum + h * v, 0);
  if (new Set(components.map(({ component }) => component)).size < count || (count > 1 && blocks > 10)) {
    throw damaged("a scan mixes components that cannot be mixed");
  }
  // Sequential scans bring everything at once, whatever they say here.
  if (!frame.progressive) return { components, first: 0, last: 63, before: 0, bit: 0 };
  const tail = data.subarray(1 + 2 * count);
  const [first, last] = [tail[0]!, tail[1]!];
  const [before, bit] = [tail[2]! >> 4, tail[2]! & 15];
  const part = first === 0 ? last === 0 : last >= first && last < 64 && count === 1;
  if (!part || bit > 13 || (before > 0 && before !== bit + 1)) {
    throw damaged("a scan brings a part of the image that cannot be");
  }
  return { components, first, last, before, bit };
}

/** Notes what a scan brings, and throws when it was brought before or what it refines was not. */
function checkProgress({ components, first, last, before, bit }: Scan): void {
  for (const { component } of components) {
    const { lowest } = component;
    const expected = before === 0 ? -1 : before;
    const late = first > 0 && lowest[0] === -1;
    if (late || lowest.subarray(first, last + 1).some((known) => known !== expected)) {
      throw damaged("its scans contradict each other: one brings what was there, or refines what was not");
    }
    lowest.fill(bit, first, last + 1);
  }
}

/** The fewest bits that a scan's data can have. */
function leastBits({ components, first, before }: Scan, frame: Frame, tables: Tables): number {
  const shortest = (kind: 0 | 1, number: number): number => {
    const bits = tables[kind].get(number);
    if (bits === undefined) throw damaged("a scan needs a Huffman table (DHT) that is not there");
    return bits;
  };
  const { width, height, progressive } = frame;
  const most = (side: "h" | "v"): number => Math.max(...frame.components.map((component) => component[side]));
  return components.reduce((sum, { component: { h, v }, dc, ac }) => {
    // A component alone has no more blocks than its pixels need.
    const alone = Math.ceil((width * h) / most("h") / 8) * Math.ceil((height * v) / most("v") / 8);
    const blocks = components.length > 1 ? frame.units * h * v : alone;
    if (!progressive) return sum + blocks * (shortest(0, dc) + shortest(1, ac));
    if (first === 0) return sum + blocks * (before === 0 ? shortest(0, dc) : 1);
    return sum + Math.ceil(blocks / LONGEST_RUN) * shortest(1, ac);
  }, 0);
}

/** Where the image data from byte `start` ends, and how many bytes it has without what marks and fills. */
function measureData(file: Buffer, start: number): { end: number; bytes: number } {
  let filling = 0;
  let at = start;
  for (;;) {
    const mark = file.indexOf(0xff, at);
    if (mark < 0 || mark + 1 >= file.length) throw damaged("it ends within its image data");
    const next = file[mark + 1]!;
    const restart = next >= 0xd0 && next <= 0xd7;
    if (next !== 0 && next !== 0xff && !restart) return { end: mark, bytes: mark - start - filling };
    filling += restart ? 2 : 1;
    at = next === 0xff ? mark + 1 : mark + 2;
  }
}

/** A file as far as it was walked through. */
class Walk {
  readonly kept: Uint8Array[];
  readonly #file: Buffer;
  readonly #tables: Tables = [new Map(), new Map()];
  readonly #quantization = new Set<number>();
  #segments = 0;
  #tableCount = 0;
  #scans = 0;
  #frame: Frame | undefined;
  exif: Buffer | undefined;

  constructor(file: Buffer) {
    this.#file = file;
    this.kept = [file.subarray(0, 2)];
  }

  /** Checks the segment at byte `start`, and keeps it if the pixels need it. @returns where the next one should be. */
  take(start: number): number {
    const file = this.#file;
    const marker = file[start + 1]!;
    // Marks without a length: they begin and restart images.
    if (marker >= 0xd0 && marker <= 0xd8)
      throw damaged(`its mark ${markerName(marker)} at byte ${start} has no place there`);
    const end = segmentEnd(file, start);
    const data = file.subarray(start + 4, end);
    if (++this.#segments > MOST_PARTS) throw unsupported(`it is in more than ${MOST_PARTS} segments`);
    const other = otherKind(marker);
    if (other !== undefined)
      throw unsupported(`it is ${other}, and only baseline and progressive ones are read`);
    const isApplication = marker >= 0xe0 && marker <= 0xef;
    const named = (name: string): boolean => data.toString("latin1", 0, name.length) === name;

    if (marker === 0xda) return this.#takeScan(start, end, data);
    if (marker >= 0xc0 && marker <= 0xc2) {
      if (this.#frame !== undefined) throw damaged(`it has a second header (SOF) at byte ${start}`);
      this.#frame = readFrame(data, marker === 0xc2);
    } else if (marker === 0xc4) {
      this.#tableCount += readHuffman(data, this.#tables);
    } else if (marker === 0xdb) {
      const numbers = readQuantization(data);
      this.#tableCount += numbers.length;
      for (const number of numbers) this.#quantization.add(number);
    } else if (marker === 0xdd) {
      if (data.length !== 2) throw damaged("the length of its restart interval (DRI) is wrong");
    } else if (isApplication || marker === COM || marker === DNL) {
      if (marker === 0xe1 && named("Exif\0")) this.exif ??= data.subarray(6);
      // These two say whether three components are red, green and blue, or brightness and two differences.
      if (!named("JFIF\0") && !(marker === 0xee && named("Adobe"))) return end;
    } else {
      throw damaged(`its segment ${markerName(marker)} at byte ${start} has no place there`);
    }
    if (this.#tableCount > MOST_TABLES) throw unsupported(`it has more than ${MOST_TABLES} tables`);
    this.kept.push(file.subarray(start, end));
    return end;
  }

  #takeScan(start: number, end: number, data: Buffer): number {
    const frame = this.#frame;
    if (frame === undefined) throw damaged("its image data comes before its header (SOF)");
    const size = `${frame.width}×${frame.height} pixels`;
    const scan = readScan(data, frame);
    const { end: next, bytes } = measureData(this.#file, end);
    if (leastBits(scan, frame, this.#tables) > 8 * bytes) {
      throw damaged(`it says ${size}, which ${bytes} bytes of image data cannot hold`);
    }
    checkProgress(scan);
    this.#scans++;
    if (this.#scans > MOST_SCANS) throw unsupported(`it comes in more than ${MOST_SCANS} scans`);
    if (this.#scans * frame.width * frame.height > MOST_SCANNED_PIXELS) {
      throw tooLarge(`it comes in ${this.#scans} scans of ${size}, together more than 2000 million`);
    }
    this.kept.push(this.#file.subarray(start, next));
    return next;
  }

  /** The frame, once nothing is missing. */
  finish(): Frame {
    const frame = this.#frame;
    if (frame === undefined || this.#scans === 0) throw damaged("it ends without an image");
    const { components } = frame;
    if (components.some(({ lowest }) => lowest[0] === -1))
      throw damaged("some of its colours have no image data");
    if (components.some(({ quantization }) => !this.#quantization.has(quantization))) {
      throw damaged("a quantization table (DQT) that its header names is not there");
    }
    return frame;
  }
}

/** @throws ImageError unless `file`, which begins with SOI, is a whole and consistent JPEG file that can be read here. */
export function checkJpeg(file: Buffer): CheckedJpeg {
  const walk = new Walk(file);
  let start = findMarker(file, 2);
  while (file[start + 1] !== EOI) start = findMarker(file, walk.take(start));
  const frame = walk.finish();
  const { width, height, components, units } = frame;

  const blocks = components.reduce((sum, { h, v }) => sum + units * h * v, 0);
  const bytes = Buffer.concat([...walk.kept, Uint8Array.of(0xff, EOI)]);
  const pixels = width * height * (8 + 2 * components.length);
  return {
    width,
    height,
    channels: components.length === 1 ? 1 : 3,
    exif: walk.exif,
    bytes,
    decodingBytes: file.length + 2 * bytes.length + BLOCK_BYTES * blocks + pixels,
  };
}
