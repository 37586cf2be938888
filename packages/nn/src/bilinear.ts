/** A bilinear form of two inputs. */
import { Corr2dError, type Tensor } from "@corr2d/core";
import { checkTensor } from "./arguments.ts";
import { sizesText } from "./sizes.ts";

/**
 * x₁ᵀ · weight[o] · x₂ + bias[o] for each output o.
 *
 * @param input1 [..., in1]
 * @param input2 [..., in2]
 * @param weight [out, in1, in2]
 * @param bias [out], or null.
 * @returns [..., out]
 * @throws SHAPE_MISMATCH, with PyTorch's messages.
 */
export function bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const owner = "bilinear";
  for (const tensor of [input1, input2, weight]) checkTensor(owner, tensor);
  if (bias !== null) checkTensor(owner, bias);
  const fail = (text: string): Corr2dError => new Corr2dError("SHAPE_MISMATCH", `${owner}(): ${text}`);
  if (weight.dim() !== 3) throw fail(`the weight is [out, in1, in2], but got ${sizesText(weight.shape)}`);
  const [outputs, in1, in2] = weight.sizes(3);
  const lead = input1.shape.slice(0, -1);
  if (input1.dim() !== input2.dim()) {
    throw fail(`input dimensions do not match: got ${input1.dim()} and ${input2.dim()}`);
  }
  for (const [axis, size] of lead.entries()) {
    const other = input2.shape[axis]!;
    if (size !== other)
      throw fail(`input batch dimensions do not match at dim ${axis}: got ${size} and ${other}`);
  }
  for (const [name, got, expected] of [
    ["input1", input1.shape.at(-1), in1],
    ["input2", input2.shape.at(-1), in2],
    ["bias", bias === null ? outputs : bias.dim() === 1 ? bias.numel() : sizesText(bias.shape), outputs],
  ] as const) {
    if (got !== expected) {
      throw fail(
        `${name} size does not match weight size: got ${got ?? "a scalar"} but expected ${expected}`,
      );
    }
  }
  const rows = lead.reduce((a, b) => a * b, 1);
  // [rows, out · in2]: each row of the first input times all matrices at once.
  const left = input1.reshape([rows, in1]).matmul(weight.permute([1, 0, 2]).reshape([in1, outputs * in2]));
  const products = left.reshape([rows, outputs, in2]).mul(input2.reshape([rows, 1, in2]));
  const out = products.sum(2).reshape([...lead, outputs]);
  return bias === null ? out : out.add(bias);
}
