/** What takes the place of a parameter that is computed: a module that holds what is learnt instead, and how it is computed. */
import {
  Corr2dError,
  describeValue,
  isList,
  isTensor,
  isUninitialized,
  noGrad,
  type Tensor,
} from "@corr2d/core";
import { checkTensor, invalid } from "../arguments.ts";
import { isModule, Module } from "../module.ts";
import { isParameter, Parameter } from "../parameter.ts";
import { sameSizes, sizesText } from "../sizes.ts";

/** How a parameter is computed: a module that takes what is learnt. */
export interface Parametrization extends Module {
  /** What to learn, for a value to come out: one tensor, or several, which `forward` then takes. Without it, the value itself. */
  rightInverse?(value: Tensor): Tensor | readonly Tensor[];
}

/** The parametrizations of one parameter, and what is learnt in its place. Called, it gives the parameter's value. */
export class ParametrizationList extends Module {
  static override readonly typeName: string = "ParametrizationList";

  [index: number]: Parametrization;
  /** How many tensors are learnt where they are several; null for one. */
  readonly ntensors: number | null;
  /** What is learnt, where it is one tensor. */
  declare readonly original?: Parameter;
  [original: `original${number}`]: Parameter;

  constructor(first: Parametrization, parameter: Parameter) {
    super();
    this[0] = first;
    const value = noGrad(() => first.rightInverse?.(parameter.detach()) ?? parameter);
    if (isTensor(value) || !isList(value)) {
      this.ntensors = null;
      checkValue("`right_inverse`", value, parameter);
      if (value !== parameter) noGrad(() => parameter.assign(value));
      // The same object: an optimiser that has it goes on training it.
      this.original = parameter;
      return;
    }
    this.ntensors = value.length;
    for (const [i, part] of value.entries()) {
      if (!isTensor(part)) throw notTensors(part);
      this[`original${i}`] = new Parameter(part, { requiresGrad: parameter.requiresGrad });
    }
  }

  /** Computes with another one too, behind those there are. */
  append(parametrization: Parametrization): void {
    this[this.children().length] = parametrization;
  }

  /** What is learnt. */
  originals(): Parameter[] {
    const { ntensors, original } = this;
    return ntensors === null
      ? [original!]
      : Array.from({ length: ntensors }, (_, i) => this[`original${i}`]!);
  }

  override forward(): Tensor {
    const [first, ...rest] = this.children();
    let value = first!(...this.originals()) as Tensor;
    for (const next of rest) value = next(value) as Tensor;
    return value;
  }

  /** Gives what is learnt such values that `value` comes out. */
  rightInverse(value: Tensor): void {
    checkTensor("a computed parameter", value);
    noGrad(() => {
      let found: Tensor | readonly Tensor[] = value;
      for (const parametrization of (this.children() as Parametrization[]).reverse()) {
        if (parametrization.rightInverse === undefined) {
          throw invalid(`parametrization ${parametrization.typeName} does not implement right_inverse.`);
        }
        found = parametrization.rightInverse(found as Tensor);
      }
      const parts = isList(found) ? found : [found];
      const originals = this.originals();
      if (parts.length !== originals.length || !parts.every(isTensor)) throw notTensors(found);
      // All of them, or none.
      for (const [i, original] of originals.entries()) {
        const part = parts[i]!;
        if (!sameSizes(part.shape, original.shape)) throw doesNotFit(value, part, original);
      }
      for (const [i, original] of originals.entries()) original.assign(parts[i]!);
    });
  }
}

const doesNotFit = (value: Tensor, part: Tensor, original: Tensor): Error =>
  new Corr2dError(
    "SHAPE_MISMATCH",
    `a computed parameter cannot take a value of shape ${sizesText(value.shape)}: what is learnt is ` +
      `${sizesText(original.shape)}, and would be ${sizesText(part.shape)}`,
  );

const notTensors = (got: unknown): Error =>
  invalid(
    `'right_inverse' must return a Tensor or an array of tensors, always as many. Got ${describeValue(got)}`,
  );

/** @throws INVALID_ARGUMENT unless `value` is a tensor like the parameter's. */
export function checkValue(what: string, value: unknown, like: Tensor): asserts value is Tensor {
  if (!isTensor(value)) throw invalid(`${what} must return a tensor. Got ${describeValue(value)}`);
  if (value.dtype !== like.dtype) {
    throw invalid(`${what} may not change the dtype of the tensor: ${like.dtype} became ${value.dtype}`);
  }
  if (!sameSizes(value.shape, like.shape)) {
    const [from, to] = [like, value].map(({ shape }) => sizesText(shape));
    throw invalid(`${what} may not change the shape of the tensor: ${from} became ${to}`);
  }
}

/** A module with parametrizations. */
export interface Parametrized {
  parametrizations: Record<string, ParametrizationList>;
}

export const holderOf = (module: Module): Record<string, unknown> =>
  module as unknown as Record<string, unknown>;

/** The lists of a module by name; none where it has none. */
export function listsOf(module: Module): Readonly<Record<string, ParametrizationList>> {
  return (module as unknown as Partial<Parametrized>).parametrizations ?? {};
}

/**
 * The parameter `name`, which is to be computed.
 * @throws INVALID_ARGUMENT, with PyTorch's message.
 */
export function parameterOf(owner: string, module: Module, name: string): Tensor {
  if (!isModule(module)) throw invalid(`${owner}: expected a module, but got ${describeValue(module)}`);
  const value = typeof name === "string" ? holderOf(module)[name] : undefined;
  if (!isParameter(value) && !Object.hasOwn(listsOf(module), name)) {
    throw invalid(
      `${owner}: Module '${module.typeName}' does not have a parameter, a buffer, or a parametrized element with name ` +
        `'${typeof name === "string" ? name : describeValue(name)}'`,
    );
  }
  if (isUninitialized(value as Tensor)) {
    throw invalid(
      `${owner}: The module passed can't have uninitialized parameters. Make sure to run the dummy forward before`,
    );
  }
  return value as Tensor;
}
