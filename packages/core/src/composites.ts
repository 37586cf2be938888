/**
 * The composites' defaults: what each operation means, written in the primitives.
 *
 * They are the definition as much as the fall-back: a backend that overrides one must agree with it. The
 * correlation triple is padding, an im2col view and one matmul, read forwards or backwards; the pools and
 * softmax follow from it and the reductions. Temporaries are freed as soon as they are used.
 *
 * Source of im2col: Chellapilla, Puri & Simard 2006, "High Performance Convolutional Neural Networks for
 * Document Processing".
 */
import type {
  AveragePool,
  BinaryOp,
  Composites,
  DType,
  Primitives,
  StorageMembers,
  StridedView,
  TypedArray,
  Window2d,
} from "./backend.ts";
import { mapAxes, type Shape, sizeOf, stridesOf } from "./shape.ts";

/** What the defaults may call: the primitives and, where a backend overrides them, its own composites. */
export type CompositeHost<H> = StorageMembers<H> & Primitives<H> & Composites<H>;

export function arrayOf(dtype: DType, size: number): TypedArray {
  if (dtype === "float32") return new Float32Array(size);
  return dtype === "float64" ? new Float64Array(size) : new Int32Array(size);
}

/** The padded input's rows and columns that the windows can reach: at least the padded input (ceil mode may overhang). */
function paddedSize(w: Window2d): [height: number, width: number] {
  const reachHeight = (w.outputHeight - 1) * w.strideHeight + (w.kernelHeight - 1) * w.dilationHeight + 1;
  const reachWidth = (w.outputWidth - 1) * w.strideWidth + (w.kernelWidth - 1) * w.dilationWidth + 1;
  return [
    Math.max(w.padTop + w.inputHeight + w.padBottom, reachHeight),
    Math.max(w.padLeft + w.inputWidth + w.padRight, reachWidth),
  ];
}

/** Where the input lies in the padded input, or null when nothing is padded. */
function embedView(w: Window2d): StridedView | null {
  const [height, width] = paddedSize(w);
  if (height === w.inputHeight && width === w.inputWidth) return null;
  const planes = w.batch * w.inChannels;
  return {
    shape: [planes, w.inputHeight, w.inputWidth],
    strides: [height * width, width, 1],
    offset: w.padTop * width + w.padLeft,
    sourceSize: planes * height * width,
  };
}

/** im2col: the padded input seen as [groups, channels per group, kH, kW, batch, oH, oW]. */
function columnsView(w: Window2d): StridedView {
  const [height, width] = paddedSize(w);
  const plane = height * width;
  const channels = w.inChannels / w.groups;
  return {
    shape: [w.groups, channels, w.kernelHeight, w.kernelWidth, w.batch, w.outputHeight, w.outputWidth],
    strides: [
      channels * plane,
      plane,
      w.dilationHeight * width,
      w.dilationWidth,
      w.inChannels * plane,
      w.strideHeight * width,
      w.strideWidth,
    ],
    offset: 0,
    sourceSize: w.batch * w.inChannels * plane,
  };
}

/** The first two axes of a [a, b, rest…] tensor swapped. */
function swapView(a: number, b: number, rest: number): StridedView {
  return { shape: [b, a, rest], strides: [rest, b * rest, 1], offset: 0, sourceSize: a * b * rest };
}

/** For every window and cell of it: 1 where the cell lies in the input, and its flat position in the plane (0 outside). */
function windowCells(w: Window2d): { inside: Int32Array; position: Int32Array } {
  const cells = w.kernelHeight * w.kernelWidth;
  const inside = new Int32Array(w.outputHeight * w.outputWidth * cells);
  const position = new Int32Array(inside.length);
  let i = 0;
  for (let oy = 0; oy < w.outputHeight; oy++) {
    for (let ox = 0; ox < w.outputWidth; ox++) {
      for (let ky = 0; ky < w.kernelHeight; ky++) {
        const y = oy * w.strideHeight - w.padTop + ky * w.dilationHeight;
        for (let kx = 0; kx < w.kernelWidth; kx++, i++) {
          const x = ox * w.strideWidth - w.padLeft + kx * w.dilationWidth;
          if (y < 0 || y >= w.inputHeight || x < 0 || x >= w.inputWidth) continue;
          inside[i] = 1;
          position[i] = y * w.inputWidth + x;
        }
      }
    }
  }
  return { inside, position };
}

