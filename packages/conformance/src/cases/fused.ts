/** Layer 3: the other composites: fill, softmax and logSoftmax, activation gradients, addScaled (§7). */
import { type Activation, type DType, isFloating } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { activationGrad, addScaled, logSoftmax, softmax } from "../oracle/rows.ts";
import { exactly } from "../oracle/sums.ts";
import { arrayFrom, DTYPES, expectHandle, FLOATS, variants } from "./support.ts";
import { DELICATE } from "./values.ts";

function fillCase(dtype: DType): Case {
  const values = [...DELICATE[dtype], ...(!isFloating(dtype) ? [7] : [0.1, -3])];
  return {
    id: `fill/${dtype}`,
    clause: "§7.3",
    ...requiring(dtype),
    covers: { member: "fill", dtype },
    async run(context) {
      for (const [label, backend] of variants(context, "fill")) {
        for (const size of [0, 1, 2, 5, 16, 33, 1000]) {
          for (const value of values) {
            const expected = { values: arrayFrom(dtype, new Array<number>(size).fill(value)), bits: true };
            const handle = backend.fill(value, size, dtype);
            await expectHandle(backend, `${label} fill(${value})`, handle, expected, [size], dtype);
          }
        }
      }
    },
  };
}

const ROW_ORACLE = { softmax, logSoftmax };

type Rows = readonly [outer: number, length: number, inner: number];

const ROWS: readonly Rows[] = [
  [1, 1, 1],
  [5, 10, 1],
  [2, 3, 4],
  [3, 17, 1],
  [1, 33, 5],
  [1, 1000, 1],
];

/** Spread out, shifted far from zero (where exp alone overflows), and the two ends of the range. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  near: [-3, 3],
  "far-up": [980, 1000],
  "far-down": [-1000, -980],
  wide: [-80, 80],
};

function softmaxCases(member: "softmax" | "logSoftmax", dtype: DType): Case[] {
  const common = { ...requiring(dtype), covers: { member, dtype } } as const;
  const clause = member === "softmax" ? "§7.7" : "§7.8";
  const values = ROWS.flatMap((rows) =>
    Object.entries(RANGES).map(
      ([name, range]): Case => ({
        id: `${member}/${dtype}/${rows.join("x")},${name}`,
        clause,
        ...common,
        async run(context) {
          const x = context.random.reals(dtype, rows[0] * rows[1] * rows[2], ...range);
          const expected = ROW_ORACLE[member](x, ...rows, dtype);
          for (const [label, backend] of variants(context, member)) {
            const handle = backend[member](backend.upload(x), ...rows, dtype);
            await expectHandle(backend, `${label} ${member}`, handle, expected, rows, dtype);
          }
        },
      }),
    ),
  );
  return [
    ...values,
    {
      id: `${member}/${dtype}/special`,
      clause,
      ...common,
      async run(context) {
        // −∞ is a probability of 0; a row with NaN or +∞ is NaN; other rows do not notice.
        const x = arrayFrom(dtype, [0, -Infinity, 0, 1, NaN, 2, 1, 1, 1, Infinity, 0, 0]);
        const half = 0.5;
        const third = 1 / 3;
        const probabilities = [half, 0, half, NaN, NaN, NaN, third, third, third, NaN, NaN, NaN];
        const expected = member === "softmax" ? probabilities : probabilities.map(Math.log);
        const tolerance = expected.map(() => (dtype === "float32" ? 1e-6 : 1e-14));
        for (const [label, backend] of variants(context, member)) {
          const handle = backend[member](backend.upload(x), 4, 3, 1, dtype);
          const shape = [4, 3];
          await expectHandle(
            backend,
            `${label} ${member}`,
            handle,
            { values: expected, tolerance },
            shape,
            dtype,
          );
        }
      },
    },
  ];
}

const CULPRITS = [NaN, Infinity, -Infinity];
/** Around the ends of vectors and blocks, and at a row's own. */
const PLACES = [0, 1, 3, 4, 15, 16, 63, 64, 98, 99];

/** A row in which something is not finite, among others that must not notice: side by side, or interleaved. */
function spoiltRowCase(member: "softmax" | "logSoftmax", dtype: DType): Case {
  return {
    id: `${member}/${dtype}/non-finite`,
    clause: member === "softmax" ? "§7.7" : "§7.8",
    ...requiring(dtype),
    covers: { member, dtype },
    async run(context) {
      const count = 2 * PLACES.length;
      const layouts: readonly Rows[] = [
        [count, 100, 1],
        [1, 100, count],
      ];
      for (const rows of layouts) {
        for (const culprit of CULPRITS) {
          const x = context.random.reals(dtype, 100 * count, -3, 3);
          for (const [i, place] of PLACES.entries()) {
            x[rows[2] === 1 ? 2 * i * 100 + place : place * count + 2 * i] = culprit;
          }
          const expected = ROW_ORACLE[member](x, ...rows, dtype);
          for (const [label, backend] of variants(context, member)) {
            const handle = backend[member](backend.upload(x), ...rows, dtype);
            const what = `${label} ${member} of rows with ${culprit}`;
            await expectHandle(backend, what, handle, expected, rows, dtype);
          }
        }
      }
    },
  };
}

export const ACTIVATIONS: readonly Activation[] = ["relu", "sigmoid", "tanh"];

