/**
 * What a call is given, by name: so that a case is plain data, which prints and shrinks, and its values are made anew for
 * each call. The first table holds what the library takes, the second what nobody should give it.
 */
import * as core from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import * as io from "@corr2d/io";
import * as nn from "@corr2d/nn";

/** Files, as bytes. */
const one = core.ones([2], { backend: cpuJs() });
const SAFETENSORS = await io.writeSafetensors({ one });
const CHECKPOINT = new Uint8Array(await (await io.checkpointToBlob({ one, epoch: 1 })).arrayBuffer());

/** A file of the origin's private file system, as pages have it. */
const fileHandle = (): io.FileHandleLike => ({
  name: "run",
  getFile: async () => new Blob([CHECKPOINT]),
  createWritable: async () => ({ write: async () => {}, close: async () => {}, abort: async () => {} }),
});

/** What values are made of: tensors live on the backend under test, strangers on the other. */
export interface World {
  readonly backend: core.Backend;
  readonly other: core.Backend;
}

type Maker = (world: World) => unknown;

const range =
  (shape: readonly number[], options: core.TensorOptions = {}): Maker =>
  ({ backend }) =>
    core
      .tensor(
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 4 + 1).map((n) =>
          options.dtype === "int32" ? Math.trunc(n) % 2 : n,
        ),
        {
          backend,
          ...options,
        },
      )
      .reshape(shape);

const leaf =
  (shape: readonly number[]): Maker =>
  ({ backend }) =>
    core.ones(shape, { backend, requiresGrad: true });

export const ORDINARY: Readonly<Record<string, Maker>> = {
  "0": () => 0,
  "1": () => 1,
  "2": () => 2,
  "3": () => 3,
  "0.5": () => 0.5,
  true: () => true,
  false: () => false,
  undefined: () => undefined,
  null: () => null,
  scalar: range([]),
  vector: range([3]),
  matrix: range([2, 3]),
  square: range([2, 2]),
  image: range([1, 1, 4, 4]),
  kernel: range([1, 1, 2, 2]),
  "int32 vector": range([3], { dtype: "int32" }),
  "int32 matrix": range([2, 3], { dtype: "int32" }),
  "vector that requires gradients": leaf([3]),
  "scalar that requires gradients": leaf([]),
  "result in a graph": (world) => (leaf([3])(world) as core.Tensor).mul(2).sum(),
  empty: ({ backend }) => core.zeros([0, 3], { backend }),
  "tensors [vector, vector]": (world) => [range([3])(world), range([3])(world)],
  float32: () => "float32",
  int32: () => "int32",
  "'same'": () => "same",
  "'mean'": () => "mean",
  "'1:3'": () => "1:3",
  "[1]": () => [1],
  "[2, 3]": () => [2, 3],
  "[1, 0]": () => [1, 0],
  "[1, 1, 2, 2]": () => [1, 1, 2, 2],
  "[[1, 2], [3, 4]]": () => [
    [1, 2],
    [3, 4],
  ],
  Float32Array: () => new Float32Array([1, 2, 3]),
  Int32Array: () => new Int32Array([1, 2, 0]),
  "() => tensor": (world) => () => range([3])(world),
  "() => 1": () => () => 1,
  "x => x.mul(x).sum()": () => (x: unknown) => (core.isTensor(x) ? x.mul(x).sum() : x),
  "async () => 1": () => async () => 1,
  backend: ({ backend }) => backend,
  "backend's definition": ({ backend }) => ({ ...backend }),
  Generator: () => new core.Generator(1),
  "generator's state": () => core.getRngState(new core.Generator(1)),
  Parameter: (world) => new nn.Parameter(range([2, 2])(world) as core.Tensor),
  "[Parameter]": (world) => [new nn.Parameter(range([2, 2])(world) as core.Tensor)],
  Linear: ({ backend }) => new nn.Linear(3, 2, { backend }),
  Sequential: ({ backend }) => new nn.Sequential(new nn.Linear(3, 2, { backend }), new nn.ReLU()),
  "state dict": ({ backend }) => new nn.Linear(3, 2, { backend }).stateDict(),
  "optimiser's state dict": ({ backend }) =>
    new nn.SGD([core.ones([3], { backend, requiresGrad: true })], { lr: 0.1 }).stateDict(),
  safetensors: () => SAFETENSORS,
  "a Response": () => new Response(SAFETENSORS.slice()),
  "a checkpoint": () => new Blob([CHECKPOINT]),
  "file's handle": fileHandle,
  "{ epoch: 1 }": () => ({ epoch: 1, one: core.ones([2]) }),
  window: () => core.corr2dWindow([1, 1, 4, 4], [1, 1, 2, 2]),
  "{}": () => ({}),
};

