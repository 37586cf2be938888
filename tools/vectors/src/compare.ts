/**
 * When a value counts as equal: within 5e-6 of the largest expected value of its tensor, plus four times what the
 * expected values themselves are off, or within the tolerance that the vectors' source states. Non-finite values and
 * integers must be equal; so must sums of small integers, which float32 holds exactly.
 */
import type { Tensor } from "@corr2d/core";
import type { VectorCase, VectorTensor } from "./vector.ts";

const ulpBits = new DataView(new ArrayBuffer(4));

/** A float32's place in the order of all float32 values. */
function ordinal(value: number): number {
  ulpBits.setFloat32(0, value);
  const bits = ulpBits.getInt32(0);
  return bits < 0 ? -(bits & 0x7fffffff) : bits;
}

function withinStated(actual: number, expected: number, { tolerance }: VectorCase): boolean {
  const error = Math.abs(actual - expected);
  if (tolerance?.metric === "ulp") return Math.abs(ordinal(actual) - ordinal(expected)) <= tolerance.value!;
  if (tolerance?.metric === "atol") return error <= tolerance.value!;
  if (tolerance?.metric === "rtol_atol")
    return error <= tolerance.atol! + tolerance.rtol! * Math.abs(expected);
  return false;
}

/** What is wrong with `actual`, or null. */
export async function findMismatch(
  actual: Tensor,
  wanted: VectorTensor,
  from: VectorCase,
): Promise<string | null> {
  if (actual.shape.join() !== wanted.shape.join()) {
    return `${wanted.name}: shape [${actual.shape}] instead of [${wanted.shape}]`;
  }
  if (wanted.data === null) return null;
  const precise = from.outputs_f64?.find(({ name }) => name === wanted.name) ?? wanted;
  const expected = precise.data!.map(Number);
  const values = await actual.data();
  const integral = wanted.dtype !== "float32";
  const features = from.features ?? [];
  const exact = integral || (features.includes("values:integers") && features.includes("bias:False"));
  const finite = expected.filter(Number.isFinite).map(Math.abs);
  const scale = finite.reduce((a, b) => Math.max(a, b), 0);
  const stated = from.tolerance?.metric === "scaled" ? from.tolerance.rtol! * Math.max(1, scale) : 0;
  const slack = exact
    ? 0
    : Math.max(5e-6 * scale + (precise === wanted ? 4 * (from.check?.max_abs ?? 0) : 0), stated);
  for (const [i, value] of expected.entries()) {
    const got = values[i]!;
    if (got === value || (Number.isNaN(got) && Number.isNaN(value))) continue;
    if (Number.isFinite(got) && Math.abs(got - value) <= slack) continue;
    if (!exact && withinStated(got, value, from)) continue;
    return `${wanted.name}[${i}]: ${got} instead of ${value} (allowed ${slack.toExponential(1)})`;
  }
  return null;
}
