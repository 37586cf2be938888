/**
 * A tree of plain data and tensors as JSON and parts of a file. JSON holds the structure, with a reference where a tensor or a
 * typed array is: its name in the file is its path, `model.conv1.weight`. `forms.ts` says how what JSON lacks is written.
 *
 * All is taken as it is at the call: nothing that changes later gets into the file.
 */
import {
  type Backend,
  describeValue,
  Generator,
  getRngState,
  isInstance,
  isList,
  isTensor,
  type Tensor,
} from "@corr2d/core";
import { hasMethod, invalid, isRecord, isWellFormed } from "../errors.ts";
import { METADATA } from "../safetensors/header.ts";
import { checkHasValue, type Part, readPart } from "../safetensors/write.ts";
import { bytesOf } from "../source.ts";
import { type AnyArray, arrayNameOf, rowOf } from "./arrays.ts";
import { escaped, form, type Json, MOST_LEVELS, specialNumber } from "./forms.ts";

/** A tree taken apart. */
export interface Encoded {
  readonly json: Json;
  readonly parts: Promise<Part[]>;
  /** Those of its tensors. */
  readonly backends: ReadonlySet<Backend>;
}

/** What to write instead of a value that cannot be saved. */
const hintFor = (value: unknown, path: string): string =>
  hasMethod(value, "stateDict") ? `; write ${path}.stateDict()` : "";

class Encoder {
  readonly owner: string;
  readonly tensors = new Map<string, Tensor>();
  readonly arrays = new Map<string, Part>();
  /** The objects that the current one is in. */
  readonly above = new Set<unknown>();

  constructor(owner: string) {
    this.owner = owner;
  }

  refuse(path: string, why: string): Error {
    return invalid(`${this.owner}: '${path}' ${why}`);
  }

  /** A name in the file that no other part has. */
  freshName(path: string): string {
    const stem = isWellFormed(path) && path !== METADATA ? path : "value";
    let name = stem;
    for (let i = 2; this.tensors.has(name) || this.arrays.has(name); i++) name = `${stem} (${i})`;
    return name;
  }

  tensor(tensor: Tensor, path: string): Json {
    checkHasValue(`${this.owner}: '${path}'`, tensor);
    const name = this.freshName(path);
    this.tensors.set(name, tensor);
    return form("tensor", name);
  }

  array(array: AnyArray, kind: string, path: string): Json {
    let bytes: Uint8Array;
    try {
      // Not the array's own slice(): that of a Buffer shares its memory.
      bytes = bytesOf(array).slice();
    } catch {
      throw this.refuse(path, "is an array whose memory was transferred");
    }
    const name = this.freshName(path);
    this.arrays.set(name, { name, dtype: rowOf(kind)!.dtype, shape: [array.length], bytes });
    return form("array", [kind, name]);
  }

  /** The items of an array or record, one level down. */
  inside<T>(value: object, path: string, encodeItems: () => T): T {
    if (this.above.has(value)) throw this.refuse(path, "holds itself");
    if (this.above.size === MOST_LEVELS) throw this.refuse(path, `is more than ${MOST_LEVELS} levels deep`);
    this.above.add(value);
    const result = encodeItems();
    this.above.delete(value);
    return result;
  }

  list(list: readonly unknown[], path: string): Json {
    return this.inside(list, path, () => {
      const out: Json[] = [];
      for (let i = 0; i < list.length; i++) {
        if (!(i in list)) throw this.refuse(path, `has no item ${i}: arrays with holes are not saved`);
        out.push(this.value(list[i], `${path}.${i}`));
      }
      return out;
    });
  }

  record(record: Readonly<Record<string, unknown>>, path: string): Json {
    return this.inside(record, path, () =>
      Object.fromEntries(
        Object.entries(record).map(([key, value]) => [
          escaped(key),
          this.value(value, path === "" ? key : `${path}.${key}`),
        ]),
      ),
    );
  }

  value(value: unknown, path: string): Json {
    switch (typeof value) {
      case "string":
      case "boolean":
        return value;
      case "number":
        return specialNumber(value) ?? value;
      case "bigint":
        return form("bigint", String(value));
      case "undefined":
        return form("undefined", true);
    }
    if (value === null) return null;
    if (isTensor(value)) return this.tensor(value, path);
    if (isInstance(value, Generator)) return this.value(getRngState(value), path);
    const kind = arrayNameOf(value);
    if (kind !== null) return this.array(value as AnyArray, kind, path);
    if (isList(value)) return this.list(value, path);
    if (isRecord(value)) return this.record(value, path);
    throw this.refuse(
      path,
      `is neither plain data nor a tensor, but ${describeValue(value)}${hintFor(value, path)}`,
    );
  }
}

/**
 * Takes a tree apart, and begins to read its tensors.
 * @throws INVALID_ARGUMENT for what is neither plain data nor a tensor, DISPOSED.
 */
export function encodeTree(owner: string, tree: Readonly<Record<string, unknown>>): Encoded {
  const encoder = new Encoder(owner);
  const json = encoder.value(tree, "");
  const reads = [...encoder.tensors].map(([name, tensor]) => readPart(name, tensor));
  return {
    json,
    parts: Promise.all(reads).then((parts) => [...parts, ...encoder.arrays.values()]),
    backends: new Set([...encoder.tensors.values()].map(({ backend }) => backend)),
  };
}
