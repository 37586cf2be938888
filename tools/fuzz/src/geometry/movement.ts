/**
 * Views of views: a tensor whose elements are their own numbers is moved about, and the same is done here to a list of
 * those numbers. Backward, each element must get the cotangents of the places where it went.
 */
import { Sums } from "@corr2d/conformance/oracle";
import { type Backend, cat, type PadMode, pad, type Range, stack, type Tensor } from "@corr2d/core";
import * as fc from "fast-check";
import {
  expectTensor,
  finite,
  huge,
  isTriable,
  MAX_SIZE,
  make,
  numbers,
  type Operation,
  outcome,
  pick,
  type Shape,
  shape,
  sizeOf,
  type Values,
  values,
} from "./operation.ts";

/** The elements of the source that a tensor holds, by number; −1 for what padding put there. */
interface Moved {
  readonly shape: readonly number[];
  readonly from: readonly number[];
}

/** One step: which, and numbers that it reads as it needs them, whatever the rank. */
interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly n: readonly number[];
}

const KINDS = [
  "slice",
  "permute",
  "expand",
  "reshape",
  "flip",
  "tile",
  "pad",
  "cat",
  "stack",
  "narrow",
  "split",
  "unsqueeze",
  "squeeze",
  "flatten",
  "transpose",
] as const;

/** `shape` with each position read where `at` says, of x. */
function moved(x: Moved, sizes: Shape, at: (position: readonly number[]) => readonly number[] | null): Moved {
  const from: number[] = [];
  const count = sizeOf(sizes);
  const position = sizes.map(() => 0);
  for (let i = 0; i < count; i++) {
    const source = at(position);
    from.push(source === null ? -1 : x.from[source.reduce((flat, p, axis) => flat * x.shape[axis]! + p, 0)]!);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      if (++position[axis]! < sizes[axis]!) break;
      position[axis] = 0;
    }
  }
  return { shape: sizes, from };
}

/** A step as a call, and as what it must do; `either` where it may be refused, for numbers out of this world. */
interface Plan {
  readonly verdict: "result" | "refusal" | "either";
  readonly call: (x: Tensor) => Tensor;
  readonly shape: readonly number[];
  readonly model: () => Moved;
}

const isHuge = (n: number): boolean => Math.abs(n) > 2 ** 20;

/** Python's slice of one axis: start, count and step. */
function sliceOf(size: number, start: number, stop: number, step: number): [start: number, count: number] {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clip = (bound: number): number => Math.min(high, Math.max(low, bound < 0 ? bound + size : bound));
  return [clip(start), Math.max(0, Math.ceil((clip(stop) - clip(start)) / step))];
}

function permutation(rank: number, n: readonly number[]): number[] {
  const left = Array.from({ length: rank }, (_, axis) => axis);
  return Array.from({ length: rank }, (_, i) => left.splice(Math.abs(n[i]!) % left.length, 1)[0]!);
}

const MODES: readonly PadMode[] = ["constant", "reflect", "replicate", "circular"];

function padPlan(x: Moved, n: readonly number[]): Plan {
  const mode = pick(MODES, Math.abs(n[7]!) % 4);
  // From −2, so that some crop.
  const sides = x.shape.map((_, axis) => {
    const [before, after] = [n[2 * axis] ?? 0, n[2 * axis + 1] ?? 0];
    return [isHuge(before) ? before : (before % 5) - 1, isHuge(after) ? after : (after % 5) - 1] as const;
  });
  const sizes = x.shape.map((size, axis) => size + sides[axis]![0] + sides[axis]![1]);
  const flat = [...sides].reverse().flat();
  const wide = flat.some(isHuge);
  const fits = x.shape.every((size, axis) => {
    const [before, after] = sides[axis]!;
    return size + Math.min(before, after, before + after) >= 0;
  });
  const [limited, call] = [mode !== "constant", (t: Tensor): Tensor => pad(t, flat, { mode })];
  const legal = x.shape.every((size, axis) => {
    const largest = Math.max(...sides[axis]!);
    if (largest <= 0 && sides[axis]!.every((side) => side === 0)) return true;
    return mode === "reflect"
      ? largest < size
      : mode === "replicate"
        ? size > 0 || largest <= 0
        : largest <= size;
  });
  const verdict = !fits || (limited && !legal) ? "either" : wide ? "either" : limited ? "either" : "result";
  const mirror = (p: number, size: number): number => {
    const period = Math.max(1, 2 * (size - 1));
    const at = ((p % period) + period) % period;
    return at < size ? at : period - at;
  };
  return {
    verdict,
    call,
    shape: sizes,
    model: () =>
      moved(x, sizes, (position) => {
        const at = position.map((p, axis) => p - sides[axis]![0]);
        if (at.every((p, axis) => p >= 0 && p < x.shape[axis]!)) return at;
        if (mode === "constant") return null;
        return at.map((p, axis) => {
          const size = x.shape[axis]!;
          if (mode === "reflect") return mirror(p, size);
          if (mode === "replicate") return Math.min(size - 1, Math.max(0, p));
          // Cropped first: what is left goes round.
          const [start, end] = [Math.max(0, -sides[axis]![0]), size + Math.min(0, sides[axis]![1])];
          return start + ((((p - start) % (end - start)) + (end - start)) % (end - start));
        });
      }),
  };
}

