/** Layer 2: select (§3.12): copies of either branch, bit by bit, whatever broadcasts and whatever the other one holds. */
import { type DType, isFloating } from "@corr2d/core";
import { type Case, type Context, requiring } from "../case.ts";
import { broadcast, sizeOf } from "../oracle/arrays.ts";
import * as oracle from "../oracle/elementwise.ts";
import { arrayFrom, DTYPES, expectHandle, formatSizes } from "./support.ts";
import { anyBits } from "./values.ts";

type Shape = readonly number[];
export type Selection = readonly [condition: Shape, a: Shape, b: Shape];

const SELECTIONS: readonly Selection[] = [
  [[23], [23], [23]],
  [
    [4, 1],
    [1, 6],
    [1, 1],
  ],
  [
    [1, 1, 1],
    [2, 3, 4],
    [2, 1, 4],
  ],
  [
    [2, 3, 1],
    [1, 1, 1],
    [1, 3, 4],
  ],
  [[], [], []],
  [[17], [1], [17]],
  [[17], [17], [1]],
  [[17], [1], [1]],
  [[1], [17], [17]],
  [
    [1, 6],
    [4, 6],
    [4, 1],
  ],
  [
    [2, 5, 3],
    [2, 1, 3],
    [2, 5, 3],
  ],
  [
    [2, 1, 3],
    [2, 5, 3],
    [1, 5, 1],
  ],
  [
    [1, 2, 1, 3, 1, 2, 1, 2],
    [2, 1, 2, 1, 2, 1, 2, 1],
    [1, 1, 2, 3, 1, 1, 2, 2],
  ],
];

/** Everything but 0 is true: also what is negative, or ends in a byte or a half of zeros. */
const CONDITIONS = [0, 1, 0, -1, 0, 256, 65_536, 0, 2 ** 24, 2 ** 30, 0, -(2 ** 31), 2 ** 31 - 1, 2];

/** Selects by conditions of every kind, and compares bit by bit. */
export async function expectSelect(
  { backend, random }: Context,
  [shapeC, shapeA, shapeB]: Selection,
  dtype: DType,
): Promise<void> {
  const shape = shapeC.map((n, axis) => Math.max(n, shapeA[axis]!, shapeB[axis]!));
  const start = Math.floor(random.next() * CONDITIONS.length);
  const condition = new Int32Array(sizeOf(shapeC)).map(
    (_, i) => CONDITIONS[(start + i) % CONDITIONS.length]!,
  );
  const a = anyBits(random, dtype, sizeOf(shapeA));
  const b = anyBits(random, dtype, sizeOf(shapeB));
  const [c, yes, no] = [condition, a, b].map((data) => backend.upload(data));
  const handle = backend.select(c, shapeC, yes, shapeA, no, shapeB, shape, dtype);
  const expected = oracle.select(
    broadcast(condition, shapeC, shape),
    broadcast(a, shapeA, shape),
    broadcast(b, shapeB, shape),
  );
  await expectHandle(backend, "select", handle, expected, shape, dtype);
}

const ROUNDS = 8; // until each branch has given what a copy may lose

function selectCases(dtype: DType): Case[] {
  const common = { ...requiring(dtype), covers: { member: "select", dtype }, clause: "§3.12" } as const;
  const values = SELECTIONS.map(
    (shapes): Case => ({
      id: `select/${dtype}/${shapes.map(formatSizes).join(",")}`,
      ...common,
      async run(context) {
        for (let round = 0; round < ROUNDS; round++) await expectSelect(context, shapes, dtype);
      },
    }),
  );
  if (!isFloating(dtype)) return values;
  return [
    ...values,
    {
      id: `select/${dtype}/ignores-the-other-branch`,
      ...common,
      async run({ backend }) {
        const condition = backend.upload(Int32Array.of(1, 0, 1, 0, -5, 2147483647));
        const a = backend.upload(arrayFrom(dtype, [1, NaN, 3, Infinity, 5, NaN]));
        const b = backend.upload(arrayFrom(dtype, [NaN, 2, -Infinity, 4, NaN, 6]));
        const handle = backend.select(condition, [6], a, [6], b, [6], [6], dtype);
        await expectHandle(backend, "select", handle, { values: [1, 2, 3, 4, 5, NaN] }, [6], dtype);
      },
    },
  ];
}

export const cases: readonly Case[] = DTYPES.flatMap(selectCases);
