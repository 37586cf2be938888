/**
 * Who holds which memory: reference-counted storages, and `scope`.
 *
 * A storage is a backend handle with the number of its holders: tensors (reshapes share one) and graph nodes that
 * saved it for backward. When the last holder lets go, the handle is freed at once, so explicit release is exact;
 * a tensor that nobody releases is ordinary garbage and its memory the backend's affair. Nothing here is ever
 * needed for correctness.
 */
import type { Backend, DType } from "./backend.ts";
import { storedAs, type TensorDType } from "./dtype.ts";
import { Corr2dError } from "./errors.ts";
import { describeValue } from "./options.ts";

/** What core knows of the elements of an integral storage, so that an index can be checked before it is used. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  /** Whether both occur; else no element is known to be as small or large. */
  readonly attained: boolean;
}

export class Storage {
  readonly backend: Backend;
  readonly handle: unknown;
  readonly size: number;
  readonly dtype: TensorDType;
  /** Null where nothing is known: for floating dtypes, and for what a backend has computed. */
  readonly bounds: Bounds | null;
  #holders = 1;

  /** Takes over `handle`, which has one holder: the caller. */
  constructor(
    backend: Backend,
    handle: unknown,
    size: number,
    dtype: TensorDType,
    bounds: Bounds | null = null,
  ) {
    this.backend = backend;
    this.handle = handle;
    this.size = size;
    this.dtype = dtype;
    this.bounds = bounds;
  }

  /** The dtype that the backend knows it by. */
  get stored(): DType {
    return storedAs(this.dtype);
  }

  retain(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    if (--this.#holders === 0) this.backend.free(this.handle);
  }
}

/** What a scope can end: a tensor. */
export interface Scoped {
  dispose(): void;
  /** Who ends it: SCOPED, or KEPT by `keep`, and no scope does. @internal */
  lifetime: symbol;
}

/** Symbols, which no host can clone: postMessage and structuredClone fail on a tensor with this text, not with a shell. */
const UNCLONED = "a tensor; send await x.data() and x.shape";
export const SCOPED: symbol = Symbol(UNCLONED);
const KEPT: symbol = Symbol(UNCLONED);

let current: Scoped[] | null = null;

/** Puts a new tensor under the innermost scope, if there is one. */
export function track(tensor: Scoped): void {
  current?.push(tensor);
}

/** Undefined for what is no tensor, even where reading fails. */
function lifetimeOf(value: Partial<Scoped> | null | undefined): symbol | undefined {
  try {
    return value?.lifetime;
  } catch {
    return undefined;
  }
}

/**
 * Takes a tensor out of every scope around: it lives until it is disposed or collected.
 *
 * @returns the same tensor.
 * @throws INVALID_ARGUMENT for anything else, such as an array of tensors.
 */
export function keep<T extends Scoped>(tensor: T): T {
  const lifetime = lifetimeOf(tensor);
  if (lifetime !== SCOPED && lifetime !== KEPT) {
    throw new Corr2dError("INVALID_ARGUMENT", `keep: expected a tensor, but got ${describeValue(tensor)}`);
  }
  tensor.lifetime = KEPT;
  return tensor;
}

/** Whether `keep` was called for a tensor: for code that lends tensors, and takes back what was not kept. */
export function isKept(tensor: Scoped): boolean {
  return lifetimeOf(tensor) === KEPT;
}

/** @throws INVALID_ARGUMENT unless `fn` is a function. */
export function checkFunction(name: string, fn: unknown): void {
  if (typeof fn === "function") return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `${name}(fn) takes a function, such as () => …, but got ${describeValue(fn)}`,
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    return (
      typeof value === "object" && typeof (value as Partial<PromiseLike<unknown>> | null)?.then === "function"
    );
  } catch {
    return false; // what cannot be asked is none
  }
}

/**
 * Refuses a promise from a function that `name` calls and that must be synchronous.
 * @throws ASYNC_CALLBACK.
 */
export function checkSynchronous(name: string, result: unknown): void {
  if (!isThenable(result)) return;
  result.then(undefined, () => {}); // Its failure is the caller's mistake's consequence, reported below.
  throw new Corr2dError(
    "ASYNC_CALLBACK",
    `${name}(fn) is synchronous, but fn returned a promise: do the asynchronous part (await data(), …) outside, with the ` +
      "tensors that fn returns or gives to keep(tensor).",
  );
}

/** What a plain container holds: an array, a Map, a Set or a plain object, of any realm. */
function itemsOf(value: object): Iterable<unknown> {
  try {
    return plainItemsOf(value);
  } catch (error) {
    if (error instanceof TypeError) return []; // a proxy that was revoked
    throw error;
  }
}

function plainItemsOf(value: object): Iterable<unknown> {
  if (Array.isArray(value)) return value;
  if (/^\[object (Map|Set)\]$/.test(Object.prototype.toString.call(value)) && Symbol.iterator in value) {
    return value as Iterable<unknown>;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return plain ? Object.values(value) : [];
}

/** Everything in a function's result that is an object, through containers however deep; they may hold themselves. */
function collect(result: unknown, isTensor: (value: unknown) => boolean, found: Set<unknown>): void {
  if (typeof result !== "object" || result === null) return;
  found.add(result);
  if (isTensor(result)) return; // as most steps end
  const waiting: object[] = [result];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (isTensor(value)) continue;
    for (const item of itemsOf(value)) {
      if (typeof item !== "object" || item === null || found.has(item)) continue;
      found.add(item);
      waiting.push(item);
    }
  }
}

/** `scope` over any notion of tensor; `tensor.ts` supplies the class. */
export function runScope<T>(fn: () => T, isTensor: (value: unknown) => boolean): T {
  checkFunction("scope", fn);
  const outer = current;
  const inner: Scoped[] = [];
  current = inner;
  const survivors = new Set<unknown>();
  try {
    const result = fn();
    checkSynchronous("scope", result);
    collect(result, isTensor, survivors);
    return result;
  } finally {
    current = outer;
    for (let i = 0; i < inner.length; i++) {
      const tensor = inner[i]!;
      if (survivors.has(tensor)) outer?.push(tensor);
      else if (tensor.lifetime !== KEPT) tensor.dispose();
    }
  }
}

/** A scope around one call that makes a single tensor: only the result outlives it. The engine's own, without checks. */
export function runScoped<T extends Scoped>(fn: () => T): T {
  const outer = current;
  const inner: Scoped[] = [];
  current = inner;
  let result: T | undefined;
  try {
    result = fn();
    return result;
  } finally {
    current = outer;
    let made = false;
    for (let i = 0; i < inner.length; i++) {
      const tensor = inner[i]!;
      if (tensor === result) made = true;
      else if (tensor.lifetime !== KEPT) tensor.dispose();
    }
    if (made) outer?.push(result!);
  }
}
