/**
 * Copies of modules, as Python's `copy.deepcopy` makes them: what several places hold is one thing in the copy too.
 *
 * A module is made without its class's constructor, whose arguments nobody knows, and given copies of the properties. Private
 * fields cannot be seen; a class that has some makes the module itself (`remake`).
 */
import { getRngState, isList, isTensor, isUninitialized, setRngState, type Tensor } from "@corr2d/core";
import { invalid, isRecord } from "./arguments.ts";
import { noteClone } from "./calls.ts";
import type { Module } from "./module.ts";
import { copyOfTensor } from "./parameter.ts";
import { checkCopy } from "./slots.ts";

/** A new module of the same class to copy into; null for what is no module. */
type Remake = (value: object) => Module | null;

interface Copying {
  readonly remake: Remake;
  /** Copies by original. */
  readonly copies: Map<object, unknown>;
  /** The module whose properties are being copied. */
  readonly owner: Module;
}

/** @throws INVALID_ARGUMENT for what cannot be copied. */
export function cloneOf(module: Module, remake: Remake): Module {
  // A constructor may draw weights, which the copies replace: the program's next draws are those without it.
  const drawn = getRngState();
  try {
    return copyOf(module, { remake, copies: new Map(), owner: module }) as Module;
  } finally {
    setRngState(drawn);
  }
}

function copyOf(value: unknown, within: Copying): unknown {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return value;
  const { copies } = within;
  if (copies.has(value)) return copies.get(value);
  if (isTensor(value)) {
    const copy = tensorCopy(value, within.owner);
    copies.set(value, copy);
    return copy;
  }
  if (isList(value) || isRecord(value)) return containerCopy(value, within);
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    copies.set(value, copy);
    for (const [key, item] of value) copy.set(copyOf(key, within), copyOf(item, within));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>();
    copies.set(value, copy);
    for (const item of value) copy.add(copyOf(item, within));
    return copy;
  }
  if (ArrayBuffer.isView(value) && "slice" in value) {
    // Not the array's own slice(): that of a Buffer shares its memory.
    const copy = Uint8Array.prototype.slice.call(value);
    copies.set(value, copy);
    return copy;
  }
  const made = within.remake(value);
  checkCopy("a property", value, made !== null);
  // What is left belongs to others: functions, and objects of other classes.
  return made === null ? value : moduleCopy(value as Module, made, within);
}

/** @throws INVALID_ARGUMENT, with PyTorch's message, for what an operation made. */
function tensorCopy(tensor: Tensor, { typeName }: Module): Tensor {
  if (isUninitialized(tensor)) return copyOfTensor(tensor, typeName);
  // Nothing is left to copy.
  if (tensor.isDisposed) return tensor;
  if (tensor.isLeaf) return copyOfTensor(tensor, typeName);
  throw invalid(
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment: clone() found the " +
      `result of an operation in a ${typeName}; hold its detach() instead`,
  );
}

/** An array or a plain object. A frozen one that would not change stays what it is: operations recognise their options. */
function containerCopy(value: object, within: Copying): unknown {
  const copy: Record<string, unknown> = isList(value)
    ? (new Array(value.length) as unknown as Record<string, unknown>)
    : (Object.create(Object.getPrototypeOf(value)) as Record<string, unknown>);
  within.copies.set(value, copy);
  let changed = false;
  for (const [key, item] of Object.entries(value)) {
    copy[key] = copyOf(item, within);
    changed ||= copy[key] !== item;
  }
  if (!Object.isFrozen(value)) return copy;
  const own = changed ? Object.freeze(copy) : value;
  within.copies.set(value, own);
  return own;
}

/** Gives `made` copies of the original's properties, and no others. */
function moduleCopy(original: Module, made: Module, { remake, copies }: Copying): Module {
  const { typeName } = original;
  if (made === original || Object.getPrototypeOf(made) !== Object.getPrototypeOf(original)) {
    throw invalid(`clone: remake() of a ${typeName} has to give a new ${typeName}`);
  }
  copies.set(original, made);
  for (const key of Reflect.ownKeys(made)) Reflect.deleteProperty(made, key);
  for (const key of Reflect.ownKeys(original)) {
    const property = Object.getOwnPropertyDescriptor(original, key)!;
    // An accessor computes with the module that it is asked of.
    if ("value" in property) property.value = copyOf(property.value, { remake, copies, owner: original });
    Object.defineProperty(made, key, property);
  }
  noteClone(made, original);
  return made;
}
