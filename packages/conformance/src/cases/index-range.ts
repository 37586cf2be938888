/** Layer 2: indices out of range (§5.6), in gather and scatterAdd: whichever it is of however many, for every dtype. */
import { arrayOf, type Backend, type DType, type GatherSize } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { check } from "../compare.ts";
import { codeOf } from "./failing.ts";
import { DTYPES } from "./support.ts";

type Member = "gather" | "scatterAdd";

/** The code that a call with these indices, or a read of its result, ends in. */
function codeFor(
  backend: Backend,
  member: Member,
  index: Int32Array,
  size: GatherSize,
  dtype: DType,
): Promise<string> {
  const whole = size.outer * size.length * size.inner;
  const [from, to] = member === "gather" ? [whole, index.length] : [index.length, whole];
  const x = backend.upload(arrayOf(dtype, from).fill(1));
  return codeOf(() => backend.read(backend[member](x, backend.upload(index), size, dtype), to, dtype));
}

/** An index out of range: thrown at once, or every read of the result rejects; INDEX_OUT_OF_RANGE either way. */
function rangeCase(member: Member, index: number): Case {
  return {
    id: `${member}/index=${index}-of-3`,
    clause: "§5.6",
    covers: { member, dtype: "float32" },
    async run({ backend }) {
      const size = { outer: 1, length: 3, inner: 1, count: 2 };
      const code = await codeFor(backend, member, Int32Array.of(1, index), size, "float32");
      check(code === "INDEX_OUT_OF_RANGE", `index ${index} of an axis of 3 gave ${code}`);
    },
  };
}

/** Sizes of which any one index is wrong. */
const SIZES: Readonly<Record<string, GatherSize>> = {
  few: { outer: 1, length: 3, inner: 1, count: 5 },
  many: { outer: 1, length: 300, inner: 1, count: 4099 },
  rows: { outer: 1, length: 5, inner: 6, count: 33 },
  columns: { outer: 70, length: 4, inner: 1, count: 1 },
  middle: { outer: 3, length: 4, inner: 5, count: 7 },
};

/** Just past either end of the axis, an axis further, and far away. */
const wrongFor = (length: number): number[] => [length, -1, length + 1, -length, 2 * length, 2 ** 30];

function anywhereCase(member: Member, dtype: DType, name: string): Case {
  const size = SIZES[name]!;
  const total = size.outer * size.count * size.inner;
  const places = [0, 1, Math.floor(total / 2), total - 2, total - 1, 63, 64, 1023, 1024, 4096].filter(
    (at) => at < total,
  );
  return {
    id: `${member}/${dtype}/wrong-index-anywhere,${name}`,
    clause: "§5.6",
    ...requiring(dtype),
    covers: { member, dtype },
    async run({ backend, random }) {
      for (const [turn, place] of places.entries()) {
        const index = random.integers("int32", total, 0, size.length - 1) as Int32Array;
        const wrong = wrongFor(size.length)[turn % 6]!;
        index[place] = wrong;
        const code = await codeFor(backend, member, index, size, dtype);
        check(
          code === "INDEX_OUT_OF_RANGE",
          `index ${wrong} of an axis of ${size.length}, element ${place} of ${total}, gave ${code}`,
        );
        index[place] = size.length - 1;
        const right = await codeFor(backend, member, index, size, dtype);
        check(right === "no error", `indices that are all in range gave ${right} after a failure`);
      }
    },
  };
}

const MEMBERS = ["gather", "scatterAdd"] as const;

export const cases: readonly Case[] = MEMBERS.flatMap((member) => [
  ...[3, -1, 2147483647, -2147483648].map((index) => rangeCase(member, index)),
  ...DTYPES.flatMap((dtype) => Object.keys(SIZES).map((name) => anywhereCase(member, dtype, name))),
]);