/**
 * What average pooling divides each window's sum by, [oH, oW] row-major. In ceil mode the part of a window beyond
 * the padding never counts, as in PyTorch.
 */
export function averageDivisors(w: Window2d, average: AveragePool): Float64Array {
  const out = new Float64Array(w.outputHeight * w.outputWidth);
  const along = (
    o: number,
    stride: number,
    kernel: number,
    dilation: number,
    before: number,
    size: number,
    after: number,
  ) => {
    let count = 0;
    for (let k = 0; k < kernel; k++) {
      const at = o * stride - before + k * dilation;
      const inside = average.countIncludePad ? at < size + after : at >= 0 && at < size;
      if (inside) count++;
    }
    return count;
  };
  for (let oy = 0; oy < w.outputHeight; oy++) {
    const rows = along(
      oy,
      w.strideHeight,
      w.kernelHeight,
      w.dilationHeight,
      w.padTop,
      w.inputHeight,
      w.padBottom,
    );
    for (let ox = 0; ox < w.outputWidth; ox++) {
      const columns = along(
        ox,
        w.strideWidth,
        w.kernelWidth,
        w.dilationWidth,
        w.padLeft,
        w.inputWidth,
        w.padRight,
      );
      out[oy * w.outputWidth + ox] = average.divisorOverride ?? rows * columns;
    }
  }
  return out;
}

