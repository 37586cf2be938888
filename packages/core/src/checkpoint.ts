/** Memory for time: a part of a network that is computed again in backward instead of being kept. */
import { enableGrad, isGradEnabled, isTensor } from "./autograd.ts";
import { CustomFunction, type FunctionContext, type FunctionGradients } from "./custom-function.ts";
import { Corr2dError } from "./errors.ts";
import { getRngState, setRngState } from "./random.ts";
import { checkFunction } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

type Part = (...inputs: readonly unknown[]) => Tensor;

class Checkpoint extends CustomFunction {
  static override forward(context: FunctionContext, part: Part, ...inputs: readonly unknown[]): Tensor {
    context.part = part;
    context.inputs = inputs.map((input) => (isTensor(input) ? null : input));
    context.places = inputs.flatMap((input, i) => (isTensor(input) ? [i] : []));
    context.random = getRngState();
    context.saveForBackward(...inputs.filter(isTensor));
    return part(...inputs);
  }

  static override backward(context: FunctionContext, gradient: Tensor): FunctionGradients {
    const { part, inputs, places, random, savedTensors, needsInputGrad } = context as FunctionContext & {
      part: Part;
      inputs: readonly unknown[];
      places: readonly number[];
      random: ReturnType<typeof getRngState>;
    };
    const again = [...inputs];
    for (const [i, place] of places.entries()) {
      const leaf = savedTensors[i]!.detach();
      leaf.requiresGrad = needsInputGrad[place + 1]!;
      again[place] = leaf;
    }
    const now = getRngState();
    setRngState(random);
    let output: Tensor;
    try {
      output = enableGrad(() => part(...again));
    } finally {
      setRngState(now);
    }
    output.backward(gradient);
    return [null, ...again.map((input) => (isTensor(input) ? input.grad : null))];
  }
}

/**
 * `part(...inputs)`, of which nothing is kept for backward but the inputs: backward runs it again, with the random numbers it drew the
 * first time, and parameters that it uses get their gradients then. It cannot be differentiated twice.
 *
 * Source: Chen et al. 2016, "Training deep nets with sublinear memory cost"; PyTorch's `utils.checkpoint` (reentrant).
 *
 * @throws INVALID_ARGUMENT when no input requires gradients: backward would not come here, and parameters would learn nothing.
 */
export function checkpoint<Inputs extends readonly unknown[]>(
  part: (...inputs: Inputs) => Tensor,
  ...inputs: Inputs
): Tensor {
  checkFunction("checkpoint", part);
  if (!isGradEnabled()) return part(...inputs);
  if (inputs.some((input) => isTensor(input) && input.requiresGrad)) {
    return Checkpoint.apply(part as unknown as Part, ...inputs);
  }
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    "checkpoint: none of the inputs requires gradients, so backward would never reach it; keep the first layers outside of " +
      "it",
  );
}