function activationCases(op: Activation, dtype: DType): Case[] {
  const common = {
    clause: "§7.9",
    ...requiring(dtype),
    covers: { member: "activationGrad", dtype },
  } as const;
  return [
    {
      id: `activationGrad/${op}/${dtype}`,
      ...common,
      async run(context) {
        const size = 117;
        const y = context.random.reals(dtype, size, op === "sigmoid" ? 0 : -1, 1);
        const g = context.random.reals(dtype, size, -5, 5);
        y.set([0, 1], 3);
        const expected = activationGrad(op, y, g, dtype);
        for (const [label, backend] of variants(context, "activationGrad")) {
          const handle = backend.activationGrad(op, backend.upload(y), backend.upload(g), size, dtype);
          await expectHandle(backend, `${label} activationGrad`, handle, expected, [size], dtype);
        }
      },
    },
    {
      // As IEEE 754 gives g times the slope: 0 times an infinity is NaN.
      id: `activationGrad/${op}/${dtype}/non-finite`,
      ...common,
      async run(context) {
        const results = op === "relu" ? [0, 2, -0, Infinity] : [0, 0.5, 1, NaN];
        const gradients = [1, NaN, Infinity, -Infinity, -3];
        const y = arrayFrom(
          dtype,
          results.flatMap((value) => gradients.map(() => value)),
        );
        const g = arrayFrom(
          dtype,
          results.flatMap(() => gradients),
        );
        const expected = activationGrad(op, y, g, dtype);
        for (const [label, backend] of variants(context, "activationGrad")) {
          const handle = backend.activationGrad(op, backend.upload(y), backend.upload(g), y.length, dtype);
          await expectHandle(backend, `${label} activationGrad`, handle, expected, [y.length], dtype);
        }
      },
    },
    ...(op === "relu"
      ? [
          {
            id: `activationGrad/relu/${dtype}/at-zero-and-special`,
            ...common,
            async run(context) {
              const y = arrayFrom(dtype, [0, -0, NaN, 2, 0, Infinity, 0]);
              const g = arrayFrom(dtype, [3, 4, 5, NaN, NaN, Infinity, Infinity]);
              const values = [0, 0, 5, NaN, 0, Infinity, 0];
              for (const [label, backend] of variants(context, "activationGrad")) {
                const handle = backend.activationGrad("relu", backend.upload(y), backend.upload(g), 7, dtype);
                await expectHandle(backend, `${label} activationGrad`, handle, { values }, [7], dtype);
              }
            },
          } satisfies Case,
        ]
      : []),
  ];
}

function addScaledCases(dtype: DType): Case[] {
  const common = { clause: "§7.10", ...requiring(dtype), covers: { member: "addScaled", dtype } } as const;
  const sizes = [1, 3, 4, 15, 16, 17, 259];
  return [
    {
      id: `addScaled/${dtype}`,
      ...common,
      async run(context) {
        for (const size of sizes) {
          const [a, b] = [context.random.reals(dtype, size), context.random.reals(dtype, size)];
          for (const [scaleA, scaleB] of [
            [1, -0.03],
            [0.9, 1],
            [-2.5, 0.1],
          ] as const) {
            const expected = addScaled(a, scaleA, b, scaleB, dtype);
            for (const [label, backend] of variants(context, "addScaled")) {
              const handle = backend.addScaled(
                backend.upload(a),
                scaleA,
                backend.upload(b),
                scaleB,
                size,
                dtype,
              );
              await expectHandle(backend, `${label} addScaled`, handle, expected, [size], dtype);
            }
          }
        }
      },
    },
    {
      id: `addScaled/${dtype}/integers`,
      ...common,
      async run(context) {
        const [a, b] = [context.random.integers(dtype, 37), context.random.integers(dtype, 37)];
        const expected = exactly(addScaled(a, 2, b, -3, dtype));
        for (const [label, backend] of variants(context, "addScaled")) {
          const handle = backend.addScaled(backend.upload(a), 2, backend.upload(b), -3, 37, dtype);
          await expectHandle(backend, `${label} addScaled`, handle, expected, [37], dtype);
        }
      },
    },
    {
      id: `addScaled/${dtype}/non-finite`,
      ...common,
      async run(context) {
        const a = arrayFrom(dtype, [NaN, 1, Infinity, Infinity, 5]);
        const b = arrayFrom(dtype, [1, NaN, 1, Infinity, 0]);
        const expected = { values: [NaN, NaN, Infinity, NaN, 5] };
        for (const [label, backend] of variants(context, "addScaled")) {
          const handle = backend.addScaled(backend.upload(a), 1, backend.upload(b), -1, 5, dtype);
          await expectHandle(backend, `${label} addScaled`, handle, expected, [5], dtype);
        }
      },
    },
  ];
}

export const cases: readonly Case[] = [
  ...DTYPES.map(fillCase),
  ...FLOATS.flatMap((dtype) => [
    ...softmaxCases("softmax", dtype),
    ...softmaxCases("logSoftmax", dtype),
    spoiltRowCase("softmax", dtype),
    spoiltRowCase("logSoftmax", dtype),
    ...ACTIVATIONS.flatMap((op) => activationCases(op, dtype)),
    ...addScaledCases(dtype),
  ]),
];
