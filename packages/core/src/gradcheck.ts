/**
 * Gradients against finite differences: PyTorch's `autograd.gradcheck`.
 *
 * Every entry of the Jacobian is compared with the central difference (f(x + ε) − f(x − ε)) / 2ε, in float64.
 */
import { checkTensor, checkTensors, grad } from "./autograd.ts";
import { Corr2dError } from "./errors.ts";
import { checkOptions, describeValue, isList, type OptionTypes } from "./options.ts";
import { checkFunction } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** Options of `gradcheck`. */
export interface GradcheckOptions {
  /** Step of the differences (default 1e-6). */
  readonly eps?: number;
  /** Absolute tolerance (default 1e-5). */
  readonly atol?: number;
  /** Relative tolerance (default 1e-3). */
  readonly rtol?: number;
}

const GRADCHECK_OPTIONS: OptionTypes = { eps: "number", atol: "number", rtol: "number" };

/**
 * @param func a function of the inputs, of any result shape.
 * @param inputs float64 tensors; those that require gradients are checked.
 * @returns true; a mismatch throws.
 * @throws INVALID_ARGUMENT for inputs of lower precision; INTERNAL naming the worst entry when a gradient is wrong.
 */
export async function gradcheck(
  func: (...inputs: readonly Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<boolean> {
  checkFunction("gradcheck", func);
  checkOptions("gradcheck", options, GRADCHECK_OPTIONS, "{ eps: 1e-6 }");
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3 } = options;
  if (!isList(inputs)) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `gradcheck: inputs are an array of tensors, but got ${describeValue(inputs)}`,
    );
  }
  checkTensors("gradcheck", inputs);
  for (const input of inputs as readonly Tensor[]) {
    if (input.requiresGrad && input.dtype !== "float64") {
      throw new Corr2dError("INVALID_ARGUMENT", `gradcheck needs float64 inputs, but got ${input.dtype}`);
    }
  }
  const values = await Promise.all(inputs.map((input) => input.data()));
  const output = func(...inputs);
  checkTensor("gradcheck's function", output);
  const checked = inputs.flatMap((input, i) => (input.requiresGrad ? [i] : []));
  const cotangent = new Float64Array(output.numel());
  const rows: (readonly (ArrayLike<number> | null)[])[] = [];
  for (let row = 0; row < output.numel(); row++) {
    cotangent.fill(0)[row] = 1;
    const gradients = grad(
      output,
      checked.map((i) => inputs[i]!),
      {
        gradOutputs: output.detach().fromArray(cotangent, output.ownShape),
        retainGraph: true,
        allowUnused: true,
      },
    );
    rows.push(await Promise.all(gradients.map((gradient) => gradient?.data() ?? null)));
  }
  for (const [position, i] of checked.entries()) {
    for (let column = 0; column < inputs[i]!.numel(); column++) {
      const shifted = async (by: number): Promise<ArrayLike<number>> => {
        const moved = Float64Array.from(values[i]!);
        moved[column]! += by;
        const at = inputs.map((input, k) => {
          const copy = k === i ? input.fromArray(moved, input.ownShape) : input.detach();
          copy.requiresGrad = input.requiresGrad; // fn may itself differentiate, for second derivatives.
          return copy;
        });
        return func(...at).data();
      };
      const [high, low] = [await shifted(eps), await shifted(-eps)];
      for (let row = 0; row < output.numel(); row++) {
        const numeric = (high[row]! - low[row]!) / (2 * eps);
        const analytic = rows[row]![position]?.[column] ?? 0;
        if (Math.abs(analytic - numeric) <= atol + rtol * Math.abs(numeric)) continue;
        throw new Corr2dError(
          "INTERNAL",
          `Jacobian mismatch for output ${row} with respect to element ${column} of input ${i}: numerical ${numeric}, ` +
            `analytical ${analytic}`,
        );
      }
    }
  }
  return true;
}
