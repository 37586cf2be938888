/** Runs one case and says how it ended. */
import { type Backend, isFloating, scope, setBackend, type Tensor } from "@corr2d/core";
import { findMismatch } from "./compare.ts";
import { type Inputs, OPS, type Outputs, outside } from "./ops.ts";
import { outsideGraph, PROGRAMS } from "./programs.ts";
import { toTensor, unsupportedDtype, type VectorCase } from "./vector.ts";

export type Verdict =
  | { readonly kind: "passed" }
  | { readonly kind: "pending"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

const baseOf = (op: string): string => op.replace(/_vjp$/, "");

/** Why the case is outside corr2d, or null. */
function pendingReason(vector: VectorCase): string | null {
  for (const each of [...vector.inputs, ...vector.outputs]) {
    const reason = unsupportedDtype(each);
    if (reason) return reason;
  }
  if (vector.op === "graph") return outsideGraph((vector.attrs as Record<string, never>).nodes!);
  const base = baseOf(vector.op);
  if (PROGRAMS[vector.op]) return outside(base, vector.attrs);
  return OPS[base] === undefined ? `no operation ${base}` : outside(base, vector.attrs);
}

/** The outputs by the vectors' names; for `_vjp` cases the gradients too. */
function evaluate(vector: VectorCase, inputs: Inputs): Outputs {
  const program = PROGRAMS[vector.op];
  const differentiate = vector.op.endsWith("_vjp");
  for (const [name, input] of Object.entries(inputs)) {
    if (differentiate && name !== "dy" && isFloating(input.dtype)) input.requiresGrad = true;
  }
  if (program) return program(inputs, vector.attrs, vector);
  const { dy, ...operands } = inputs;
  const result = OPS[baseOf(vector.op)]!(operands, vector.attrs);
  const outputs: Record<string, Tensor> =
    "shape" in result ? { y: result as Tensor } : { ...(result as Outputs) };
  if (!differentiate) return outputs;
  outputs.y!.backward(dy);
  for (const [name, input] of Object.entries(operands)) if (input.grad) outputs[`d${name}`] = input.grad;
  return outputs;
}

export async function runVector(vector: VectorCase, backend: Backend): Promise<Verdict> {
  const reason = pendingReason(vector);
  if (reason !== null) return { kind: "pending", reason };
  setBackend(backend);
  try {
    const outputs = scope(() => {
      const inputs = Object.fromEntries(vector.inputs.map((each) => [each.name, toTensor(each, backend)]));
      const all = evaluate(vector, inputs);
      return Object.fromEntries(vector.outputs.map(({ name }) => [name, all[name]]));
    });
    for (const wanted of vector.outputs) {
      const actual = outputs[wanted.name];
      if (!actual) return { kind: "failed", reason: `no output ${wanted.name}` };
      const mismatch = await findMismatch(actual, wanted, vector);
      if (mismatch !== null) return { kind: "failed", reason: mismatch };
      actual.dispose();
    }
    return { kind: "passed" };
  } catch (error) {
    return { kind: "failed", reason: String(error) };
  }
}
