/**
 * What the suite `cliffs` measures, as data: sweeps over sizes around the borders where a backend changes its algorithm.
 * Neighbouring points of a sweep do nearly the same, so that one of them taking much longer for the same work is a cliff.
 */
import { grad, type Tensor } from "@corr2d/core";
import { convolution as operationOf } from "../peers/corr2d.ts";
import { type Convolution, type ConvolutionKind, shapesOf, sizeOf } from "../workloads/workload.ts";

/** Operands for a point: numbers in [−1, 1), or integers below a number. */
export interface Operands {
  floats(shape: readonly number[], requiresGrad?: boolean): Tensor;
  integers(shape: readonly number[], below: number): Tensor;
}

export interface Point {
  readonly label: string;
  /** Multiply-adds of direct summation, padding included, or elements. */
  readonly work: number;
  /** Makes the operands; gives the call that is timed. */
  prepare(operands: Operands): () => unknown;
  /** Why this point may take longer for its work than a neighbour, where that is known. */
  readonly because?: string | undefined;
}

export interface Sweep {
  readonly name: string;
  readonly unit: "multiply-add" | "element";
  readonly points: readonly Point[];
}

/** Sweeps that one process measures, under a name for `--suite`. */
export interface SweepGroup {
  readonly id: string;
  readonly suite: "cliffs";
  readonly title: string;
  readonly sweeps: readonly Sweep[];
}

/** Why points may take longer: those with some labels, or all of a sweep. */
export type Reasons = Readonly<Record<string, string>> | string;

/** A reason for the labels of a list. */
export const all = (labels: readonly (number | string)[], reason: string): Readonly<Record<string, string>> =>
  Object.fromEntries(labels.map((label) => [label, reason]));

const reasonFor = (label: string, reasons: Reasons): string | undefined =>
  typeof reasons === "string" ? reasons : reasons[label];

const KINDS: Readonly<Record<ConvolutionKind, string>> = {
  forward: "F",
  "input-gradient": "dX",
  "kernel-gradient": "dW",
};

/** A sweep of one member of the correlation triple. */
export function correlations<T extends number | string>(
  kind: ConvolutionKind,
  name: string,
  values: readonly T[],
  geometry: (value: T) => Convolution,
  reasons: Reasons = {},
): Sweep {
  const points = values.map((value): Point => {
    const c = geometry(value);
    const { k, y } = shapesOf(c);
    const { shapes, compute } = operationOf({ ...c, kind });
    const label = String(value);
    return {
      label,
      work: sizeOf(y) * sizeOf(k.slice(1)),
      prepare({ floats }) {
        const operands = shapes.map((shape) => floats(shape));
        return () => compute(...operands);
      },
      because: reasonFor(label, reasons),
    };
  });
  return { name: `${KINDS[kind]} ${name}`, unit: "multiply-add", points };
}

/** An operation on tensors of some shapes, whose numbers it is given. */
export interface Operation {
  readonly work: number;
  readonly shapes: readonly (readonly number[])[];
  readonly compute: (...operands: Tensor[]) => unknown;
  readonly unit?: "multiply-add";
  /** The gradient of the sum, of the first operand, which goes through the forward pass. */
  readonly gradient?: boolean;
}

/** A sweep of any other operation. */
export function operations<T extends number | string>(
  name: string,
  values: readonly T[],
  of: (value: T) => Operation,
  reasons: Reasons = {},
): Sweep {
  let unit: Sweep["unit"] = "element";
  const points = values.map((value): Point => {
    const { work, shapes, compute, unit: own, gradient = false } = of(value);
    if (own !== undefined) unit = own;
    const label = String(value);
    return {
      label,
      work,
      prepare({ floats }) {
        const operands = shapes.map((shape) => floats(shape, gradient));
        const [x] = operands as [Tensor];
        return gradient
          ? () => grad((compute(...operands) as Tensor).sum(), [x])
          : () => compute(...operands);
      },
      because: reasonFor(label, reasons),
    };
  });
  return { name, unit, points };
}
