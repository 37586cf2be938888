/** Operands of every pair of dtypes against PyTorch, on any backend: dtypes, values, gradients, refusals (scripts/goldens/make_dtypes.py). */
import { expect, it } from "vitest";
import {
  add,
  type Backend,
  cat,
  clamp,
  div,
  isFloating,
  logicalAnd,
  logicalOr,
  logicalXor,
  maximum,
  minimum,
  mul,
  type Operand,
  pow,
  setBackend,
  stack,
  sub,
  Tensor,
  type TensorDType,
  tensor,
  where,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";
import goldens from "./fixtures/dtypes.json" with { type: "json" };

type Numbers = (number | string | boolean)[];
type Row =
  | [op: string, ...names: string[]]
  | [...unknown[], dtype: string, values: Numbers, grads: (Numbers | null)[]];

const PLAIN: Record<string, number | boolean> = { true: true, "2": 2, "2.5": 2.5, nan: Number.NaN };

const compare =
  (name: "eq" | "ne" | "lt" | "le" | "gt" | "ge", mirrored: "eq" | "ne" | "lt" | "le" | "gt" | "ge") =>
  (a: Operand, b: Operand): Tensor =>
    typeof a === "object" ? a[name](b) : (b as Tensor)[mirrored](a);

const TWO: Record<string, (a: Operand, b: Operand) => Tensor> = {
  add,
  sub,
  mul,
  div,
  pow,
  maximum,
  minimum,
  divFloor: (a, b) => div(a, b, { roundingMode: "floor" }),
  divTrunc: (a, b) => div(a, b, { roundingMode: "trunc" }),
  where: (a, b) => where(tensor([true, false]), a, b),
  eq: compare("eq", "eq"),
  ne: compare("ne", "ne"),
  lt: compare("lt", "gt"),
  le: compare("le", "ge"),
  gt: compare("gt", "lt"),
  ge: compare("ge", "le"),
  cat: (a, b) => cat([a as Tensor, b as Tensor]),
  stack: (a, b) => stack([a as Tensor, b as Tensor]),
  lower: (a, b) => clamp(a as Tensor, b as number),
  logicalAnd: (a, b) => logicalAnd(a as Tensor, b as Tensor),
  logicalOr: (a, b) => logicalOr(a as Tensor, b as Tensor),
  logicalXor: (a, b) => logicalXor(a as Tensor, b as Tensor),
};

/** Those of one operand that are not simply a method. */
const ONE: Record<string, (x: Tensor) => Tensor> = {
  max0: (x) => x.max(0).values,
  min0: (x) => x.min(0).values,
  sum0: (x) => x.sum(0),
  any0: (x) => x.any(0),
  all0: (x) => x.all(0),
  logsumexp0: (x) => x.logsumexp(0),
};

const toNumber = (value: number | string | boolean): number =>
  typeof value !== "string" ? Number(value) : Number(value.replace("inf", "Infinity").replace("nan", "NaN"));

/** Integers to integral exponents in a tensor are refused here. */
const refusedHere = ([op, , b, dtype]: Row): boolean =>
  op === "pow" && dtype === "int32" && !((b as string) in PLAIN);

/** What a refusal has to say, in PyTorch's words up to the remedy. */
const refusal = (message: string): string =>
  /^(Subtraction|Negation)/.test(message)
    ? message.replace(/ (Use|use) the .*/, "")
    : " is not implemented for ";

function operand(name: string): Operand {
  if (name in PLAIN) return PLAIN[name]!;
  const dtype = name.replace("()", "") as TensorDType;
  const values = goldens.operands[dtype];
  return tensor(name.endsWith("()") ? values[0]! : values, { dtype, requiresGrad: isFloating(dtype) });
}

/** Declares the tests, one for each operation. */
export function testPromotion(backend: Backend): void {
  const rows = (goldens.rows as Row[]).filter(
    (row) =>
      backend.dtypes.includes("float64") ||
      !row.slice(1, 3).some((name) => String(name).startsWith("float64")),
  );
  const ops = [...new Set(rows.map(([op]) => op as string))];

  it.each(ops)("%s", (op) => {
    setBackend(backend);
    const own = rows.filter((row) => row[0] === op);
    expect(own.length).toBeGreaterThan(2);
    for (const row of own) {
      const names = (row.slice(1, op in TWO ? 3 : 2) as string[]).slice();
      const label = row.slice(0, names.length + 1).join(" ");
      const given = names.map(operand);
      const call = (): Tensor =>
        op in TWO
          ? TWO[op]!(given[0]!, given[1]!)
          : (ONE[op]?.(given[0] as Tensor) ?? (given[0] as unknown as Record<string, () => Tensor>)[op]!());
      if (refusedHere(row)) {
        expectError(call, "DTYPE_UNSUPPORTED", "pow is not implemented for int32");
        continue;
      }
      const [dtype, values, grads] = row.slice(names.length + 1) as [
        TensorDType,
        Numbers,
        (Numbers | null)[],
      ];
      if (values === undefined) {
        expectError(call, "DTYPE_UNSUPPORTED", refusal(dtype));
        continue;
      }
      const y = call();
      expect(y.dtype, label).toBe(dtype);
      if (dtype === "bool") expect([y.toArraySync<boolean>()].flat(2), label).toEqual(values);
      const close = (t: Tensor, expected: Numbers, what: string): void => {
        const got = Array.from(t.dataSync());
        expect(got.length, what).toBe(expected.length);
        for (const [i, value] of expected.map(toNumber).entries()) {
          if (!Number.isFinite(value)) expect(got[i], what).toBe(value);
          else expect(Math.abs(got[i]! - value), what).toBeLessThan(2e-6 * Math.max(1, Math.abs(value)));
        }
      };
      close(y, values, label);
      if (grads.length > 0) {
        y.backward(
          tensor(
            Float64Array.from({ length: y.numel() }, (_, i) => i + 1),
            { shape: y.shape, dtype: y.dtype },
          ),
        );
        given.forEach((x, i) => {
          if (!(x instanceof Tensor) || !x.requiresGrad) return;
          expect(x.grad?.dtype, label).toBe(x.dtype);
          close(x.grad!, grads[i]!, `${label}: gradient ${i}`);
        });
      }
    }
  });
}
