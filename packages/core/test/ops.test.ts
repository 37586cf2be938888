// Every operation against PyTorch: values, and gradients for the cotangent cos(0), cos(1), … (scripts/goldens/make_ops.py,
// make_tensor_ops.py). A name is a function, and where tensors have a method of it, that must do the same.
import { beforeAll, describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import * as corr2dCore from "../src/index.ts";
import { div, type Range, setBackend, type Tensor, type TensorDType, tensor } from "../src/index.ts";
import functionGoldens from "./fixtures/functions.json" with { type: "json" };
import goldens from "./fixtures/ops.json" with { type: "json" };
import tensorGoldens from "./fixtures/tensor-ops.json" with { type: "json" };

interface Values {
  shape: number[];
  dtype: TensorDType;
  data: (number | string)[];
}
interface Case {
  op: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON arguments, spread into the operation they were written for.
  args: any[];
  inputs: Values[];
  output: Values;
  grads?: (Values | null)[];
}

type Spelling = (inputs: Tensor[], args: Case["args"]) => Tensor | Promise<Tensor>;

const core = corr2dCore as unknown as Record<string, (...args: unknown[]) => Tensor>;
const keepdim = (keep: boolean) => ({ keepdim: keep });
/** A function of values and indices, each under a name of its own. */
const parts = (name: string): Record<string, Spelling> =>
  Object.fromEntries(
    (["values", "indices"] as const).map((part) => [
      name + part[0]!.toUpperCase() + part.slice(1),
      ([x], args) => (core[name]!(x!, ...args) as unknown as corr2dCore.ValuesAndIndices)[part],
    ]),
  );
/** From the goldens' seed. */
function seeded(draw: () => Tensor): Tensor {
  corr2dCore.manualSeed(7);
  return draw();
}
/** Parts, each times its number, as one. */
const weighted = (parts: readonly Tensor[]) =>
  corr2dCore.cat(parts.map((part, i) => part.reshape(-1).mul(i + 1)));
const index = (rows: number[] | number[][]) => tensor(rows, { dtype: "int32" });

/** Where the golden's name and arguments are not simply a method's or a function's. */
const SPELLINGS: Record<string, Spelling> = {
  geluTanh: ([x]) => corr2dCore.gelu(x!, { approximate: "tanh" }),
  where: ([x, y]) => corr2dCore.where(x!.gt(y!), x!, y!),
  divMode: ([a, b], [roundingMode]) => a!.div(b!, { roundingMode }),
  sum: ([x], [dim, keep]) => x!.sum(dim, keepdim(keep)),
  mean: ([x], [dim, keep]) => x!.mean(dim, keepdim(keep)),
  prod: ([x], [dim, keep]) => x!.prod(dim, keepdim(keep)),
  amax: ([x], [dim, keep]) => x!.amax(dim, keepdim(keep)),
  amin: ([x], [dim, keep]) => x!.amin(dim, keepdim(keep)),
  logsumexp: ([x], [dim, keep]) => x!.logsumexp(dim, keepdim(keep)),
  var: ([x], [dim, keep]) => x!.var(dim, keepdim(keep)),
  std: ([x], [dim, keep]) => x!.std(dim, keepdim(keep)),
  argmax: ([x], [dim, keep]) => x!.argmax(dim ?? undefined, keepdim(keep)),
  argmin: ([x], [dim, keep]) => x!.argmin(dim ?? undefined, keepdim(keep)),
  maxValues: ([x], [dim, keep]) => x!.max(dim, keepdim(keep)).values,
  minValues: ([x], [dim, keep]) => x!.min(dim, keepdim(keep)).values,
  norm: ([x], [p, dim]) => x!.norm(Number(p), dim),
  sliceReverse: ([x], ranges) => x!.slice(...(ranges as Range[])),
  sliceScatter: ([x, source], ranges) => x!.sliceScatter(source!, ...(ranges as Range[])),
  split1: ([x], [sizes, dim]) => x!.split(sizes, dim)[2]!,
  cat: (inputs, [dim]) => corr2dCore.cat(inputs, dim),
  stack: (inputs, [dim]) => corr2dCore.stack(inputs, dim),
  pad: ([x], [sides, mode, value]) => x!.pad(sides, { mode, value }),
  gather: ([x], [dim, rows]) => x!.gather(dim, index(rows)),
  scatterAdd: ([x, source], [dim, rows]) => x!.scatterAdd(dim, index(rows), source!),
  indexSelect: ([x], [dim, rows]) => x!.indexSelect(dim, index(rows)),
  maskedFill: ([x, mask], [value]) => x!.maskedFill(mask!.gt(0), value),
  maskedSet: ([x, value]) => x!.clone().set(tensor([1, 0, 1]).eq(1), value!),
  chunks: ([x], [chunks, dim]) => weighted(x!.chunk(chunks, dim)),
  unbound: ([x], [dim]) => weighted(x!.unbind(dim)),
  sortValues: ([x], [dim, options]) => x!.sort(dim, options).values,
  sortIndices: ([x], [dim, options]) => x!.sort(dim, options).indices,
  topkValues: ([x], [k, dim, options]) => x!.topk(k, dim, options).values,
  topkIndices: ([x], [k, dim, options]) => x!.topk(k, dim, options).indices,
  ...parts("median"),
  ...parts("nanmedian"),
  ...parts("kthvalue"),
  ...parts("cummax"),
  ...parts("cummin"),
  meshgrids: (inputs, [indexing]) => corr2dCore.stack(corr2dCore.meshgrid(inputs, { indexing })),
  stacks: (inputs, [name]) => core[name]!(inputs),
  einsums: (inputs, [equation]) => corr2dCore.einsum(equation, ...inputs),
  cdist: ([x, y], [p]) => corr2dCore.cdist(x!, y!, Number(p)),
  fmod: ([x, y], [divisor]) => corr2dCore.fmod(x!, y ?? Number(divisor)),
  remainder: ([x, y], [divisor]) => corr2dCore.remainder(x!, y ?? Number(divisor)),
  weightedCounts: ([x, weights]) => corr2dCore.bincount(x!, { weights }),
  uniqueInverse: async ([x]) => (await corr2dCore.unique(x!, { returnInverse: true }))[1]!,
  uniqueCounts: async ([x]) => (await corr2dCore.unique(x!, { returnCounts: true }))[1]!,
  maskedSelect: ([x, mask]) => corr2dCore.maskedSelect(x!, mask!.gt(0)),
  logspaces: (_, [start, end, steps, base]) => corr2dCore.logspace(start, end, steps, { base }),
  draw: ([x], [name, ...rest]) => seeded(() => core[name]!(x, ...rest)),
  normals: (_, [mean, std, size]) => seeded(() => corr2dCore.normal(mean, std, size)),
  normalOfBoth: ([mean, std]) => seeded(() => corr2dCore.normal(mean!, std!)),
  normalOfMean: ([mean]) => seeded(() => corr2dCore.normal(mean!, 0.5)),
  multinomial: ([x], [samples, options]) => seeded(() => corr2dCore.multinomial(x!, samples, options)),
  corr2d: ([x, k, bias], [options]) => corr2dCore.corr2d(x!, k!, { ...options, bias }),
  convTranspose2d: ([x, k, bias], [options]) => corr2dCore.convTranspose2d(x!, k!, { ...options, bias }),
  conv1d: ([x, k, bias], [options]) => corr2dCore.conv1d(x!, k!, { ...options, bias }),
  convTranspose1d: ([x, k, bias], [options]) => corr2dCore.convTranspose1d(x!, k!, { ...options, bias }),
};

function run({ op, args }: Case, inputs: Tensor[]): Tensor | Promise<Tensor> {
  const spelled = SPELLINGS[op];
  if (spelled) return spelled(inputs, args);
  if (core[op]) return core[op](...inputs, ...args);
  const [self, ...others] = inputs as unknown as [
    Record<string, (...rest: unknown[]) => Tensor>,
    ...Tensor[],
  ];
  return self[op]!(...others, ...args);
}

function build({ shape, dtype, data }: Values, requiresGrad: boolean): Tensor {
  const array = dtype === "int32" ? Int32Array.from(data, Number) : Float32Array.from(data, Number);
  return tensor(array, { shape, dtype, requiresGrad: requiresGrad && dtype !== "int32" });
}

/** Equal, or within 2e-6 of the largest value: a few roundings of float32. */
async function expectClose(actual: Tensor, expected: Values, what: string): Promise<void> {
  expect(actual.shape, `${what}: shape`).toEqual(expected.shape);
  const values = await actual.data();
  const wanted = expected.data.map(Number);
  const finite = wanted.filter(Number.isFinite).map(Math.abs);
  const tolerance = 2e-6 * Math.max(1, ...finite.filter((v) => v < 1e6));
  wanted.forEach((value, i) => {
    const got = values[i]!;
    if (Object.is(got, value) || got === value) return;
    const close = Math.abs(got - value) <= Math.max(tolerance, 2e-6 * Math.abs(value));
    if (!close) expect(got, `${what}: element ${i}`).toBe(value);
  });
}

beforeAll(() => setBackend(cpuJs()));

const cases = [...goldens.cases, ...tensorGoldens.cases, ...functionGoldens.cases] as Case[];
describe.each([...new Set(cases.map((each) => each.op))])("%s", (op) => {
  const group = cases.filter((each) => each.op === op);
  it.each(
    group.map((each) => [JSON.stringify([each.inputs.map((x) => x.shape), ...each.args]), each] as const),
  )("%s", async (_title, each) => {
    const inputs = each.inputs.map((values) => build(values, each.grads !== undefined));
    const output = await run(each, inputs);
    expect(output.dtype).toBe(each.output.dtype);
    await expectClose(output, each.output, "value");
    if (each.grads === undefined) return;
    const cotangent = Float32Array.from({ length: output.numel() }, (_, i) => Math.cos(i));
    output.backward(tensor(cotangent, { shape: output.shape }));
    for (const [i, grad] of each.grads.entries()) {
      if (grad !== null) await expectClose(inputs[i]!.grad!, grad, `gradient of input ${i}`);
    }
  });
});

// PyTorch's table of -7, 7 by 2, -2, either of them a number.
describe("int32 division that rounds down", () => {
  const ints = (...data: number[]) => tensor(data, { dtype: "int32" });
  it.each([
    ["a tensor by a number", () => ints(-7, 7).div(2, { roundingMode: "floor" }), [-4, 3]],
    ["a tensor by a negative number", () => ints(-7, 7).div(-2, { roundingMode: "floor" }), [3, -4]],
    ["a number by a tensor", () => div(7, ints(2, -2), { roundingMode: "floor" }), [3, -4]],
    ["exact quotients", () => ints(-8, 8).div(-2, { roundingMode: "floor" }), [4, -4]],
  ] as const)("%s", (_title, divided, expected) => {
    expect(Array.from(divided().dataSync())).toEqual(expected);
  });
});

it("splits an empty axis into one empty part, of size 0 too", () => {
  expect(
    corr2dCore
      .zeros([0, 3])
      .split(0)
      .map((part) => part.shape),
  ).toEqual([[0, 3]]);
});
