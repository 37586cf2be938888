/** Work cut into pieces, the last of which is forgotten. */
import type { TypedArray } from "@corr2d/core";
import { detour, type Mutant, memory, spoil } from "./mutant.ts";
import { sumsOf } from "./numbers.ts";

type Zero = Parameters<typeof spoil>[1];

/** The last elements of a result not computed where `applies` says so. */
const short = (
  member: Parameters<typeof spoil>[0],
  count: (size: number) => number,
  applies: (args: Parameters<Zero>[1], size: number) => boolean,
): Mutant["mutate"] =>
  spoil(member, (result, args) => {
    if (applies(args, result.length)) result.fill(0, result.length - count(result.length));
  });

const remainder = (of: number) => (size: number) => size % of;
const past = (cut: number) => (_: unknown, size: number) => size > cut;
/** Past a cut for one op. */
const ofOp =
  (op: string, cut: number) =>
  (args: readonly unknown[], size: number): boolean =>
    args[0] === op && size > cut;

export const SIZE_MUTANTS: readonly Mutant[] = [
  {
    name: "exp, unrolled by four, forgets its tail beyond 64",
    killedBy: "unary/exp/float32/sizes",
    mutate: short("unary", remainder(4), ofOp("exp", 64)),
  },
  {
    name: "tanh, unrolled by four, forgets its tail beyond 1,024",
    killedBy: "unary/tanh/float64/sizes",
    mutate: short("unary", remainder(4), ofOp("tanh", 1024)),
  },
  {
    name: "abs of more than 65,535 elements counts in 16 bits",
    killedBy: "unary/abs/float32/sizes",
    mutate: short("unary", (size) => size - (size % 65_536), ofOp("abs", 65_536)),
  },
  {
    name: "mul, unrolled by eight, forgets its tail beyond 256",
    killedBy: "binary/mul/int32/sizes",
    mutate: short("binary", remainder(8), ofOp("mul", 256)),
  },
  {
    name: "a scalar on the right of more than 128 is not met by the last",
    killedBy: "binary/broadcast/float32/sizes,scalar-right",
    mutate: short(
      "binary",
      remainder(128),
      ([, , , , shapeB], size) => shapeB.length === 1 && shapeB[0] === 1 && size > 128,
    ),
  },
  {
    name: "rows of more than 1,024 are spread in whole blocks",
    killedBy: "binary/broadcast/int32/sizes,row-left",
    mutate: short("binary", remainder(1024), ([, , a, , b]) => a.length === 2 && a[0] === 1 && b[1] > 1024),
  },
  {
    name: "channels past 255 counted in a byte",
    killedBy: "binary/broadcast/float64/sizes,channel-right",
    mutate: short(
      "binary",
      () => 3,
      ([, , , , b]) => b.length === 3 && b[1] > 256 && b[0] === 1,
    ),
  },
  {
    name: "select, unrolled by four, forgets its tail beyond 4,096",
    killedBy: "select/float32/sizes,same",
    mutate: short("select", remainder(4), past(4096)),
  },
  {
    name: "select by a scalar condition in whole blocks of 64",
    killedBy: "select/int32/sizes,scalar-condition",
    mutate: short(
      "select",
      remainder(64),
      ([, condition], size) => condition.length === 1 && condition[0] === 1 && size > 64,
    ),
  },
  {
    name: "a sum of more than 4,096 leaves out its remainder",
    killedBy: "reduce/sum/float32/sizes,whole",
    mutate: (right) => ({
      reduce(op, x, shape, axes, dtype) {
        const length = shape[axes[0]!]!;
        if (op !== "sum" || shape.length !== 1 || length <= 4096)
          return right.reduce(op, x, shape, axes, dtype);
        const cut = length - (length % 16);
        const part = right.strided(x, { shape: [cut], strides: [1], offset: 0, sourceSize: length }, dtype);
        const out = right.reduce(op, part, [cut], axes, dtype);
        right.free(part);
        return out;
      },
    }),
  },
  {
    name: "a maximum of more than 64 along an inner axis leaves out the last",
    killedBy: "reduce/max/float32/sizes,inner",
    mutate: (right) => ({
      reduce(op, x, shape, axes, dtype) {
        const [rows, length] = shape as [number, number];
        if (op !== "max" || shape.length !== 2 || axes[0] !== 1 || length <= 64)
          return right.reduce(op, x, shape, axes, dtype);
        const view = {
          shape: [rows, length - 1],
          strides: [length, 1],
          offset: 0,
          sourceSize: rows * length,
        };
        const part = right.strided(x, view, dtype);
        const out = right.reduce(op, part, view.shape, axes, dtype);
        right.free(part);
        return out;
      },
    }),
  },
  {
    name: "argmin past 255 counts in a byte",
    killedBy: "reduce/argmin/int32/sizes,middle",
    mutate: spoil("reduce", (result, [op, , , axes]) => {
      if (op === "argmin" && axes[0] === 1) for (let i = 0; i < result.length; i++) result[i]! &= 255;
    }),
  },
  {
    name: "results of a reduction past 1,024 in whole blocks",
    killedBy: "reduce/min/float64/sizes,many-outer",
    mutate: short(
      "reduce",
      remainder(64),
      ([op, , , axes], size) => op === "min" && axes[0] === 0 && size > 1024,
    ),
  },
  {
    name: "two axes past 128 in whole blocks",
    killedBy: "reduce/prod/float32/sizes,two-axes",
    mutate: short(
      "reduce",
      remainder(128),
      ([op, , , axes], size) => op === "prod" && axes.length === 2 && size > 128,
    ),
  },
  {
    name: "a transposition in whole tiles of 32 beyond 256",
    killedBy: "strided/float32/sizes,transpose-wide",
    mutate: short(
      "strided",
      remainder(32),
      ([, { shape, strides }]) => shape.length === 2 && strides[0] === 1 && shape[0] > 256,
    ),
  },
  {
    name: "a copy of more than 65,535 elements counts in 16 bits",
    killedBy: "strided/int32/sizes,copy",
    mutate: short("strided", (size) => size - 65_535, past(65_535)),
  },
  {
    name: "stridedAdd forgets its tail beyond 4,096",
    killedBy: "stridedAdd/float64/sizes,flip",
    mutate: short("stridedAdd", remainder(4), ([, { strides }], size) => strides[0] === -1 && size > 4096),
  },
  {
    name: "gather of more than 128 indices in whole blocks",
    killedBy: "gather/float32/sizes,count",
    mutate: short("gather", remainder(128), past(128)),
  },
  {
    name: "gather from axes past 255 by a byte",
    killedBy: "gather/int32/sizes,length",
    mutate: detour("gather", [1], (index) => index & 255),
  },
  {
    name: "scatterAdd of rows wider than 256 in whole vectors",
    killedBy: "scatterAdd/float32/sizes,inner",
    mutate: short("scatterAdd", remainder(4), ([, , { inner }]) => inner > 256),
  },
  {
    name: "matmul of more than 64 rows in whole tiles",
    killedBy: "matmul/float32/sizes,rows,nn",
    mutate: short(
      "matmul",
      () => 1,
      ([, , { rows }]) => rows > 64 && rows % 4 !== 0,
    ),
  },
  {
    name: "matmul sums at most 1,024 terms",
    killedBy: "matmul/float64/sizes,inner,tt",
    mutate: (right) => ({
      matmul(a, b, size, dtype) {
        if (size.batch !== 1 || size.inner <= 1024 || !size.transposeA)
          return right.matmul(a, b, size, dtype);
        // Transposed, the first of a's inner rows lie together; so do those of b, seen as its rows.
        const { rows, inner, columns } = size;
        const left = { shape: [1024, rows], strides: [rows, 1], offset: 0, sourceSize: rows * inner };
        const strides = size.transposeB ? [inner, 1] : [1, columns];
        const other = { shape: [columns, 1024], strides, offset: 0, sourceSize: columns * inner };
        const [shortA, shortB] = [right.strided(a, left, dtype), right.strided(b, other, dtype)];
        const out = right.matmul(shortA, shortB, { ...size, inner: 1024, transposeB: true }, dtype);
        right.free(shortA);
        right.free(shortB);
        return out;
      },
    }),
  },
  {
    name: "a batch of more than 255 products counted in a byte",
    killedBy: "matmul/float32/sizes,batch,nn",
    mutate: short(
      "matmul",
      () => 4,
      ([, , { batch }]) => batch > 255,
    ),
  },
  {
    name: "the corner past a block of 64 × 64 not computed",
    killedBy: "matmul/float64/past-blocks,nt",
    mutate: short(
      "matmul",
      () => 1,
      ([, , { rows, columns }]) => rows > 64 && columns > 64,
    ),
  },
  {
    name: "fill of more than 65,535 counts in 16 bits",
    killedBy: "fill/int32/sizes",
    mutate: short("fill", (size) => size - 65_535, past(65_535)),
  },
  {
    name: "softmax of more than 1,024 rows in whole blocks",
    killedBy: "softmax/float32/sizes,outer",
    mutate: short(
      "softmax",
      () => 3,
      ([, outer]) => outer > 1024,
    ),
  },
  {
    name: "logSoftmax of rows longer than 256 in whole vectors",
    killedBy: "logSoftmax/float64/sizes,length",
    mutate: short(
      "logSoftmax",
      () => 1,
      ([, , length]) => length > 256 && length % 2 === 1,
    ),
  },
  {
    name: "activationGrad forgets its tail beyond 64",
    killedBy: "activationGrad/tanh/float32/sizes",
    mutate: short("activationGrad", remainder(4), ofOp("tanh", 64)),
  },
  {
    name: "gatherSum of more than 256 terms stops there",
    killedBy: "gatherSum/float32/sizes,taps",
    mutate: (right) => ({
      gatherSum(x, index, weights, size, taps, dtype) {
        if (taps <= 256) return right.gatherSum(x, index, weights, size, taps, dtype);
        const shorter = memory(index).map((cell, at) => (at % taps < 256 ? cell : -1)) as Int32Array;
        return right.gatherSum(x, right.upload(shorter), weights, size, taps, dtype);
      },
    }),
  },
  {
    name: "gatherSum forgets its last column beyond 64",
    killedBy: "gatherSum/float64/sizes,inner",
    mutate: short(
      "gatherSum",
      () => 1,
      ([, , , { inner }]) => inner > 64,
    ),
  },
  {
    name: "normalize forgets the tail of what is longer than 256",
    killedBy: "normalize/float32/sizes,layer",
    mutate: short("normalize", remainder(4), ([, , , { inner }]) => inner > 256),
  },
  {
    name: "normalizeInput of more than 64 cells forgets the last",
    killedBy: "normalizeInput/float64/sizes,cells",
    mutate: short(
      "normalizeInput",
      () => 1,
      ([, , , , { cells }]) => cells > 64,
    ),
  },
  {
    name: "normalizeGrads of more than 1,024 rows leaves out the last",
    killedBy: "normalizeGrads/float32/sizes,rows",
    mutate: sumsOf(
      (at, { groups, inner }) => at < (groups - 1) * inner,
      ({ groups, cells }) => cells === 1 && groups > 1024,
    ),
  },
  {
    name: "addScaled forgets its tail beyond 1,024",
    killedBy: "addScaled/float64/sizes",
    mutate: short("addScaled", remainder(4), past(1024)),
  },
  {
    name: "pooling of more than 64 planes in whole blocks",
    killedBy: "maxPool2d/float32/sizes,channels",
    mutate: short(
      "maxPool2d",
      () => 2,
      (_, size) => size > 128,
    ),
  },
  {
    name: "averages of windows of more than 255 cells count in a byte",
    killedBy: "avgPool2d/float64/sizes,window-width",
    mutate: spoil("avgPool2d", (result, [, window]) => {
      const cells = window.axes[0].kernel * window.axes[1].kernel;
      if (cells > 255) for (let i = 0; i < result.length; i++) result[i]! *= cells / 255;
    }),
  },
  {
    name: "the adjoint of an average leaves out columns past 1,024",
    killedBy: "avgPool2dInput/float32/sizes,width",
    mutate: short(
      "avgPool2dInput",
      () => 1,
      (_, size) => size > 2048,
    ),
  },
  {
    name: "a cast, unrolled by eight, forgets its tail beyond 1,024",
    killedBy: "cast/float32,int32/sizes",
    mutate: short("cast", remainder(8), past(1024)),
  },
  {
    name: "a cast of more than 65,535 elements counts in 16 bits",
    killedBy: "cast/int32,float32/sizes",
    mutate: short("cast", (size) => size - 65_535, past(65_535)),
  },
  {
    name: "a cast to the same dtype copies whole blocks of 256",
    killedBy: "cast/int32,int32/sizes",
    mutate: short("cast", remainder(256), ([, size, from, to]) => from === to && size > 256),
  },
  {
    name: "concat of parts longer than 1,024 in whole blocks",
    killedBy: "concat/float32/sizes,last",
    mutate: short("concat", remainder(64), ([, lengths]) => lengths[1] > 1024),
  },
  {
    name: "concat of rows past 128 not copied",
    killedBy: "concat/int32/sizes,outer",
    mutate: short(
      "concat",
      () => 3,
      ([, , outer]) => outer > 128,
    ),
  },
  {
    name: "concat of inner runs longer than 4,096 in whole vectors",
    killedBy: "concat/float64/sizes,inner",
    mutate: short("concat", remainder(4), ([, , , inner]) => inner > 4096),
  },
  {
    name: "parts of concat counted in a byte",
    killedBy: "concat/float32/sizes,parts",
    mutate: short(
      "concat",
      () => 2,
      ([parts]) => parts.length > 255,
    ),
  },
  {
    name: "a read into an array of more than 65,535 elements counts in 16 bits",
    killedBy: "read/float32/sizes",
    mutate: (right) => ({
      async read(handle, size, dtype, into) {
        const data = await right.read(handle, size, dtype, into);
        return into === undefined ? data : (data.fill(0, 65_535) as TypedArray);
      },
    }),
  },
  {
    name: "more than 1,024 elements read at once in whole blocks",
    killedBy: "readSync/int32/sizes",
    mutate: (right) => ({
      readSync: (handle, size, dtype, into) =>
        right.readSync!(handle, size, dtype, into).fill(
          0,
          size > 1024 ? size - (size % 256) : size,
        ) as TypedArray,
    }),
  },
];