/** The defaults over `host`, which must be complete by the time one of them runs. */
export function defaultComposites<H>(host: CompositeHost<H>): Composites<H> {
  /** Frees the temporaries and hands the result on. */
  const done = (result: H, ...temporaries: readonly (H | null)[]): H => {
    for (const handle of temporaries) if (handle !== null) host.free(handle);
    return result;
  };

  const pad = (x: H, w: Window2d, dtype: DType): H | null => {
    const view = embedView(w);
    return view === null ? null : host.stridedAdd(x, view, dtype);
  };

  /** [N, G·Og, P] as [G·Og, N, P], so that each group's rows are one matrix [Og, N·P]; null when N is 1. */
  const channelsFirst = (g: H, w: Window2d, dtype: DType): H | null =>
    w.batch === 1
      ? null
      : host.strided(g, swapView(w.batch, w.outChannels, w.outputHeight * w.outputWidth), dtype);

  /** An elementwise operation with a smaller operand that broadcasts. */
  const broadcast = (op: BinaryOp, a: H, shape: Shape, b: H, shapeB: Shape, dtype: DType): H =>
    host.binary(op, a, shape, b, shapeB, shape, dtype);

  const onesKernel = (w: Window2d, dtype: DType): H =>
    host.fill(1, w.outChannels * w.kernelHeight * w.kernelWidth, dtype);

  const outputShape = (w: Window2d): number[] => [w.batch * w.outChannels, w.outputHeight, w.outputWidth];

  /** g / divisor, the divisors broadcast over batch and channels. */
  const divide = (g: H, w: Window2d, average: AveragePool, dtype: DType): H => {
    const values = arrayOf(dtype, w.outputHeight * w.outputWidth);
    values.set(averageDivisors(w, average));
    const divisors = host.upload(values);
    return done(
      broadcast("div", g, outputShape(w), divisors, [1, w.outputHeight, w.outputWidth], dtype),
      divisors,
    );
  };

  /** x − max(x), the exponentials' safe argument. */
  const shifted = (x: H, shape: Shape, keep: Shape, dtype: DType): H => {
    const max = host.reduce("max", x, shape, [1], dtype);
    return done(broadcast("sub", x, shape, max, keep, dtype), max);
  };

  return {
    fill(value, size, dtype) {
      if (size === 0) return host.upload(arrayOf(dtype, 0));
      const one = host.upload(arrayOf(dtype, 1).fill(value));
      if (size === 1) return one;
      return done(host.strided(one, { shape: [size], strides: [0], offset: 0, sourceSize: 1 }, dtype), one);
    },

    corr2d(x, kernel, w, dtype) {
      const padded = pad(x, w, dtype);
      const columns = host.strided(padded ?? x, columnsView(w), dtype);
      const product = host.matmul(
        kernel,
        columns,
        {
          batch: w.groups,
          rows: w.outChannels / w.groups,
          inner: (w.inChannels / w.groups) * w.kernelHeight * w.kernelWidth,
          columns: w.batch * w.outputHeight * w.outputWidth,
          transposeA: false,
          transposeB: false,
        },
        dtype,
      );
      if (w.batch === 1) return done(product, padded, columns);
      const view = swapView(w.outChannels, w.batch, w.outputHeight * w.outputWidth);
      return done(host.strided(product, view, dtype), padded, columns, product);
    },

    corr2dInput(g, kernel, w, dtype) {
      const rows = channelsFirst(g, w, dtype);
      const columns = host.matmul(
        kernel,
        rows ?? g,
        {
          batch: w.groups,
          rows: (w.inChannels / w.groups) * w.kernelHeight * w.kernelWidth,
          inner: w.outChannels / w.groups,
          columns: w.batch * w.outputHeight * w.outputWidth,
          transposeA: true,
          transposeB: false,
        },
        dtype,
      );
      const padded = host.stridedAdd(columns, columnsView(w), dtype);
      const embed = embedView(w);
      if (embed === null) return done(padded, rows, columns);
      return done(host.strided(padded, embed, dtype), rows, columns, padded);
    },

    corr2dKernel(x, g, w, dtype) {
      const padded = pad(x, w, dtype);
      const columns = host.strided(padded ?? x, columnsView(w), dtype);
      const rows = channelsFirst(g, w, dtype);
      const product = host.matmul(
        rows ?? g,
        columns,
        {
          batch: w.groups,
          rows: w.outChannels / w.groups,
          inner: w.batch * w.outputHeight * w.outputWidth,
          columns: (w.inChannels / w.groups) * w.kernelHeight * w.kernelWidth,
          transposeA: false,
          transposeB: true,
        },
        dtype,
      );
      return done(product, padded, columns, rows);
    },

    corr2dBias(x, kernel, bias, w, dtype) {
      const out = host.corr2d(x, kernel, w, dtype);
      const shape = [w.batch, w.outChannels, w.outputHeight * w.outputWidth];
      return done(broadcast("add", out, shape, bias, [1, w.outChannels, 1], dtype), out);
    },

    maxPool2d(x, w, dtype) {
      const planes = w.batch * w.inChannels;
      const windows = w.outputHeight * w.outputWidth;
      const cells = w.kernelHeight * w.kernelWidth;
      const shape = [planes, windows, cells];
      const tableShape = [1, windows, cells];
      const winnerShape = [planes, windows, 1];
      const { inside, position } = windowCells(w);
      const insideTable = host.upload(inside);

      const padded = pad(x, w, dtype);
      const view = columnsView({ ...w, groups: 1, batch: 1, inChannels: planes, outChannels: planes });
      const [, , kh, kw, , oh, ow] = view.strides as [number, number, number, number, number, number, number];
      const cellsView = {
        shape: [planes, w.outputHeight, w.outputWidth, w.kernelHeight, w.kernelWidth],
        strides: [view.sourceSize / planes, oh, ow, kh, kw],
        offset: 0,
        sourceSize: view.sourceSize,
      };
      const all = host.strided(padded ?? x, cellsView, dtype);
      const lowest = host.fill(Number.NEGATIVE_INFINITY, 1, dtype);
      const candidates = host.select(insideTable, tableShape, all, shape, lowest, [1, 1, 1], shape, dtype);
      const values = host.reduce("max", candidates, shape, [2], dtype);

      // The winner is the first cell in range that equals the maximum, or the first NaN where the maximum is NaN:
      // argmax alone would pick a padded cell when a whole window holds −∞.
      const matches = broadcast("equal", candidates, shape, values, winnerShape, dtype);
      const nans = host.binary("notEqual", candidates, shape, candidates, shape, shape, dtype);
      const either = host.binary("maximum", matches, shape, nans, shape, shape, "int32");
      const scores = broadcast("mul", either, shape, insideTable, tableShape, "int32");
      const winner = host.reduce("argmax", scores, shape, [2], "int32");
      const positionTable = host.upload(position);
      const everyTable = host.strided(
        positionTable,
        { shape, strides: [0, cells, 1], offset: 0, sourceSize: windows * cells },
        "int32",
      );
      const indices = host.gather(
        everyTable,
        winner,
        { outer: planes * windows, length: cells, inner: 1, count: 1 },
        "int32",
      );
      done(indices, insideTable, padded, all, lowest, candidates, matches, nans, either, scores, winner);
      done(indices, positionTable, everyTable);
      return [values, indices];
    },

    avgPool2d(x, w, average, dtype) {
      const ones = onesKernel(w, dtype);
      const sums = host.corr2d(x, ones, w, dtype);
      return done(divide(sums, w, average, dtype), ones, sums);
    },

    avgPool2dInput(g, w, average, dtype) {
      const ones = onesKernel(w, dtype);
      const shares = divide(g, w, average, dtype);
      return done(host.corr2dInput(shares, ones, w, dtype), ones, shares);
    },

    softmax(x, outer, length, inner, dtype) {
      const shape = [outer, length, inner];
      const keep = [outer, 1, inner];
      const safe = shifted(x, shape, keep, dtype);
      const powers = host.unary("exp", safe, sizeOf(shape), dtype);
      const sums = host.reduce("sum", powers, shape, [1], dtype);
      return done(broadcast("div", powers, shape, sums, keep, dtype), safe, powers, sums);
    },

    logSoftmax(x, outer, length, inner, dtype) {
      const shape = [outer, length, inner];
      const keep = [outer, 1, inner];
      const safe = shifted(x, shape, keep, dtype);
      const powers = host.unary("exp", safe, sizeOf(shape), dtype);
      const sums = host.reduce("sum", powers, shape, [1], dtype);
      const logs = host.unary("log", sums, outer * inner, dtype);
      return done(broadcast("sub", safe, shape, logs, keep, dtype), safe, powers, sums, logs);
    },

    activationGrad(op, y, g, size, dtype) {
      const shape = [size];
      if (op === "relu") {
        const zero = host.fill(0, 1, dtype);
        const off = broadcast("lessEqual", y, shape, zero, [1], dtype);
        return done(host.select(off, shape, zero, [1], g, shape, shape, dtype), zero, off);
      }
      const one = host.fill(1, 1, dtype);
      // sigmoid' = y (1 − y); tanh' = 1 − y².
      let slope: H;
      if (op === "sigmoid") {
        const rest = host.binary("sub", one, [1], y, shape, shape, dtype);
        slope = done(host.binary("mul", y, shape, rest, shape, shape, dtype), rest);
      } else {
        const square = host.unary("square", y, size, dtype);
        slope = done(host.binary("sub", one, [1], square, shape, shape, dtype), square);
      }
      return done(host.binary("mul", g, shape, slope, shape, shape, dtype), one, slope);
    },

    addScaled(a, scaleA, b, scaleB, size, dtype) {
      const shape = [size];
      const scaled = (x: H, scale: number): H => {
        const factor = host.fill(scale, 1, dtype);
        return done(broadcast("mul", x, shape, factor, [1], dtype), factor);
      };
      const left = scaled(a, scaleA);
      const right = scaled(b, scaleB);
      return done(host.binary("add", left, shape, right, shape, shape, dtype), left, right);
    },
  };
}

/** The strides of `shape` with 0 along the axes where it is 1 and `out` is not: how an operand broadcasts to `out`. */
export function broadcastStrides(shape: Shape, out: Shape): number[] {
  return mapAxes(stridesOf(shape), (stride, axis) => (shape[axis] === 1 && out[axis] !== 1 ? 0 : stride));
}