/** What the caller's own code throws. It may come through as it is. */
export class Thrown extends Error {
  override readonly name = "Thrown";
}

const explode = (): never => {
  throw new Thrown("the caller's own");
};

/** Whatever is asked of it throws. */
const exploding = (target: object): object => {
  const traps: readonly (keyof ProxyHandler<object>)[] = [
    "get",
    "has",
    "ownKeys",
    "getPrototypeOf",
    "getOwnPropertyDescriptor",
  ];
  return new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, explode])));
};

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function cyclicArray(): unknown[] {
  const array: unknown[] = [1];
  array[0] = array;
  return array;
}

function cyclicObject(): object {
  const object: Record<string, unknown> = {};
  object.self = object;
  object.list = [object];
  return object;
}

function sparse(length: number): unknown[] {
  const array: unknown[] = [];
  array.length = length;
  array[3] = 1;
  return array;
}

/** Holes are given by deletion: a literal with holes is a linter's fault. */
function withHole(): unknown[] {
  const array: unknown[] = [1, 2, 3];
  delete array[1];
  return array;
}

function deep(): unknown {
  let value: unknown = 1;
  for (let i = 0; i < 20_000; i++) value = [value];
  return value;
}

function detached(): Float32Array {
  const array = new Float32Array(3);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

export const HOSTILE: Readonly<Record<string, Maker>> = {
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  "-Infinity": () => Number.NEGATIVE_INFINITY,
  "-1": () => -1,
  "-0": () => -0,
  "1.5": () => 1.5,
  "2**32": () => 2 ** 32,
  "2**53": () => 2 ** 53,
  "1e308": () => 1e308,
  "-(2**53)": () => -(2 ** 53),
  "''": () => "",
  "'1'": () => "1",
  "'__proto__'": () => "__proto__",
  "'constructor'": () => "constructor",
  "a long string": () => "ab".repeat(50_000),
  symbol: () => Symbol("hostile"),
  bigint: () => 2n ** 70n,
  "boxed number": () => Object(1),
  "boxed string": () => Object("same"),
  "[]": () => [],
  "[hole]": withHole,
  "[symbol]": () => [Symbol("hostile")],
  "[bigint]": () => [1n, 2n],
  "[undefined]": () => [undefined],
  "[null]": () => [null],
  "[NaN]": () => [Number.NaN],
  "[2**53]": () => [2 ** 53],
  "['1']": () => ["1"],
  "[1.5]": () => [1.5],
  "[-1]": () => [-1],
  "[[1], [2, 3]]": () => [[1], [2, 3]],
  "[[], [1]]": () => [[], [1]],
  "Array(2)": () => Array(2),
  "sparse, 2**22 long": () => sparse(2 ** 22),
  "cyclic array": cyclicArray,
  "deep array": deep,
  "cyclic object": cyclicObject,
  "null-prototype object": () => Object.assign(Object.create(null), { stride: 1 }),
  "object of a class": () =>
    new (class Stranger {
      stride = 2;
    })(),
  "{ '__proto__': 1 }": () => JSON.parse('{"__proto__": 1}'),
  "getters that throw": () =>
    Object.defineProperties(
      {},
      Object.fromEntries(
        ["stride", "dtype", "lr", "params", "length", "0", "then"].map((name) => [
          name,
          { get: explode, enumerable: true },
        ]),
      ),
    ),
  "array with a getter that throws": () =>
    Object.defineProperty([1, 2], 0, { get: explode, enumerable: true }),
  "object whose texts throw": () => ({
    toString: explode,
    valueOf: explode,
    [Symbol.toPrimitive]: explode,
    toJSON: explode,
  }),
  "object whose tag throws": () => Object.defineProperty({}, Symbol.toStringTag, { get: explode }),
  "iterable that throws": () => ({ [Symbol.iterator]: explode }),
  "endless iterable's like": () => ({ length: 2 ** 53 - 1, 0: 1 }),
  "array that says its length is NaN": () =>
    new Proxy([1, 2], {
      get: (target, name) => (name === "length" ? Number.NaN : Reflect.get(target, name)),
    }),
  // biome-ignore lint/suspicious/noThenProperty: it is meant
  "thenable that throws": () => ({ then: explode }),
  "proxy of an object": () => new Proxy({}, {}),
  "proxy of an array": () => new Proxy([1, 2], {}),
  "proxy of a tensor": (world) => new Proxy(range([2, 3])(world) as object, {}),
  "proxy that throws": () => exploding({}),
  "proxy of an array that throws": () => exploding([1, 2]),
  "proxy of a function that throws": () => exploding(() => 1),
  "revoked proxy": () => revoked({}),
  "revoked proxy of an array": () => revoked([]),
  "revoked proxy of a function": () => revoked(() => 1),
  "object that inherits from a tensor": (world) => Object.create(range([2, 3])(world) as object),
  "object that inherits from a prototype": () => Object.create(core.Tensor.prototype),
  "object that inherits from a module": ({ backend }) => Object.create(new nn.Linear(3, 2, { backend })),
  "tensor of another backend": ({ other }) => core.ones([2, 3], { backend: other }),
  "disposed tensor": (world) => {
    const x = range([2, 3])(world) as core.Tensor;
    x.dispose();
    return x;
  },
  "[tensor of another backend]": ({ other }) => [core.ones([3], { backend: other })],
  "[disposed tensor]": (world) => [HOSTILE["disposed tensor"]!(world)],
  "NaN tensor": ({ backend }) => core.full([2, 3], Number.NaN, { backend }),
  "module that holds itself": ({ backend }) => {
    const net = new nn.Sequential(new nn.Linear(3, 2, { backend }));
    (net as unknown as Record<string, unknown>).self = net;
    return net;
  },
  "class of modules": () => nn.Linear,
  "function that throws": () => explode,
  "async function that throws": () => async () => explode(),
  "function that gives a revoked proxy": () => () => revoked({}),
  "function that gives itself": () => {
    const itself = (): unknown => itself;
    return itself;
  },
  "stream that fails": () => new ReadableStream({ pull: explode }),
  "iterable whose parts are none": () => ({
    [Symbol.asyncIterator]: () => ({ next: async () => undefined }),
  }),
  "promise that rejects": () => {
    const promise = Promise.reject(new Thrown("later"));
    promise.catch(() => {});
    return promise;
  },
  Map: () => new Map([["stride", 1]]),
  Set: () => new Set([1]),
  Date: () => new Date(Number.NaN),
  RegExp: () => /x/,
  Error: () => new Error("given"),
  globalThis: () => globalThis,
  "detached Float32Array": detached,
  BigInt64Array: () => new BigInt64Array(2),
  DataView: () => new DataView(new ArrayBuffer(8)),
  ArrayBuffer: () => new ArrayBuffer(8),
  arguments: () =>
    (function take(..._: unknown[]): unknown {
      // biome-ignore lint/complexity/noArguments: the object itself is meant
      return arguments;
    })(1, 2),
};
