/**
 * Layer 2: positions past 2²⁴, which float32 no longer tells apart, and 2²⁴ elements at once (§4.4, §5.1, §5.4, §5.5). The
 * operand is one element among zeros, made where it lies: nothing large is uploaded or read.
 */
import type { Case } from "../case.ts";
import { check, expectBits } from "../compare.ts";

/** Odd, so that float32 has no such number. */
const AT = 2 ** 24 + 1;

const farPositions: Case = {
  id: "gather/float32/positions-past-2^24",
  clause: "§5.4",
  covers: { member: "gather", dtype: "float32" },
  plainOnly: true,
  async run({ backend }) {
    const length = AT + 8;
    const alone = { shape: [1], strides: [1], offset: AT, sourceSize: length };
    const [five, three] = [backend.upload(Float32Array.of(5)), backend.upload(Float32Array.of(1, 2, 3))];
    // A late backend takes anything of any size once nothing waits.
    await backend.settled?.();
    const x = backend.stridedAdd(five, alone, "float32");
    await backend.settled?.();
    const around = [AT - 1, AT, AT + 1];
    const index = backend.upload(Int32Array.from(around));
    const size = { outer: 1, length, inner: 1, count: 3 };
    const picked = backend.gather(x, index, size, "float32");
    expectBits("gathered", await backend.read(picked, 3, "float32"), [0, 5, 0]);
    const view = { shape: [2], strides: [-1], offset: AT, sourceSize: length };
    expectBits("seen", await backend.read(backend.strided(x, view, "float32"), 2, "float32"), [5, 0]);
    const largest = backend.reduce("argmax", x, [length], [0], "float32");
    const found = (await backend.read(largest, 1, "int32"))[0];
    check(found === AT, `argmax of ${length} elements is ${found}, expected ${AT}`);
    backend.free(x);
    await backend.settled?.();
    const added = backend.scatterAdd(three, index, size, "float32");
    await backend.settled?.();
    const back = backend.strided(added, { ...view, strides: [1] }, "float32");
    expectBits("added", await backend.read(back, 2, "float32"), [2, 3]);
  },
};

export const cases: readonly Case[] = [farPositions];
