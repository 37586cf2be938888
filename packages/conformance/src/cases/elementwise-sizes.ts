/** Layer 2: unary, binary and select on sizes around those where work is cut (§3), in every form of broadcasting. */
import { type DType, isFloating, type UnaryOp } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import * as oracle from "../oracle/elementwise.ts";
import { binaryOps, expectBinary } from "./binary.ts";
import { broadcastsOf } from "./broadcasts.ts";
import { expectSelect, type Selection } from "./select.ts";
import { allSizesFor, sizesFor } from "./sizes.ts";
import { DTYPES, expectHandle } from "./support.ts";
import { castOperand, FLOAT_UNARY, INT32_UNARY, unaryOps } from "./unary.ts";
import { wideIntegers } from "./values.ts";

function unaryCase(op: UnaryOp, dtype: DType): Case {
  return {
    id: `unary/${op}/${dtype}/sizes`,
    clause: "§3.3",
    ...requiring(dtype),
    covers: { member: "unary", dtype },
    async run(context) {
      const { backend, random } = context;
      const sizes =
        op === "neg" ? allSizesFor(context, dtype) : sizesFor(context, dtype, dtype === "float32");
      for (const n of sizes) {
        const x = !isFloating(dtype)
          ? wideIntegers(random, n)
          : random.reals(dtype, n, ...FLOAT_UNARY[op].range);
        const handle = backend.unary(op, backend.upload(x), n, dtype);
        await expectHandle(backend, op, handle, oracle.unary(op, x, dtype), [n], dtype);
      }
    },
  };
}

function binarySizes(dtype: DType): Case[] {
  return binaryOps(dtype).map((op) => ({
    id: `binary/${op}/${dtype}/sizes`,
    clause: oracle.binaryResult(op, "float32") === "int32" ? "§3.9" : !isFloating(dtype) ? "§3.8" : "§3.7",
    ...requiring(dtype),
    covers: { member: "binary", dtype },
    async run(context) {
      for (const n of sizesFor(context, dtype, dtype === "float32"))
        await expectBinary(context, op, broadcastsOf(n).same!, dtype);
    },
  }));
}

/** Forms of broadcasting that are tried far out, where the whole operand is three times as long. */
const FAR_FORMS = ["row-left", "column-right", "middle-left", "channel-right"];

/** Every form at every size, the ops taking turns. */
function broadcastSizes(dtype: DType): Case[] {
  const ops = binaryOps(dtype);
  const names = Object.keys(broadcastsOf(1)).filter((name) => name !== "same");
  return names.map((name, turn) => ({
    id: `binary/broadcast/${dtype}/sizes,${name}`,
    clause: "§3.6",
    ...requiring(dtype),
    covers: { member: "binary", dtype },
    async run(context) {
      const far = name.startsWith("scalar") || (dtype === "float32" && FAR_FORMS.includes(name));
      for (const [i, n] of sizesFor(context, dtype, far).entries()) {
        await expectBinary(context, ops[(turn + i) % ops.length]!, broadcastsOf(n)[name]!, dtype);
      }
    },
  }));
}

const SELECTIONS: Readonly<Record<string, (n: number) => Selection>> = {
  same: (n) => [[n], [n], [n]],
  "scalar-condition": (n) => [[1], [n], [n]],
  "scalar-left": (n) => [[n], [1], [n]],
  "scalar-right": (n) => [[n], [n], [1]],
  "scalar-both": (n) => [[n], [1], [1]],
  "row-condition": (n) => [
    [1, n],
    [3, n],
    [3, 1],
  ],
  "column-condition": (n) => [
    [n, 1],
    [1, 3],
    [n, 3],
  ],
  "middle-branch": (n) => [
    [2, 3, n],
    [2, 1, n],
    [2, 3, n],
  ],
};

function selectSizes(dtype: DType): Case[] {
  return Object.entries(SELECTIONS).map(([name, form]) => ({
    id: `select/${dtype}/sizes,${name}`,
    clause: "§3.12",
    ...requiring(dtype),
    covers: { member: "select", dtype },
    async run(context) {
      for (const n of sizesFor(context, dtype, form(1)[0].length === 1))
        await expectSelect(context, form(n), dtype);
    },
  }));
}

/** Elements of every kind, each at places of every kind. */
function castSizes(from: DType, to: DType): Case {
  return {
    id: `cast/${from},${to}/sizes`,
    clause: "§3.5",
    requires: [from, to].flatMap((dtype) => requiring(dtype).requires ?? []),
    covers: { member: "cast", dtype: from },
    async run(context) {
      const { backend, random } = context;
      for (const n of allSizesFor(context, from)) {
        const x = castOperand(random, from, n);
        const handle = backend.cast(backend.upload(x), n, from, to);
        await expectHandle(backend, "cast", handle, oracle.cast(x, from, to), [n], to);
      }
    },
  };
}

export const cases: readonly Case[] = DTYPES.flatMap((dtype) => [
  ...DTYPES.map((to) => castSizes(dtype, to)),
  ...(!isFloating(dtype) ? INT32_UNARY : unaryOps).map((op) => unaryCase(op, dtype)),
  ...binarySizes(dtype),
  ...broadcastSizes(dtype),
  ...selectSizes(dtype),
]);
