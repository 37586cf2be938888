/** The sibling sections against the book's numbers, written out here once more, on every backend. */
import type { Backend } from "@corr2d/core";
import { beforeAll, describe, expect, test } from "vitest";
import { channels } from "../src/chapter/channels.ts";
import { lenet, lenetShapes } from "../src/chapter/lenet.ts";
import { paddingStride } from "../src/chapter/padding-stride.ts";
import { pooling } from "../src/chapter/pooling.ts";
import { BACKENDS } from "./backends.ts";

describe.each(BACKENDS)("the sibling sections on $name", ({ make }) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await make();
  });

  test("padding and stride", async () => {
    const layers = await paddingStride(backend);
    expect(layers.map(({ output }) => output)).toEqual([
      [8, 8],
      [8, 8],
      [4, 4],
      [2, 2],
    ]);
    expect(layers[1]!.layer).toBe("Conv2d(1, 1, kernel_size=(5, 3), stride=(1, 1), padding=(2, 1))");
  });

  test("channels", async () => {
    const { multiIn, multiInOut, library, oneByOneDifference } = await channels(backend);
    expect(multiIn).toEqual([
      [56, 72],
      [104, 120],
    ]);
    expect(multiInOut).toEqual([
      multiIn,
      [
        [76, 100],
        [148, 172],
      ],
      [
        [96, 128],
        [192, 224],
      ],
    ]);
    expect(library).toEqual(multiInOut);
    expect(oneByOneDifference).toBeLessThan(1e-6);
  });

  test("pooling", async () => {
    const { max, average, layers, twoChannels } = await pooling(backend);
    expect(max).toEqual([
      [4, 5],
      [7, 8],
    ]);
    expect(average).toEqual([
      [2, 3],
      [5, 6],
    ]);
    const strided = [
      [5, 7],
      [13, 15],
    ];
    expect(layers.map(({ output }) => output)).toEqual([[[10]], strided, strided]);
    expect(twoChannels).toEqual([
      strided,
      [
        [6, 8],
        [14, 16],
      ],
    ]);
  });

  test("LeNet's shapes and parameters", async () => {
    const { layers, parameters } = await lenetShapes(backend);
    expect(layers.map(({ output }) => output.join("×"))).toEqual(
      "6×28×28 6×28×28 6×14×14 16×10×10 16×10×10 16×5×5 400 120 120 84 84 10".split(" "),
    );
    expect(parameters).toBe(61_706);
    expect(String(lenet(backend))).toContain(
      "(0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))",
    );
  });
});
