/** Samples as one batch: PyTorch's `default_collate`. */
import {
  type Backend,
  Corr2dError,
  checkOptions,
  describeValue,
  getBackend,
  isList,
  isNumeric,
  isTensor,
  type NumericArray,
  scope,
  stack,
  type Tensor,
  tensor,
} from "@corr2d/core";
import { invalid } from "./arguments.ts";

/** What samples of type T become: tensors and numbers a tensor, arrays and records of them the same of tensors. */
export type Collated<T> = T extends Tensor | number | boolean | NumericArray
  ? Tensor
  : T extends string
    ? string[]
    : T extends readonly unknown[]
      ? { -readonly [K in keyof T]: Collated<T[K]> }
      : T extends object
        ? { [K in keyof T]: Collated<T[K]> }
        : T[];

const plain = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== "object" || value === null || isList(value)) return false;
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === null || Object.getPrototypeOf(prototype) === null;
  } catch {
    return false; // a proxy that was revoked
  }
};

/** Where in a sample: ".image[0]". */
function differs(path: string, what: string): Corr2dError {
  return new Corr2dError(
    "SHAPE_MISMATCH",
    `defaultCollate: the samples of a batch differ${path === "" ? "" : ` at sample${path}`}: ${what}`,
  );
}

/** @throws SHAPE_MISMATCH, INVALID_ARGUMENT, naming the place in the samples. */
function collateAt(samples: readonly unknown[], backend: Backend, path: string, depth: number): unknown {
  const [first] = samples;
  if (depth > 32) throw invalid("defaultCollate: samples are nested more than 32 deep, or hold themselves");
  const same = (is: (value: unknown) => boolean, kind: string): void => {
    const other = samples.findIndex((sample) => !is(sample));
    if (other >= 0)
      throw differs(path, `sample 0 is ${kind}, sample ${other} ${describeValue(samples[other])}`);
  };
  if (isTensor(first)) {
    same(isTensor, "a tensor");
    return stackAt(samples as readonly Tensor[], path);
  }
  if (typeof first === "number" || typeof first === "boolean") {
    same((value) => typeof value === "number" || typeof value === "boolean", "a number");
    return tensor(samples as readonly number[], { backend });
  }
  if (ArrayBuffer.isView(first) && isNumeric(first)) {
    same((value) => ArrayBuffer.isView(value) && isNumeric(value), "a typed array");
    return scope(() =>
      stackAt(
        (samples as readonly NumericArray[]).map((sample) => tensor(sample, { backend })),
        path,
      ),
    );
  }
  if (typeof first === "string") {
    same((value) => typeof value === "string", "a string");
    return [...samples];
  }
  if (isList(first)) {
    same((value) => isList(value) && value.length === first.length, `an array of ${first.length}`);
    return first.map((_, i) =>
      collateAt(
        samples.map((sample) => (sample as unknown[])[i]),
        backend,
        `${path}[${i}]`,
        depth + 1,
      ),
    );
  }
  if (plain(first)) {
    const names = Object.keys(first);
    same(
      (value) => plain(value) && names.every((name) => Object.hasOwn(value, name)),
      `{ ${names.join(", ")} }`,
    );
    return Object.fromEntries(
      names.map((name) => [
        name,
        collateAt(
          samples.map((sample) => (sample as Record<string, unknown>)[name]),
          backend,
          `${path}.${name}`,
          depth + 1,
        ),
      ]),
    );
  }
  throw invalid(
    "defaultCollate: batch must contain tensors, numbers, strings, typed arrays, arrays or records of them, but " +
      `sample${path} is ${describeValue(first)}; give the loader a collateFn`,
  );
}

function stackAt(tensors: readonly Tensor[], path: string): Tensor {
  const [{ shape }] = tensors as readonly [Tensor];
  const other = tensors.findIndex((x) => x.shape.join() !== shape.join());
  if (other < 0) return stack(tensors);
  throw differs(
    path,
    `stack expects each tensor to be equal size, but got [${shape.join(", ")}] at entry 0 and [${tensors[other]!.shape.join(", ")}] at entry ${other}`,
  );
}

/**
 * Samples as one batch: tensors are stacked, numbers become a tensor of the default dtype (float32: for classes write
 * `y.int()`, or samples of `tensor(3, { dtype: "int32" })`), booleans one of bool, typed arrays tensors; arrays and records hold the same of what
 * they hold; strings stay an array.
 *
 * @param options `backend`: where numbers and typed arrays go; default the one given to `setBackend`.
 * @throws SHAPE_MISMATCH where samples differ, INVALID_ARGUMENT for other values, both naming the place.
 */
export function defaultCollate<T>(
  batch: readonly T[],
  options: {
    /** Where the result is made; default the one given to `setBackend`. */
    readonly backend?: Backend | undefined;
  } = {},
): Collated<T> {
  checkOptions("defaultCollate", options, { backend: "any" });
  if (!isList(batch) || batch.length === 0) {
    throw invalid(`defaultCollate takes an array of at least one sample, but got ${describeValue(batch)}`);
  }
  return collateAt(batch, options.backend ?? getBackend(), "", 0) as Collated<T>;
}
