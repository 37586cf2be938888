/** Filters on images whose result can be worked out by hand: exact numbers, on every backend. */
import type { Backend } from "@corr2d/core";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type FilterOptions,
  filterImage,
  finishImage,
  type ImagePlanes,
} from "../src/chapter/filter-image.ts";
import { customKernel, FILTER_KERNELS, type FilterKernel } from "../src/chapter/filter-kernels.ts";
import { BACKENDS } from "./backends.ts";

function planes(channels: readonly (readonly (readonly number[])[])[]): ImagePlanes {
  const [height, width] = [channels[0]!.length, channels[0]![0]!.length];
  return { channels: channels.length, height, width, values: Float32Array.from(channels.flat(2)) };
}

function rows({ channels, height, width, values }: ImagePlanes): number[][][] {
  const row = (c: number, y: number): number[] => {
    const start = (c * height + y) * width;
    return [...values.slice(start, start + width)];
  };
  return Array.from({ length: channels }, (_, c) => Array.from({ length: height }, (_, y) => row(c, y)));
}

/** Black on the left, 100 on the right. */
const step = planes([Array.from({ length: 4 }, () => [0, 0, 0, 100, 100, 100])]);
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe.each(BACKENDS)("filters on $name", ({ make }) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await make();
  });
  const filter = async (
    image: ImagePlanes,
    kernel: FilterKernel,
    options?: FilterOptions,
  ): Promise<number[][][]> => rows(await filterImage(backend, image, kernel, options));

  test("Sobel on a vertical step: 4 × 100 at the edge, nothing across", async () => {
    expect(await filter(step, FILTER_KERNELS["sobel-x"]!)).toEqual([times(2, [0, 400, 400, 0])]);
    expect(await filter(step, FILTER_KERNELS["sobel-y"]!)).toEqual([times(2, [0, 0, 0, 0])]);
    expect(await filter(step, FILTER_KERNELS.sobel!)).toEqual([times(2, [0, 400, 400, 0])]);
  });

  test("the magnitude is the length of the two: 300 and 400 make 500", async () => {
    const pair: FilterKernel = { shows: "", matrices: [[[3]], [[4]]], finish: "clip" };
    expect(await filter(planes([[[100]]]), pair)).toEqual([[[500]]]);
  });

  test("Scharr and Prewitt answer to the step with their weights", async () => {
    expect(await filter(step, FILTER_KERNELS["scharr-x"]!)).toEqual([times(2, [0, 400, 400, 0])]);
    expect(await filter(step, FILTER_KERNELS["prewitt-x"]!)).toEqual([times(2, [0, 300, 300, 0])]);
  });

  test("blurs, sharpening and identity keep a flat image; edge kernels give zero", async () => {
    const flat = planes([times(7, times(7, 80))]);
    for (const [name, kernel] of Object.entries(FILTER_KERNELS)) {
      const values = (await filter(flat, kernel)).flat(2);
      const expected = kernel.finish === "clip" ? 80 : 0;
      expect(
        values.every((value) => Math.abs(value - expected) < 1e-4),
        name,
      ).toBe(true);
    }
  });

  test("the kernel is not flipped", async () => {
    const dot = planes([
      [
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ],
    ]);
    const kernel = customKernel([
      [1, 2],
      [3, 4],
    ]);
    expect(await filter(dot, kernel)).toEqual([
      [
        [4, 3],
        [2, 1],
      ],
    ]);
  });

  test("every channel by itself", async () => {
    const image = planes([times(3, [0, 0, 10]), times(3, [0, 20, 20]), times(3, [5, 5, 5])]);
    expect(await filter(image, FILTER_KERNELS["sobel-x"]!)).toEqual([[[40]], [[80]], [[0]]]);
  });

  test("grey is 0.299 red + 0.587 green + 0.114 blue", async () => {
    const image = planes([[[100]], [[200]], [[50]]]);
    const [[[grey]]] = (await filter(image, FILTER_KERNELS.identity!, { gray: true })) as [[[number]]];
    expect(grey).toBeCloseTo(153, 4);
  });

  test("stride and padding give the size of the formula", async () => {
    const image = planes([times(9, times(8, 1))]);
    const size = async (options: FilterOptions): Promise<number[]> => {
      const { height, width } = await filterImage(backend, image, FILTER_KERNELS["sobel-x"]!, options);
      return [height, width];
    };
    expect(await size({})).toEqual([7, 6]);
    expect(await size({ padding: "same" })).toEqual([9, 8]);
    expect(await size({ stride: 2, padding: 1 })).toEqual([5, 4]);
    expect(await size({ padding: [0, 2], paddingMode: "replicate" })).toEqual([7, 10]);
    expect(await size({ padding: "same", paddingMode: "reflect" })).toEqual([9, 8]);
  });

  test.each([
    ["zeros", [8, 15, 12, 21, 36, 27, 20, 33, 24]],
    ["reflect", [24, 27, 30, 33, 36, 39, 42, 45, 48]],
    ["replicate", [12, 18, 24, 30, 36, 42, 48, 54, 60]],
    ["circular", times(9, 36)],
  ] as const)("padding mode %s, as PyTorch has it", async (paddingMode, expected) => {
    const image = planes([
      [
        [0, 1, 2],
        [3, 4, 5],
        [6, 7, 8],
      ],
    ]);
    const sum = customKernel(times(3, [1, 1, 1]));
    expect((await filter(image, sum, { padding: 1, paddingMode })).flat(2)).toEqual(expected);
  });

  test("a kernel larger than the image is the library's error", async () => {
    const image = planes([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    await expect(filter(image, FILTER_KERNELS.sobel!)).rejects.toThrow(
      "Kernel size can't be greater than actual input size",
    );
  });
});

describe("values become pixels", () => {
  const values = planes([[[-300, -100, 0, 100.6, 300]]]);
  test.each([
    ["clip", [0, 0, 0, 101, 255]],
    ["absolute", [255, 100, 0, 101, 255]],
    ["offset", [0, 28, 128, 229, 255]],
    ["stretch", [0, 85, 128, 170, 255]],
  ] as const)("%s", (finish, expected) => {
    expect([...finishImage(values, finish)]).toEqual(expected);
  });

  test("a flat image stretches to black", () => {
    expect([...finishImage(planes([[[7, 7]]]), "stretch")]).toEqual([0, 0]);
  });

  test("a kernel of one's own is signed when its weights add up to zero", () => {
    expect(customKernel([[1, -1]]).finish).toBe("absolute");
    expect(customKernel([[1, 1]]).finish).toBe("clip");
  });
});
