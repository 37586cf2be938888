/** What tensors do, as functions: `torch.sum(x, …)`. Each is the method of its name, and weighs nothing where it is not used. */
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { beforeAll, describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import * as core from "../src/index.ts";
import { Tensor } from "../src/index.ts";

/** Members that are no operations, or whose function PyTorch does not have either. */
const METHODS_ONLY = [
  // what a tensor is, how long it lives, what is read of it
  ...[
    "constructor",
    "size",
    "sizes",
    "numel",
    "dim",
    "dispose",
    "assign",
    "set",
    "retainGrad",
    "registerHook",
  ],
  ...[
    "backward",
    "detach",
    "clone",
    "data",
    "dataSync",
    "item",
    "itemSync",
    "toArray",
    "toArraySync",
    "toString",
  ],
  ...["toJSON", "valueOf", "toText", "to", "toSync", "then"],
  // for core itself
  ...["initialize", "attachNode", "aliasLeaf", "alias", "accumulateGrad", "scalarLike", "fromArray"],
  // casts and new tensors by another's dtype
  ...["type", "float", "double", "int", "bool", "view", "viewAs", "expandAs"],
  ...["newZeros", "newOnes", "newEmpty", "newFull", "newTensor"],
];

const methods = [Tensor.prototype, Object.getPrototypeOf(Tensor.prototype)]
  .flatMap((prototype) => Object.entries(Object.getOwnPropertyDescriptors(prototype)))
  .filter(([name, { value }]) => typeof value === "function" && !METHODS_ONLY.includes(name))
  .map(([name]) => name);

beforeAll(() => core.setBackend(cpuJs()));

/** Arguments of those that need some, for the matrix [[1, 2], [3, 4]]. */
const ARGUMENTS: Readonly<Record<string, (x: Tensor) => unknown[]>> = {
  ...Object.fromEntries(
    [
      "add",
      "sub",
      "mul",
      "div",
      "pow",
      "maximum",
      "minimum",
      "eq",
      "ne",
      "lt",
      "le",
      "gt",
      "ge",
      "logicalAnd",
      "logicalOr",
      "logicalXor",
      "matmul",
      "mm",
    ].map((name) => [name, (x) => [x]]),
  ),
  topk: () => [1],
  cumsum: () => [0],
  lerp: (x) => [x.mul(2), 0.5],
  maskedFill: (x) => [x.gt(2), 9],
  clamp: () => [2, 3],
  softmax: () => [1],
  logSoftmax: () => [1],
  reshape: () => [[4]],
  unsqueeze: () => [0],
  permute: () => [[1, 0]],
  transpose: () => [0, 1],
  swapaxes: () => [0, 1],
  movedim: () => [0, 1],
  unflatten: () => [0, [1, 2]],
  expand: () => [[3, 2, 2]],
  tile: () => [[2, 2]],
  repeat: () => [[2, 2]],
  flip: () => [[0]],
  roll: () => [1, 0],
  slice: () => [0],
  sliceScatter: () => [7, 0],
  narrow: () => [0, 1, 1],
  split: () => [1],
  chunk: () => [2],
  pad: () => [[1, 1]],
  gather: (x) => [0, x.int().sub(x.int())],
  scatterAdd: (x) => [0, x.int().sub(x.int()), x],
  indexSelect: () => [0, core.tensor([1], { dtype: "int32" })],
};

/** Where the matrix does not do. */
const SELVES: Readonly<Record<string, (x: Tensor) => [Tensor, ...unknown[]]>> = {
  dot: (x) => [x.flatten(), x.flatten()],
  outer: (x) => [x.flatten(), x.flatten()],
  mv: (x) => [x, x.slice(0)],
  bmm: (x) => [x.unsqueeze(0), x.unsqueeze(0)],
};

const plain = (result: unknown): unknown => {
  if (core.isTensor(result))
    return { shape: result.shape, dtype: result.dtype, values: result.toArraySync() };
  if (Array.isArray(result)) return result.map(plain);
  return Object.fromEntries(Object.entries(result as object).map(([name, value]) => [name, plain(value)]));
};

describe("the function of a method", () => {
  it.each(methods)("%s does the same, and refuses what is no tensor", (name) => {
    const form = (core as unknown as Record<string, (...args: unknown[]) => unknown>)[name];
    expect(form).toBeTypeOf("function");
    const x = core.tensor([
      [1, 2],
      [3, 4],
    ]);
    const [self, ...args] = SELVES[name]?.(x) ?? [x, ...(ARGUMENTS[name]?.(x) ?? [])];
    const method = (self as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!;
    expect(plain(form!(self, ...args))).toEqual(plain(method.apply(self, args)));
    // A number beside a tensor is an operand.
    for (const stranger of [undefined, null, "x", {}, [1]]) {
      let error: unknown;
      try {
        form!(stranger, ...args);
      } catch (thrown) {
        error = thrown;
      }
      expect(core.Corr2dError.isInstance(error), `${name}(${String(stranger)})`).toBe(true);
    }
  });
});

const index = fileURLToPath(new URL("../src/index.ts", import.meta.url));

/** What a bundler makes of a module whose text is given, or of all of core. */
async function bundle(
  code: string,
  modules: Readonly<Record<string, string>>,
  minify: boolean,
): Promise<string> {
  const texts: Readonly<Record<string, string>> = { ...modules, app: code };
  const build = await rolldown({
    input: "app",
    plugins: [
      {
        name: "texts",
        resolveId: (id) => (id in texts ? id : null),
        load: (id) => texts[id] ?? null,
      },
    ],
    treeshake: { moduleSideEffects: (id) => id === "app" },
  });
  const { output } = await build.generate({ format: "esm", minify });
  await build.close();
  return output[0].code;
}

/** What methods, and the making of a tensor, are made of anyhow. */
const IN_EVERY_BUNDLE = [
  ...[
    "describeValue",
    "enableGrad",
    "getBackend",
    "getDefaultDtype",
    "isBackend",
    "isGradEnabled",
    "isInstance",
  ],
  ...["isList", "isTensor", "keep", "noGrad", "tensor", "where"],
];

describe("a bundle", () => {
  it("of each name alone has what it adds to a tensor's methods, and of no other", {
    timeout: 120_000,
  }, async () => {
    // One file, as the package has it, is bundled faster than its sources, a hundred times.
    const all = await bundle(`export * from ${JSON.stringify(index)};`, {}, false);
    const bytesOf = async (names: string): Promise<number> =>
      (await bundle(`import * as core from "core";\nglobalThis.used = [${names}];`, { core: all }, true))
        .length;
    const base = await bytesOf("core.tensor");
    const functions = Object.entries(core)
      .filter(([, value]) => typeof value === "function" && !/^class\b/.test(String(value)))
      .map(([name]) => name);
    const inBase: string[] = [];
    for (const name of functions) {
      const added = (await bytesOf(`core.tensor, core.${name}`)) - base;
      if (added < 10) inBase.push(name);
      // A method's function is at most a call of what the method calls.
      if (methods.includes(name)) expect(added, `core.${name} adds ${added} bytes`).toBeLessThan(100);
    }
    expect(inBase.filter((name) => !methods.includes(name)).sort()).toEqual(IN_EVERY_BUNDLE);
  });
});
