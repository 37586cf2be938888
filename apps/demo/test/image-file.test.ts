/**
 * Reading images of every kind, and writing them. The JPEG files in fixtures/ were written by Pillow: 16 × 8 pixels, the
 * left half (200, 40, 40), the right half (40, 60, 200); `orientation-6.jpg` says that the camera lay on its side.
 */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PNG } from "pngjs";
import { afterAll, describe, expect, test } from "vitest";
import { exifOrientation, turnUpright } from "../src/cli/exif-orientation.ts";
import { readImage, writePng } from "../src/cli/image-file.ts";
import { type PngParts, pngBytes } from "./png-bytes.ts";

const folder = mkdtempSync(join(tmpdir(), "demo image "));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** Every plane's rows. */
function read(path: string): { channels: number; width: number; height: number; values: number[] } {
  const { channels, width, height, values } = readImage(path).image;
  return { channels, width, height, values: [...values] };
}

const size = { width: 5, height: 3 };
const at = (x: number, y: number): number => x + 5 * y;
const positions = Array.from({ length: 15 }, (_, i) => i);

describe("PNG", () => {
  const grey = (depth: PngParts["depth"], scale: number): PngParts => ({
    ...size,
    depth,
    colourType: 0,
    samples: (x, y) => [Math.floor(at(x, y) * scale)],
  });

  test.each([false, true])("8-bit grey, interlaced: %s", (interlaced) => {
    const path = file("grey.png", pngBytes({ ...grey(8, 17), interlaced }));
    expect(read(path)).toEqual({ channels: 1, ...size, values: positions.map((i) => 17 * i) });
    expect(readImage(path).format).toBe("PNG");
  });

  test.each([false, true])("1-, 2- and 4-bit grey, interlaced: %s", (interlaced) => {
    for (const depth of [1, 2, 4] as const) {
      const levels = 2 ** depth;
      const parts: PngParts = {
        ...size,
        depth,
        colourType: 0,
        samples: (x, y) => [at(x, y) % levels],
        interlaced,
      };
      const { channels, values } = read(file("packed.png", pngBytes(parts)));
      expect(channels).toBe(1);
      expect(values).toEqual(positions.map((i) => Math.floor(((i % levels) * 255) / (levels - 1))));
    }
  });

  test("16-bit grey keeps its range", () => {
    const { values } = read(file("deep.png", pngBytes({ ...grey(16, 4369) })));
    expect(values[0]).toBe(0);
    expect(values[14]! / 238).toBeCloseTo(1, 1);
  });

  test("colour, with and without alpha: transparent is white", () => {
    const rgb: PngParts = { ...size, depth: 8, colourType: 2, samples: (x, y) => [at(x, y), 100, 200] };
    expect(read(file("rgb.png", pngBytes(rgb)))).toEqual({
      channels: 3,
      ...size,
      values: [...positions, ...positions.map(() => 100), ...positions.map(() => 200)],
    });
    const rgba: PngParts = {
      width: 2,
      height: 1,
      depth: 8,
      colourType: 6,
      samples: (x) => [10, 20, 30, x * 255],
    };
    expect(read(file("rgba.png", pngBytes(rgba))).values).toEqual([255, 10, 255, 20, 255, 30]);
  });

  test("grey with alpha: half transparent is halfway to white", () => {
    const parts: PngParts = {
      width: 2,
      height: 1,
      depth: 8,
      colourType: 4,
      samples: (x) => [0, x === 0 ? 255 : 51],
    };
    const { channels, values } = read(file("la.png", pngBytes(parts)));
    expect(channels).toBe(1);
    expect(values[0]).toBe(0);
    expect(values[1]).toBeCloseTo(204, 3);
  });

  test.each([false, true])("a 2-bit palette with transparency, interlaced: %s", (interlaced) => {
    const parts: PngParts = {
      ...size,
      depth: 2,
      colourType: 3,
      samples: (x, y) => [at(x, y) % 4],
      palette: [
        [1, 2, 3],
        [50, 60, 70],
        [200, 0, 0],
        [9, 9, 9],
      ],
      alphas: [255, 255, 255, 0],
      interlaced,
    };
    const { channels, values } = read(file("palette.png", pngBytes(parts)));
    expect(channels).toBe(3);
    expect(values.slice(0, 15)).toEqual(positions.map((i) => [1, 50, 200, 255][i % 4]));
    expect(values.slice(30)).toEqual(positions.map((i) => [3, 70, 0, 255][i % 4]));
  });

  test("the content decides, not the name", () => {
    expect(readImage(file("really-a-png.jpg", pngBytes(grey(8, 1)))).format).toBe("PNG");
  });
});