function plan(x: Moved, { kind, n }: Step): Plan {
  const rank = x.shape.length;
  const axis = rank === 0 ? 0 : Math.abs(n[0]!) % rank;
  const wide = n.some(isHuge);
  const size = x.shape[axis] ?? 1;
  const sure = "result" as const;
  switch (kind) {
    case "slice": {
      const ranges = x.shape.map((size, axis): [number, number, number] => {
        const step =
          n[axis]! % 4 === 0
            ? 1
            : isHuge(n[axis]!)
              ? n[axis]!
              : (n[axis]! % 4) * (n[axis]! % 3 === 0 ? -1 : 1);
        const [a, b] = [n[(axis + 1) % 8]!, n[(axis + 2) % 8]!];
        return [isHuge(a) ? -a : (a % (size + 3)) - 1, isHuge(b) ? b : (b % (size + 4)) - 1, step];
      });
      const cut = ranges.map(([start, stop, step], axis) => sliceOf(x.shape[axis]!, start, stop, step));
      const sizes = cut.map(([, count]) => count);
      return {
        verdict: sure,
        call: (t) => t.slice(...(ranges as Range[])),
        shape: sizes,
        model: () => moved(x, sizes, (p) => p.map((i, axis) => cut[axis]![0] + i * ranges[axis]![2])),
      };
    }
    case "permute": {
      const dims = permutation(rank, n);
      const sizes = dims.map((dim) => x.shape[dim]!);
      return {
        verdict: sure,
        call: (t) => t.permute(dims),
        shape: sizes,
        model: () =>
          moved(x, sizes, (p) => {
            const at: number[] = [];
            dims.forEach((dim, i) => {
              at[dim] = p[i]!;
            });
            return at;
          }),
      };
    }
    case "transpose": {
      const other = rank === 0 ? 0 : Math.abs(n[1]!) % rank;
      const dims = x.shape.map((_, i) => (i === axis ? other : i === other ? axis : i));
      const sizes = dims.map((dim) => x.shape[dim]!);
      const model = (): Moved => moved(x, sizes, (p) => dims.map((dim) => p[dim]!));
      return { verdict: sure, call: (t) => t.transpose(axis - rank || 0, other), shape: sizes, model };
    }
    case "expand": {
      const front = Math.abs(n[0]!) % 3;
      const sizes = [
        ...n.slice(1, 1 + front).map((m) => (isHuge(m) ? m : m % 3)),
        ...x.shape.map((size, i) => (size === 1 ? (isHuge(n[i]!) ? n[i]! : n[i]! % 4) : size)),
      ];
      const model = (): Moved =>
        moved(x, sizes, (p) => p.slice(front).map((i, axis) => (x.shape[axis] === 1 ? 0 : i)));
      return {
        verdict: sizes.length > 8 ? "refusal" : wide ? "either" : sure,
        call: (t) => t.expand(sizes),
        shape: sizes,
        model,
      };
    }
    case "reshape": {
      const divisors = Array.from({ length: x.from.length }, (_, i) => i + 1).filter(
        (d) => x.from.length % d === 0,
      );
      const first = divisors.length === 0 ? 0 : divisors[Math.abs(n[0]!) % divisors.length]!;
      const rest = first === 0 ? n[1]! : x.from.length / first;
      const verdict = first === 0 && isHuge(rest) ? "either" : sure;
      return {
        verdict,
        call: (t) => t.reshape([first, first === 0 ? rest : -1]),
        shape: [first, rest],
        model: () => ({ ...x, shape: [first, rest] }),
      };
    }
    case "flip": {
      const dims = x.shape.map((_, axis) => axis).filter((axis) => n[axis]! % 2 === 0);
      const model = (): Moved =>
        moved(x, x.shape, (p) => p.map((i, axis) => (dims.includes(axis) ? x.shape[axis]! - 1 - i : i)));
      return { verdict: sure, call: (t) => t.flip(dims), shape: x.shape, model };
    }
    case "tile": {
      const times = x.shape.map((_, axis) => (isHuge(n[axis]!) ? n[axis]! : n[axis]! % 3));
      const sizes = x.shape.map((size, axis) => size * times[axis]!);
      const model = (): Moved => moved(x, sizes, (p) => p.map((i, axis) => i % x.shape[axis]!));
      return { verdict: wide || rank > 4 ? "either" : sure, call: (t) => t.tile(times), shape: sizes, model };
    }
    case "pad":
      return rank > 4 ? plan(x, { kind: "flip", n }) : padPlan(x, n);
    case "cat": {
      if (rank === 0) return plan(x, { kind: "stack", n });
      const sizes = x.shape.map((size, i) => (i === axis ? 2 * size : size));
      const model = (): Moved => moved(x, sizes, (p) => p.map((i, at) => (at === axis ? i % size : i)));
      return { verdict: sure, call: (t) => cat([t, t], axis), shape: sizes, model };
    }
    case "stack": {
      const sizes = [...x.shape.slice(0, axis), 2, ...x.shape.slice(axis)];
      const model = (): Moved => moved(x, sizes, (p) => p.filter((_, at) => at !== axis));
      return {
        verdict: sizes.length > 8 ? "refusal" : sure,
        call: (t) => stack([t, t], axis),
        shape: sizes,
        model,
      };
    }
    case "narrow": {
      const [start, count] = [
        isHuge(n[1]!) ? n[1]! : n[1]! % (size + 1),
        isHuge(n[2]!) ? n[2]! : n[2]! % (size + 1),
      ];
      if (rank === 0) return plan(x, { kind: "flip", n });
      const sizes = x.shape.map((size, i) => (i === axis ? count : size));
      const model = (): Moved => moved(x, sizes, (p) => p.map((i, at) => (at === axis ? start + i : i)));
      return {
        verdict: start + count > size ? "refusal" : sure,
        call: (t) => t.narrow(axis, start, count),
        shape: sizes,
        model,
      };
    }
    case "split": {
      if (rank === 0 || size === 0) return plan(x, { kind: "flip", n });
      // Of a huge axis without cells few parts, each of which is a tensor.
      const each = isHuge(n[1]!) ? n[1]! : Math.ceil(size / 50) + (n[1]! % (size + 1));
      const sizes = x.shape.map((size, i) => (i === axis ? Math.min(each, size) : size));
      return {
        verdict: sure,
        call: (t) => t.split(each, axis)[0]!,
        shape: sizes,
        model: () => moved(x, sizes, (p) => p),
      };
    }
    case "unsqueeze": {
      const sizes = [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)];
      return {
        verdict: sizes.length > 8 ? "refusal" : sure,
        call: (t) => t.unsqueeze(axis),
        shape: sizes,
        model: () => ({ ...x, shape: sizes }),
      };
    }
    case "squeeze": {
      const sizes = x.shape.filter((size) => size !== 1);
      return { verdict: sure, call: (t) => t.squeeze(), shape: sizes, model: () => ({ ...x, shape: sizes }) };
    }
    case "flatten": {
      const sizes = rank === 0 ? [1] : [...x.shape.slice(0, axis), sizeOf(x.shape.slice(axis))];
      return {
        verdict: sure,
        call: (t) => t.flatten(axis),
        shape: sizes,
        model: () => ({ ...x, shape: sizes }),
      };
    }
  }
}

