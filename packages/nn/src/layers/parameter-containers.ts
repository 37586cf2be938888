/** Parameters in a list and by name, for a module that uses them itself; arrays and plain objects do the same. */
import { describeValue, isUninitialized, type Tensor, type TensorDType } from "@corr2d/core";
import { checkTensor, invalid, isRecord, itemsOf } from "../arguments.ts";
import { Module } from "../module.ts";
import { checkModuleName } from "../module-name.ts";
import { isParameter, Parameter } from "../parameter.ts";

/** What is given as a parameter: one, or a tensor whose value a new one takes. */
function toParameter(owner: string, value: unknown): Parameter {
  if (isParameter(value)) return value;
  checkTensor(owner, value);
  return new Parameter(value);
}

const TENSOR_TYPES: Readonly<Record<string, string>> = {
  float32: "FloatTensor",
  float64: "DoubleTensor",
  int32: "IntTensor",
};

/** A line as PyTorch prints it: `(0): Parameter containing: [torch.float32 of size 2x3]`. */
function lineOf(name: string, parameter: Tensor, typeOf: (dtype: TensorDType) => string): string {
  const what = isUninitialized(parameter)
    ? String(parameter)
    : `Parameter containing: [torch.${typeOf(parameter.dtype)} of size ${parameter.shape.join("x")}]`;
  return `  (${name}): ${what}`;
}

abstract class Parameters extends Module {
  /** The parameters held, by name and in order. */
  protected get held(): [name: string, parameter: Parameter][] {
    return Object.entries(this).filter((entry): entry is [string, Parameter] => isParameter(entry[1]));
  }

  /** The number of parameters. */
  override get length(): number {
    return this.held.length;
  }

  override forward(..._inputs: unknown[]): never {
    throw invalid(`${this.typeName} should not be called: use the parameters that it holds`);
  }
}

/**
 * `new ParameterList([a, b, …])`: parameters by place, `list[0]`, and in a loop. Plain tensors become parameters.
 * @throws INVALID_ARGUMENT for what is no tensor.
 */
export class ParameterList extends Parameters {
  static override readonly typeName: string = "ParameterList";

  [index: number]: Parameter;

  constructor(values: Iterable<Tensor> = []) {
    super();
    this.extend(values);
  }

  /** The parameters in order. */
  [Symbol.iterator](): Iterator<Parameter> {
    return this.held.map(([, parameter]) => parameter)[Symbol.iterator]();
  }

  /** Puts a parameter at the end. */
  append(value: Tensor): this {
    this[this.length] = toParameter("ParameterList", value);
    return this;
  }

  /** Puts parameters at the end. */
  extend(values: Iterable<Tensor>): this {
    const items = itemsOf(values);
    if (items === null) {
      throw invalid(`ParameterList: expected an array of parameters, but got ${describeValue(values)}`);
    }
    for (const parameter of items) this.append(parameter as Tensor);
    return this;
  }

  override extraRepr(): string {
    return this.held.map(([name, parameter]) => lineOf(name, parameter, (dtype) => dtype)).join("\n");
  }
}

class Named extends Parameters {
  static override readonly typeName: string = "ParameterDict";

  constructor(parameters: { readonly [name: string]: Tensor } = {}) {
    super();
    if (!isRecord(parameters)) {
      throw invalid(
        `ParameterDict: expected an object of parameters by name, but got ${describeValue(parameters)}`,
      );
    }
    for (const [name, parameter] of Object.entries(parameters)) this.set(name, parameter as Tensor);
  }

  /** The names in order. */
  [Symbol.iterator](): Iterator<string> {
    return this.keys()[Symbol.iterator]();
  }

  /** The names, in order. */
  keys(): string[] {
    return this.held.map(([name]) => name);
  }

  /** The parameters, in order. */
  values(): Parameter[] {
    return this.held.map(([, parameter]) => parameter);
  }

  /** Names and parameters in order: PyTorch's `items`. */
  entries(): [name: string, parameter: Parameter][] {
    return this.held;
  }

  /** Whether there is a parameter of this name. */
  has(name: string): boolean {
    return this.keys().includes(name);
  }

  /** The parameter of that name. */
  get(key: string): Parameter | undefined {
    return this.held.find(([own]) => own === key)?.[1];
  }

  /** Puts a parameter under a name, in place of the one there. */
  set(name: string, parameter: Tensor): this {
    if (typeof name !== "string") {
      throw invalid(`ParameterDict: a name should be a string, but got ${describeValue(name)}`);
    }
    checkModuleName("ParameterDict", name, "use other names, or a ParameterList");
    if (name in this && !this.has(name)) {
      throw invalid(`ParameterDict: attribute '${name}' already exists: choose another name`);
    }
    (this as unknown as Record<string, Parameter>)[name] = toParameter("ParameterDict", parameter);
    return this;
  }

  override extraRepr(): string {
    const typeOf = (dtype: TensorDType): string => TENSOR_TYPES[dtype] ?? dtype;
    return this.held.map(([name, parameter]) => lineOf(name, parameter, typeOf)).join("\n");
  }
}

/** Parameters by name; those given to the constructor are known to the compiler. */
export type ParameterDict = Named;

interface ParameterDictConstructor {
  new <Names extends { readonly [name: string]: Tensor }>(
    parameters: Names,
  ): ParameterDict & { readonly [name in keyof Names]: Parameter };
  new (): ParameterDict;
  readonly prototype: ParameterDict;
  readonly typeName: string;
  reportsUnheld: boolean;
}

/**
 * `new ParameterDict({ left, right, … })`: parameters by name, `dict.left` or `dict.get("left")`, in the order given. Plain tensors
 * become parameters.
 * @throws INVALID_ARGUMENT for what is no tensor, and for names as ModuleDict.
 */
export const ParameterDict: ParameterDictConstructor = Named as never;
