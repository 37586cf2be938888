import { tensor, zeros } from "@corr2d/core";
import { imageToTensor, type RgbaImage, tensorToImage } from "@corr2d/data";
import { describe, expect, it } from "vitest";
import { onEachBackend } from "./backends.ts";
import { expectError, expectRejected, plain } from "./support.ts";

/** Two pixels beside each other: (255, 0, 51) and (10, 20, 30), the second half transparent. */
const rgba: RgbaImage = { data: Uint8ClampedArray.of(255, 0, 51, 255, 10, 20, 30, 128), width: 2, height: 1 };
const f = (n: number): number => Math.fround(n / 255);

onEachBackend((backend) => {
  it("reads RGBA bytes", () => {
    const image = imageToTensor(rgba);
    expect([image.shape, image.dtype, image.backend]).toEqual([[3, 1, 2], "float32", backend]);
    expect(plain(image)).toEqual([[[f(255), f(10)]], [[f(0), f(20)]], [[f(51), f(30)]]]);
    expect(plain(imageToTensor(rgba, { channels: 4, scale: false }))).toEqual([
      [[255, 10]],
      [[0, 20]],
      [[51, 30]],
      [[255, 128]],
    ]);
    // Pillow: Image.fromarray(…).convert("L") gives 82 and 18.
    expect(plain(imageToTensor(rgba, { channels: 1, scale: false, dtype: "int32" }))).toEqual([[[82, 18]]]);
  });

  it("reads ndarrays in every layout, with any strides", () => {
    // 2 rows, 3 columns, RGB, as NumPy has it.
    const data = Uint8Array.from({ length: 18 }, (_, i) => i * 10);
    const rows = { data, shape: [2, 3, 3], stride: [9, 3, 1], offset: 0 };
    const image = plain(imageToTensor(rows, { layout: "HWC" }));
    expect(image).toEqual(
      [0, 1, 2].map((c) => [0, 1].map((y) => [0, 1, 2].map((x) => f((9 * y + 3 * x + c) * 10)))),
    );
    const transposed = { data, shape: [3, 2, 3], stride: [3, 9, 1], offset: 0 };
    expect(plain(imageToTensor(transposed, { layout: "WHC" }))).toEqual(image);
    const planes = { data, shape: [3, 2, 3], stride: [1, 9, 3], offset: 0 };
    expect(plain(imageToTensor(planes, { layout: "CHW" }))).toEqual(image);
    const flipped = { data, shape: [2, 3, 3], stride: [-9, 3, 1], offset: 9 };
    expect(plain(imageToTensor(flipped, { layout: "HWC" }))).toEqual(
      (image as unknown[][]).map((plane) => [...plane].reverse()),
    );
    const gray = { data: Float32Array.of(0.25, 0.5), shape: [1, 2], stride: [2, 1], offset: 0 };
    expect(plain(imageToTensor(gray, { layout: "HW", channels: 1 }))).toEqual([[[0.25, 0.5]]]);
    expect(plain(imageToTensor(gray, { layout: "HW", channels: 4 }))).toEqual([
      [[0.25, 0.5]],
      [[0.25, 0.5]],
      [[0.25, 0.5]],
      [[1, 1]],
    ]);
  });

  it("writes images, rounded as save_image does", async () => {
    const image = await tensorToImage(
      tensor([
        [
          [0, 0.5],
          [1, 0.25],
        ],
      ]),
    );
    expect([image.width, image.height]).toEqual([2, 2]);
    expect([...image.data]).toEqual([0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255, 64, 64, 64, 255]);
    const odd = await tensorToImage(tensor([[[-1, 2]], [[Number.NaN, 0.1]], [[0.3, 0.7]], [[0.5, 0]]]));
    expect([...odd.data]).toEqual([0, 0, 77, 128, 255, 26, 179, 0]);
    const bytes = await tensorToImage(tensor([[-5, 7, 300]], { dtype: "int32" }));
    expect([...bytes.data].filter((_, i) => i % 4 === 0)).toEqual([0, 7, 255]);
    // There and back.
    const again = await tensorToImage(imageToTensor(rgba, { channels: 4 }));
    expect([...again.data]).toEqual([...rgba.data]);
    expect((await tensorToImage(zeros([3, 0, 2]))).data.length).toBe(0);
  });
});

describe("what is wrong", () => {
  const ndarray = { data: new Uint8Array(12), shape: [2, 2, 3], stride: [6, 3, 1], offset: 0 };
  it.each([
    [
      () => imageToTensor({ ...rgba, width: 3 }),
      "SHAPE_MISMATCH",
      "an image of 3 × 1 has four bytes for each pixel",
    ],
    [() => imageToTensor(ndarray), "INVALID_ARGUMENT", "an ndarray does not say which axis is which"],
    [() => imageToTensor(ndarray, { layout: "HW" }), "SHAPE_MISMATCH", "layout 'HW' is for 2 axes"],
    [
      () => imageToTensor({ ...ndarray, offset: 1 }, { layout: "HWC" }),
      "SHAPE_MISMATCH",
      "is not within data of 12 numbers",
    ],
    [
      () => imageToTensor({ ...ndarray, stride: [6, 3, -1] }, { layout: "HWC" }),
      "SHAPE_MISMATCH",
      "is not within data",
    ],
    [() => imageToTensor(ndarray, { layout: "RGB" as never }), "INVALID_ARGUMENT", "'layout' is one of"],
    [() => imageToTensor(rgba, { channels: 2 as never }), "INVALID_ARGUMENT", "'channels' is 1, 3 or 4"],
    [() => imageToTensor(rgba, { dtype: "int32" }), "DTYPE_UNSUPPORTED", "give { scale: false } too"],
    [() => imageToTensor(null as never), "INVALID_ARGUMENT", "an image is an ImageData"],
    [
      () =>
        imageToTensor(
          { data: new Uint8Array(5), shape: [1, 1, 5], stride: [5, 5, 1], offset: 0 },
          { layout: "HWC" },
        ),
      "SHAPE_MISMATCH",
      "expected 1 to 4 channels, but got 5",
    ],
  ] as const)("%#", (run, code, text) => {
    expectError(run, code, text);
  });

  it("shapes that are no image", async () => {
    for (const shape of [[2, 3, 3], [5], [1, 3, 2, 2]]) {
      await expectRejected(tensorToImage(zeros(shape)), "SHAPE_MISMATCH", "expected [H, W] or [C, H, W]");
    }
  });
});
