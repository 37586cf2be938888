/**
 * Derivatives by central differences in float64: what the autograd cases compare with.
 *
 * A central difference with step h is off by about h²·f‴/6 + u·|f|/h; the steps below leave a relative error near
 * 1e-9 for first derivatives and 1e-6 for second ones, far below float32's own.
 */

/** A real function of several arrays. */
export type RealFunction = (...inputs: readonly Float64Array[]) => number;

const FIRST_STEP = 1e-5;
const SECOND_STEP = 1e-3;

/** `f` with element `at` of input `which` moved by `by`. */
function moved(
  f: RealFunction,
  inputs: readonly Float64Array[],
  moves: readonly (readonly [which: number, at: number, by: number])[],
): number {
  const copies = inputs.map((input) => input.slice());
  for (const [which, at, by] of moves) copies[which]![at]! += by;
  return f(...copies);
}

/** ∂f/∂input for every element of input `which`. */
export function gradient(f: RealFunction, inputs: readonly Float64Array[], which: number): Float64Array {
  return inputs[which]!.map((_, at) => {
    const ahead = moved(f, inputs, [[which, at, FIRST_STEP]]);
    const behind = moved(f, inputs, [[which, at, -FIRST_STEP]]);
    return (ahead - behind) / (2 * FIRST_STEP);
  });
}

/**
 * The gradient, towards input `which`, of ⟨direction, ∂f/∂input `along`⟩: one Hessian-vector product, from four
 * points per element.
 */
export function secondGradient(
  f: RealFunction,
  inputs: readonly Float64Array[],
  along: number,
  direction: ArrayLike<number>,
  which: number,
): Float64Array {
  const h = SECOND_STEP;
  const shifted = (by: number, at: number, step: number): number => {
    const copies = inputs.map((input) => input.slice());
    for (let i = 0; i < direction.length; i++) copies[along]![i]! += by * direction[i]!;
    copies[which]![at]! += step;
    return f(...copies);
  };
  return inputs[which]!.map(
    (_, at) =>
      (shifted(h, at, h) - shifted(h, at, -h) - shifted(-h, at, h) + shifted(-h, at, -h)) / (4 * h * h),
  );
}
