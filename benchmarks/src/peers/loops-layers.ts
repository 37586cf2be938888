/**
 * Layers as anyone would first write them, in float64: each result is rounded to float32 once, which makes these loops the
 * reference of every check.
 */
import type { Inputs } from "../workloads/inputs.ts";
import {
  EPSILON,
  isActivation,
  type Layer,
  type LayerTask,
  outputShapeOf,
  parameterShapesOf,
} from "../workloads/layers.ts";
import { sizeOf } from "../workloads/workload.ts";

type Numbers = Float32Array | Float64Array;
/** Values, or gradients towards x and each parameter. */
type Results = readonly Numbers[];

/** By its Taylor series, which loses nothing that matters where |x| ≤ 3. */
function erf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

/** f(x) and f'(x). */
function activation(name: Layer["function"], x: number): readonly [value: number, slope: number] {
  if (name === "silu") {
    const y = 1 / (1 + Math.exp(-x));
    return [x * y, y * (1 + x * (1 - y))];
  }
  if (name === "gelu") {
    const share = (1 + erf(x * Math.SQRT1_2)) / 2;
    return [x * share, share + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)];
  }
  const scale = Math.sqrt(2 / Math.PI);
  const t = Math.tanh(scale * (x + 0.044715 * x ** 3));
  return [(x * (1 + t)) / 2, (1 + t) / 2 + (x / 2) * (1 - t * t) * scale * (1 + 3 * 0.044715 * x * x)];
}

/** Cells of an axis with their weights. */
type Taps = readonly (readonly [cell: number, weight: number])[];

/** Keys' cubic with a = −3/4. */
function cubic(distance: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return (1.25 * d - 2.25) * d * d + 1;
  return d < 2 ? -0.75 * (((d - 5) * d + 8) * d - 4) : 0;
}

/** Cells `first` to before `end`, with equal weights. */
const even = (first: number, end: number): Taps =>
  Array.from({ length: end - first }, (_, i) => [first + i, 1 / (end - first)] as const);

/** For a layer that is a weighted sum along each axis (maxima are of the same cells): the cells of one output. */
function tapsOf(layer: Layer, input: number, output: number, o: number): Taps {
  if ("window" in layer) {
    const cells = Array.from({ length: layer.window }, (_, i) => o * layer.stride - layer.padding + i);
    return cells.filter((cell) => cell >= 0 && cell < input).map((cell) => [cell, 1 / layer.window] as const);
  }
  const mode = layer.function === "interpolate" ? layer.mode : "area";
  if (mode === "nearest") return [[Math.floor((o * input) / output), 1]];
  if (mode === "area") return even(Math.floor((o * input) / output), Math.ceil(((o + 1) * input) / output));
  const at = ((o + 0.5) * input) / output - 0.5;
  const source = mode === "bilinear" ? Math.max(at, 0) : at;
  const first = Math.floor(source);
  const reach = mode === "bilinear" ? [0, 1] : [-1, 0, 1, 2];
  const weightOf = (d: number): number => (mode === "bilinear" ? 1 - Math.abs(d) : cubic(d));
  return reach.map(
    (k) => [Math.min(Math.max(first + k, 0), input - 1), weightOf(source - first - k)] as const,
  );
}

/** Calls `visit` for each output with the cells of x that it is made of: one by one, each with its weight. */
function visitPlanes(task: LayerTask, visit: (out: number, cells: () => Iterable<[number, number]>) => void) {
  const { layer, shape } = task;
  const [height, width] = shape.slice(-2) as [number, number];
  const [rows, columns] = outputShapeOf(task).slice(-2) as [number, number];
  const along = (input: number, output: number): Taps[] =>
    Array.from({ length: output }, (_, o) => tapsOf(layer, input, output, o));
  const vertical = along(height, rows);
  const horizontal = along(width, columns);
  const planes = sizeOf(shape.slice(0, -2));
  for (let out = 0; out < planes * rows * columns; out++) {
    const plane = Math.floor(out / (rows * columns));
    visit(out, function* cells() {
      for (const [y, wy] of vertical[Math.floor(out / columns) % rows]!) {
        for (const [x, wx] of horizontal[out % columns]!) {
          yield [(plane * height + y) * width + x, wy * wx];
        }
      }
    });
  }
}

function plane(task: LayerTask, x: Numbers, dy: Numbers): Results {
  const isMax = task.layer.function === "max-pool";
  const y = new Float64Array(dy.length);
  const dx = new Float64Array(x.length);
  visitPlanes(task, (out, cells) => {
    if (!isMax) {
      for (const [cell, weight] of cells()) {
        y[out]! += weight * x[cell]!;
        dx[cell]! += weight * dy[out]!;
      }
      return;
    }
    let best = -1;
    for (const [cell] of cells()) if (best < 0 || x[cell]! > x[best]!) best = cell;
    y[out] = x[best]!;
    dx[best]! += dy[out]!;
  });
  return task.kind === "layer" ? [y] : [dx];
}

