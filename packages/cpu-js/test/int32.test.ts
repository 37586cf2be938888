/** The copies have every size, and a form of their own: a record of core's that holds a double leaves them alone. */
import type { MatmulSize } from "@corr2d/core";
import { expect, it } from "vitest";
import { int32MatmulSize, int32Window } from "../src/int32.ts";
import { seeded } from "./random.ts";
import { randomWindow } from "./windows.ts";

it("copies windows", () => {
  const random = seeded(1);
  for (let run = 0; run < 50; run++) {
    const w = randomWindow(random, true);
    const copy = int32Window(w);
    expect(copy).toEqual(w);
    expect(Object.keys(copy)[0]).not.toBe(Object.keys(w)[0]);
    for (const axis of [0, 1] as const) {
      expect(Object.keys(copy.axes[axis])[0]).not.toBe(Object.keys(w.axes[axis])[0]);
    }
  }
});

it("copies the sizes of products", () => {
  const size: MatmulSize = { batch: 2, rows: 3, inner: 4, columns: 5, transposeA: true, transposeB: false };
  expect(int32MatmulSize(size)).toEqual(size);
  expect(Object.keys(int32MatmulSize(size))[0]).not.toBe(Object.keys(size)[0]);
});