interface Movement {
  readonly shape: readonly number[];
  readonly steps: readonly Step[];
  readonly values: Values;
}

export const movement = (wide: boolean): Operation<Movement> => {
  const usual = fc.integer({ min: 0, max: 40 });
  const number = wide ? fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: huge }) : usual;
  return {
    name: "movement",
    cases: fc.record({
      shape: shape(4, 4),
      steps: fc.array(
        fc.record({ kind: fc.constantFrom(...KINDS), n: fc.array(number, { minLength: 8, maxLength: 8 }) }),
        { minLength: 1, maxLength: 4 },
      ),
      values,
    }),
    run: runMovement,
  };
};

function runMovement({ shape, steps, values: given }: Movement, backend: Backend): void {
  const count = sizeOf(shape);
  const data = Float32Array.from({ length: count }, (_, i) => i + 1);
  const x = make(backend, data, shape, true);
  let [y, expected]: [Tensor, Moved] = [x, { shape, from: Array.from(data, (_, i) => i) }];
  for (const step of steps) {
    const { verdict, call, shape: sizes, model } = plan(expected, step);
    if (
      !isTriable(sizeOf(sizes)) ||
      (sizeOf(sizes) * expected.shape.length > 2 ** 14 && sizeOf(sizes) < 2 ** 31)
    )
      return;
    const tooLong = sizes.some((n) => n > MAX_SIZE) || sizeOf(sizes) > MAX_SIZE;
    const next = outcome(tooLong ? "either" : verdict, () => call(y));
    if (next === null) return;
    expected = model();
    y = next;
    const values = expected.from.map((at) => (at < 0 ? 0 : data[at]!));
    expectTensor(step.kind, y, expected.shape, { values, bits: true });
  }
  const g = numbers(finite(given), 1, expected.from.length);
  y.backward(make(backend, g, expected.shape));
  const sums = new Sums(count);
  expected.from.forEach((at, i) => {
    if (at >= 0) sums.add(at, g[i]!);
  });
  expectTensor("x.grad", x.grad!, shape, sums.expected("float32"));
}