function elementwise(task: LayerTask, x: Numbers, dy: Numbers): Results {
  const out = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const [value, slope] = activation(task.layer.function, x[i]!);
    out[i] = task.kind === "layer" ? value : slope * dy[i]!;
  }
  return [out];
}

function softmax({ kind, layer: { function: name }, shape }: LayerTask, inputs: Inputs): Results {
  const [x, dy, labels] = inputs as [Numbers, Numbers, Int32Array];
  const length = shape.at(-1)!;
  const rows = x.length / length;
  const out = new Float64Array(x.length);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const at = row * length;
    const logits = Array.from(x.subarray(at, at + length));
    const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0));
    const logs = logits.map((value) => value - total);
    const own = Array.from(dy.subarray(at, at + length));
    if (name === "cross-entropy") loss -= logs[labels[row]!]! / rows;
    // What reaches the logarithms, and its sum.
    const arrived = logs.map((log, i) => {
      if (name === "cross-entropy") return i === labels[row] ? -dy[0]! / rows : 0;
      return name === "softmax" ? own[i]! * Math.exp(log) : own[i]!;
    });
    const sum = arrived.reduce((a, b) => a + b, 0);
    for (const [i, log] of logs.entries()) {
      if (kind === "layer-gradient") out[at + i] = arrived[i]! - Math.exp(log) * sum;
      else out[at + i] = name === "softmax" ? Math.exp(log) : log;
    }
  }
  return [kind === "layer" && name === "cross-entropy" ? Float64Array.of(loss) : out];
}

/** Which moments, and which parameters, each element of x has. */
function normalisedBy({ layer, shape }: LayerTask): {
  group: (i: number) => number;
  parameter: (i: number) => number;
} {
  const last = shape.at(-1)!;
  if (layer.function === "layer-norm" || layer.function === "rms-norm") {
    return { group: (i) => Math.floor(i / last), parameter: (i) => i % last };
  }
  const channels = shape[1]!;
  const cells = sizeOf(shape.slice(2));
  const parameter = (i: number): number => Math.floor(i / cells) % channels;
  if (layer.function === "batch-norm") return { group: parameter, parameter };
  const size = layer.function === "group-norm" ? (channels / layer.groups) * cells : cells;
  return { group: (i) => Math.floor(i / size), parameter };
}

function normalise(task: LayerTask, [x, dy, weight, bias]: readonly Numbers[]): Results {
  const { group, parameter } = normalisedBy(task);
  const groups = Array.from(x!, (_, i) => group(i));
  const count = groups.reduce((max, g) => Math.max(max, g), 0) + 1;
  const size = x!.length / count;
  const meanOf = (value: (i: number) => number): Float64Array => {
    const means = new Float64Array(count);
    for (let i = 0; i < x!.length; i++) means[groups[i]!]! += value(i) / size;
    return means;
  };
  const isRoot = task.layer.function === "rms-norm";
  const means = isRoot ? new Float64Array(count) : meanOf((i) => x![i]!);
  const variances = meanOf((i) => (x![i]! - means[groups[i]!]!) ** 2);
  const scaleOf = (i: number): number => 1 / Math.sqrt(variances[groups[i]!]! + EPSILON);
  const standard = Float64Array.from(x!, (value, i) => (value - means[groups[i]!]!) * scaleOf(i));
  if (task.kind === "layer") {
    return [standard.map((value, i) => value * weight![parameter(i)]! + (bias?.[parameter(i)] ?? 0))];
  }
  const arrived = (i: number): number => dy![i]! * weight![parameter(i)]!;
  const shift = isRoot ? new Float64Array(count) : meanOf(arrived);
  const along = meanOf((i) => arrived(i) * standard[i]!);
  const dx = standard.map(
    (value, i) => scaleOf(i) * (arrived(i) - shift[groups[i]!]! - value * along[groups[i]!]!),
  );
  const dWeight = new Float64Array(weight!.length);
  const dBias = new Float64Array(weight!.length);
  for (let i = 0; i < x!.length; i++) {
    dWeight[parameter(i)]! += dy![i]! * standard[i]!;
    dBias[parameter(i)]! += dy![i]!;
  }
  return isRoot ? [dx, dWeight] : [dx, dWeight, dBias];
}

export function layer(task: LayerTask, inputs: Inputs): Results {
  const [x, dy] = inputs as readonly [Float32Array, Float32Array];
  if (isActivation(task.layer)) return elementwise(task, x, dy);
  if (parameterShapesOf(task).length > 0) return normalise(task, inputs as readonly Float32Array[]);
  return "window" in task.layer || "size" in task.layer ? plane(task, x, dy) : softmax(task, inputs);
}
