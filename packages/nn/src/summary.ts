/** What a network is made of, layer by layer, from one run on zeros: shapes, parameters, work and memory. */
import {
  type Backend,
  bytesOf,
  type DType,
  describeValue,
  isList,
  isTensor,
  isUninitialized,
  noGrad,
  PrintedAsText,
  type Shape,
  scope,
  sizeOf,
  type Tensor,
  zeros,
} from "@corr2d/core";
import { checkGiven, checkTensor, invalid, type Signature } from "./arguments.ts";
import { Convolution } from "./layers/convolution.ts";
import { Linear } from "./layers/linear.ts";
import { isModule, type Module } from "./module.ts";
import { slotsOf } from "./slots.ts";

/** Options of `summary`. */
export interface SummaryOptions {
  /** Of inputs that are given by shapes (default float32). */
  readonly dtype?: DType | undefined;
  /** Where they are made (default: where the parameters are, else the current backend). */
  readonly backend?: Backend | undefined;
}

/** One call of a module. */
export interface SummaryRow {
  /** As in state dicts; "" is the network itself. */
  readonly name: string;
  readonly type: string;
  /** How many modules it is inside of. */
  readonly depth: number;
  /** Null where the output is no tensor. */
  readonly outputShape: Shape | null;
  /** Elements of its own parameters, without those of modules in it; 0 where they were counted before. */
  readonly parameters: number;
  /** Of those the ones that require gradients. */
  readonly trainable: number;
  /** Products that are added up: of convolutions and linear layers, 0 for others. */
  readonly multiplyAdds: number;
  /** Of its output, where it holds no other modules. */
  readonly outputBytes: number;
}

const SIGNATURE: Signature = { options: { dtype: "any", backend: "any" } };

/** Products that a layer adds up for an input and an output. */
function multiplyAddsOf(module: Module, input: unknown, output: Tensor): number {
  if (module instanceof Linear) return output.numel() * module.inFeatures;
  if (!(module instanceof Convolution)) return 0;
  // Each weight meets every cell of one plane: of the output's, or, transposed, of the input's.
  const cells = module.transposed ? (input as Tensor) : output;
  const channels = module.transposed ? module.inChannels : module.outChannels;
  return (cells.numel() / channels) * module.weight.numel();
}

const separated = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

/** What `summary` gives: rows in the order of the calls, and sums. */
export class Summary extends PrintedAsText {
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
  readonly trainable: number;
  readonly multiplyAdds: number;
  readonly parameterBytes: number;
  /** Of the outputs that a forward makes; training keeps most of them for backward. */
  readonly outputBytes: number;

  constructor(rows: readonly SummaryRow[], parameterBytes: number) {
    super();
    const sum = (of: (row: SummaryRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
    this.rows = rows;
    this.parameters = sum((row) => row.parameters);
    this.trainable = sum((row) => row.trainable);
    this.multiplyAdds = sum((row) => row.multiplyAdds);
    this.parameterBytes = parameterBytes;
    this.outputBytes = sum((row) => row.outputBytes);
  }

  /** A table, and the sums below it. */
  override toString(): string {
    const head = ["Layer", "Output shape", "Parameters", "Multiply-adds"];
    const lines = this.rows.map((row) => [
      `${"  ".repeat(row.depth)}${row.type}${row.name === "" ? "" : ` (${row.name})`}`,
      row.outputShape === null ? "" : `[${row.outputShape.join(", ")}]`,
      row.parameters === 0 ? "" : separated(row.parameters),
      row.multiplyAdds === 0 ? "" : separated(row.multiplyAdds),
    ]);
    const widths = head.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]!.length)));
    const text = (cells: readonly string[]): string =>
      cells
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join("  ")
        .trimEnd();
    const rule = "─".repeat(widths.reduce((sum, width) => sum + width + 2, -2));
    const frozen = this.parameters - this.trainable;
    return [
      text(head),
      rule,
      ...lines.map(text),
      rule,
      `Parameters: ${separated(this.parameters)}${frozen === 0 ? "" : `, of which ${separated(frozen)} are frozen`}`,
      `Multiply-adds: ${separated(this.multiplyAdds)}`,
      `Memory: ${mebibytes(this.parameterBytes)} of parameters, ${mebibytes(this.outputBytes)} of outputs`,
    ].join("\n");
  }
}

/** The inputs as tensors: those given, or zeros of shapes. */
function inputsOf(net: Module, given: unknown, options: SummaryOptions): readonly Tensor[] {
  if (!isList(given) && !isTensor(given)) {
    throw invalid(
      `summary: the input is a shape, such as [1, 1, 28, 28], or a tensor, but got ${describeValue(given)}`,
    );
  }
  const several = isList(given) && given.some((item) => typeof item !== "number");
  const list: readonly unknown[] = several ? given : [given];
  const home = net.parameters().find((parameter) => !isUninitialized(parameter));
  const backend = options.backend ?? home?.backend;
  return list.map((item) => {
    if (isList(item)) return zeros(item, { dtype: options.dtype, backend });
    checkTensor("summary", item);
    return item;
  });
}

/**
 * Runs `net` once, on zeros, as `eval()` would and without recording, and says what each module made of it.
 *
 * @param input a shape with its batch, several shapes, or tensors. Lazy layers are initialised by it.
 * @returns rows and sums; `console.log` prints them as a table.
 * @throws what `net` throws for such inputs; INVALID_ARGUMENT.
 */
export function summary(
  net: Module,
  input: Shape | Tensor | readonly (Shape | Tensor)[],
  options: SummaryOptions = {},
): Summary {
  if (!isModule(net)) throw invalid(`summary takes a module, but got ${describeValue(net)}`);
  checkGiven("summary", SIGNATURE, options);
  const modules = net.namedModules();
  const modes = modules.map(([, module]) => module.training);
  const rows: (SummaryRow | null)[] = [];
  const counted = new Set<Tensor>();
  let depth = 0;
  const hooks = modules.flatMap(([name, module]) => {
    const places: number[] = [];
    return [
      module.registerForwardPreHook(() => {
        places.push(rows.push(null) - 1);
        depth++;
      }),
      module.registerForwardHook((_, [first], output: unknown) => {
        depth--;
        const nested = module.children().length > 0;
        const inside = new Set(module.children().flatMap((child) => child.parameters()));
        const own = module.parameters().filter((p) => !inside.has(p) && !counted.has(p));
        for (const parameter of own) counted.add(parameter);
        const result = isTensor(output) ? output : null;
        rows[places.pop()!] = {
          name,
          type: module.typeName,
          depth,
          outputShape: result?.shape ?? null,
          parameters: own.reduce((sum, p) => sum + p.numel(), 0),
          trainable: own.reduce((sum, p) => sum + (p.requiresGrad ? p.numel() : 0), 0),
          multiplyAdds: result === null ? 0 : multiplyAddsOf(module, first, result),
          outputBytes: result === null || nested ? 0 : sizeOf(result.shape) * bytesOf(result.dtype),
        };
      }),
    ];
  });
  try {
    net.eval();
    noGrad(() =>
      scope(() => {
        net(...inputsOf(net, input, options));
        // What a forward has put into a property stays: running statistics of a module of one's own.
        return modules.map(([, module]) => slotsOf(module).map(({ value }) => value));
      }),
    );
  } finally {
    for (const hook of hooks) hook.remove();
    for (const [i, [, module]] of modules.entries()) module.training = modes[i]!;
  }
  const bytes = net.parameters().reduce((sum, p) => sum + p.numel() * bytesOf(p.dtype), 0);
  return new Summary(rows as SummaryRow[], bytes);
}
