/**
 * Parameters that are computed from others: PyTorch's `torch.nn.utils.parametrize`.
 *
 * The property of the module becomes an accessor. What is learnt instead is below `module.parametrizations`, a plain object of
 * modules, so that state dicts have PyTorch's names: `parametrizations.weight.original`, or of several `…original0`, `…original1`.
 */
import { describeValue, noGrad, type Tensor } from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../arguments.ts";
import { noteParameters } from "../calls.ts";
import { isModule, type Module } from "../module.ts";
import { Parameter } from "../parameter.ts";
import {
  checkValue,
  holderOf,
  listsOf,
  type Parametrization,
  ParametrizationList,
  type Parametrized,
  parameterOf,
} from "./parametrization-list.ts";

export type { Parametrization, ParametrizationList } from "./parametrization-list.ts";

/** Whether the parameter `tensorName` of a module is computed; without one, whether any is. */
export function isParametrized(module: Module, tensorName?: string): boolean {
  if (!isModule(module)) throw invalid(`isParametrized: expected a module, but got ${describeValue(module)}`);
  const lists = listsOf(module);
  return tensorName === undefined ? Object.keys(lists).length > 0 : Object.hasOwn(lists, tensorName);
}

/** Options of `registerParametrization`. */
export interface RegisterOptions {
  /** Whether nothing is computed now to see that shape and dtype stay (default false). */
  readonly unsafe?: boolean | undefined;
}

const REGISTER: Signature = { options: { unsafe: "boolean" }, positional: { boolean: ["unsafe"] } };

/**
 * Lets a parametrization compute the parameter `tensorName` of a module from now on: `conv.weight` is its result, and what is learnt is in
 * `conv.parametrizations.weight`. Applied again, it computes from the result before.
 *
 * @param parametrization a module of one tensor, or of as many as its `rightInverse` gives; its results have the parameter's shape
 *   and dtype.
 * @returns the module.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export function registerParametrization<M extends Module>(
  module: M,
  tensorName: string,
  parametrization: Parametrization,
  options: RegisterOptions = {},
): M {
  const owner = "registerParametrization";
  const before = parameterOf(owner, module, tensorName);
  checkGiven(owner, REGISTER, options);
  const { unsafe = false } = options;
  if (!isModule(parametrization)) {
    throw invalid(
      `${owner}: expected a module that computes '${tensorName}', but got ${describeValue(parametrization)}`,
    );
  }
  parametrization.train(module.training);
  const list = listsOf(module)[tensorName];
  const check = (value: () => unknown): void => {
    if (!unsafe) checkValue("A parametrization", noGrad(value), before);
  };
  if (list !== undefined) {
    check(() => parametrization(before));
    list.append(parametrization);
    return module;
  }
  const made = new ParametrizationList(parametrization, before as Parameter);
  made.train(module.training);
  check(() => made());
  const { typeName } = module;
  const isFirst = !isParametrized(module);
  const holder = holderOf(module);
  if (isFirst) holder.parametrizations = {};
  (holder as unknown as Parametrized).parametrizations[tensorName] = made;
  Object.defineProperty(module, tensorName, {
    configurable: true,
    // Not what the module holds itself. `this`, since a copy of the module computes with its own.
    enumerable: false,
    get(this: Parametrized) {
      return this.parametrizations[tensorName]!();
    },
    set(this: Parametrized, value: Tensor) {
      this.parametrizations[tensorName]!.rightInverse(value);
    },
  });
  if (isFirst) {
    Object.defineProperty(module, "typeName", { configurable: true, value: `Parametrized${typeName}` });
  }
  noteParameters(module);
  return module;
}

/** Options of `removeParametrizations`. */
export interface RemoveOptions {
  /** Whether the parameter keeps the computed value (default true), or takes that of what was learnt. */
  readonly leaveParametrized?: boolean | undefined;
}

const REMOVE: Signature = {
  options: { leaveParametrized: "boolean" },
  positional: { boolean: ["leaveParametrized"] },
};

/**
 * Makes a computed parameter one that is learnt itself again. Where one tensor was learnt it is that object; where several were it is
 * a new one, for which an optimiser has to be made anew.
 *
 * @returns the module.
 * @throws INVALID_ARGUMENT, with PyTorch's messages.
 */
export function removeParametrizations<M extends Module>(
  module: M,
  tensorName: string,
  options: RemoveOptions = {},
): M {
  const owner = "removeParametrizations";
  checkGiven(owner, REMOVE, options);
  const list = isModule(module) && typeof tensorName === "string" ? listsOf(module)[tensorName] : undefined;
  if (list === undefined) {
    throw invalid(
      `${owner}: ${isModule(module) ? module.typeName : describeValue(module)} does not have a parametrization on ${describeValue(tensorName)}`,
    );
  }
  const { leaveParametrized = true } = options;
  if (!leaveParametrized && list.ntensors !== null) {
    throw invalid(
      `${owner}: Cannot leave unparametrized (leaveParametrized: false) a tensor that is parametrized in terms of a sequence of tensors.`,
    );
  }
  const originals = list.originals();
  let parameter = originals[0]!;
  if (leaveParametrized) {
    const value = noGrad(() => list());
    if (list.ntensors === null) noGrad(() => parameter.assign(value));
    else
      parameter = new Parameter(value, { requiresGrad: originals.some(({ requiresGrad }) => requiresGrad) });
  }
  const { parametrizations } = module as unknown as Parametrized;
  delete parametrizations[tensorName];
  // Behind the others, as in PyTorch.
  Reflect.deleteProperty(module, tensorName);
  Object.defineProperty(module, tensorName, {
    configurable: true,
    enumerable: true,
    writable: true,
    value: parameter,
  });
  if (Object.keys(parametrizations).length === 0) {
    Reflect.deleteProperty(module, "parametrizations");
    Reflect.deleteProperty(module, "typeName");
  }
  noteParameters(module);
  return module;
}