describe("JPEG", () => {
  test.each(["baseline.jpg", "progressive.jpg"])("%s", (name) => {
    const { channels, width, height, values } = read(fixture(name));
    expect([channels, width, height]).toEqual([3, 16, 8]);
    const [red, green, blue] = [0, 1, 2].map((c) => [values[128 * c]!, values[128 * c + 127]!]);
    for (const [plane, expected] of [
      [red, [200, 40]],
      [green, [40, 60]],
      [blue, [40, 200]],
    ] as const) {
      expect(Math.abs(plane![0]! - expected[0])).toBeLessThanOrEqual(3);
      expect(Math.abs(plane![1]! - expected[1])).toBeLessThanOrEqual(3);
    }
  });

  test("grey has one plane", () => {
    const { channels, width, height } = read(fixture("grey.jpg"));
    expect([channels, width, height]).toEqual([1, 16, 8]);
  });

  test("a camera on its side: the picture is turned clockwise, its left half on top", () => {
    const { width, height, values } = read(fixture("orientation-6.jpg"));
    expect([width, height]).toEqual([8, 16]);
    expect(values[0]!).toBeGreaterThan(190);
    expect(values[127]!).toBeLessThan(50);
  });
});

describe("orientation", () => {
  // 2 × 3 pixels, told apart by their red.
  const pixels = {
    width: 2,
    height: 3,
    rgba: Uint8Array.from([1, 2, 3, 4, 5, 6].flatMap((r) => [r, 0, 0, 255])),
  };
  test.each([
    [1, [1, 2, 3, 4, 5, 6]],
    [2, [2, 1, 4, 3, 6, 5]],
    [3, [6, 5, 4, 3, 2, 1]],
    [4, [5, 6, 3, 4, 1, 2]],
    [5, [1, 3, 5, 2, 4, 6]],
    [6, [5, 3, 1, 6, 4, 2]],
    [7, [6, 4, 2, 5, 3, 1]],
    [8, [2, 4, 6, 1, 3, 5]],
  ])("%i", (orientation, expected) => {
    const turned = turnUpright(pixels, orientation);
    expect([turned.width, turned.height]).toEqual(orientation >= 5 ? [3, 2] : [2, 3]);
    expect([...turned.rgba].filter((_, i) => i % 4 === 0)).toEqual(expected);
  });

  test("damaged blocks count as upright", () => {
    expect(exifOrientation(undefined)).toBe(1);
    expect(exifOrientation(new Uint8Array(20))).toBe(1);
    const pointsOutside = Uint8Array.from([0x4d, 0x4d, 0, 42, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0]);
    expect(exifOrientation(pointsOutside)).toBe(1);
  });
});

describe("files that cannot be read", () => {
  test("missing", () => {
    expect(() => readImage(join(folder, "nothing.png"))).toThrow(/there is no file .*nothing\.png/);
  });
  test("a folder", () => {
    expect(() => readImage(folder)).toThrow("is a folder; give an image, PNG or JPEG");
  });
  test.each([
    ["GIF89a", "a GIF image"],
    ["RIFF\0\0\0\0WEBP", "a WebP image"],
    ["BM", "a BMP image"],
    ["", "an empty file"],
    ["hello", "neither"],
  ])("unsupported: %j", (text, guess) => {
    const path = file("other.bin", Buffer.from(text, "latin1"));
    expect(() => readImage(path)).toThrow(`images may be PNG or JPEG, and it is ${guess}`);
  });
  test.each(["PNG", "JPEG"])("a %s file cut short", (format) => {
    const bytes =
      format === "PNG" ? pngBytes({ ...size, depth: 8, colourType: 0, samples: () => [7] }) : null;
    const path = file("cut", bytes ?? readFileSync(fixture("baseline.jpg")));
    truncateSync(path, bytes === null ? 200 : 50);
    expect(() => readImage(path)).toThrow(`cannot be read as ${format}; it may be damaged or cut short`);
  });
  test("a PNG file with a flipped bit", () => {
    const bytes = pngBytes({ ...size, depth: 8, colourType: 0, samples: () => [7] });
    bytes[45]! ^= 1;
    expect(() => readImage(file("flipped.png", bytes))).toThrow("cannot be read as PNG");
  });
  test("more pixels than memory", () => {
    const bytes = pngBytes({ ...size, depth: 8, colourType: 0, samples: () => [7] });
    bytes.writeUInt32BE(1_000_000, 16);
    bytes.writeUInt32BE(1_000_000, 20);
    expect(() => readImage(file("huge.png", bytes))).toThrow(
      "1000000×1000000 pixels are more than 100 million",
    );
  });
});

describe("writing", () => {
  test("grey and colour come back as they were", () => {
    const grey = { channels: 1, width: 3, height: 1, bytes: Uint8ClampedArray.from([0, 128, 255]) };
    const colour = { channels: 3, width: 2, height: 1, bytes: Uint8ClampedArray.from([1, 2, 3, 4, 5, 6]) };
    const path = join(folder, "out.png");
    writePng(path, grey);
    expect([...PNG.sync.read(readFileSync(path)).data]).toEqual([
      0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255,
    ]);
    writePng(path, colour);
    expect([...PNG.sync.read(readFileSync(path)).data]).toEqual([1, 3, 5, 255, 2, 4, 6, 255]);
    expect(read(path).values).toEqual([1, 2, 3, 4, 5, 6]);
  });
  test("into a folder that is not there", () => {
    const image = { channels: 1, width: 1, height: 1, bytes: Uint8ClampedArray.from([0]) };
    expect(() => writePng(join(folder, "no", "out.png"), image)).toThrow("cannot be written");
  });
});
