/** Copies that are none: −0, subnormals and low bits lost, or a detour through another dtype. */
import type { DType, TypedArray } from "@corr2d/core";
import { detour, forDType, type Mutant, spoil, spoilEach } from "./mutant.ts";

const plusZero = (value: number): number => value + 0;
const flushed = (value: number): number => (Math.abs(value) < 2 ** -126 ? 0 : value);
const finite = (value: number): number => Math.max(-3.4e38, Math.min(3.4e38, value));
const [floats, int32, float64] = [forDType("float32"), forDType("int32"), forDType("float64")];

/** What is read, changed where `applies` says so. */
const reading =
  (
    way: "read" | "readSync",
    of: DType,
    change: (value: number) => number,
    applies: (size: number, into: TypedArray | undefined) => boolean,
  ): Mutant["mutate"] =>
  (right) => {
    const changed = (data: TypedArray, into?: TypedArray): TypedArray => {
      if (applies(data.length, into)) for (let i = 0; i < data.length; i++) data[i] = change(data[i]!);
      return data;
    };
    return way === "read"
      ? {
          async read(handle, size, dtype, into) {
            const data = await right.read(handle, size, dtype, into);
            return dtype === of ? changed(data, into) : data;
          },
        }
      : {
          readSync(handle, size, dtype, into) {
            const data = right.readSync!(handle, size, dtype, into);
            return dtype === of ? changed(data, into) : data;
          },
        };
  };

export const COPY_MUTANTS: readonly Mutant[] = [
  {
    name: "strided loses the sign of −0",
    killedBy: "strided/float32/copy",
    mutate: spoilEach("strided", plusZero),
  },
  {
    name: "strided loses the sign of −0 where it transposes",
    killedBy: "strided/float64/transpose",
    mutate: spoilEach("strided", plusZero, (_, view) => view.strides[0] === 1 && view.shape.length === 2),
  },
  {
    name: "strided flushes subnormals",
    killedBy: "strided/float32/flip",
    mutate: spoilEach("strided", flushed, floats),
  },
  {
    name: "strided clamps infinities",
    killedBy: "strided/float32/overlapping-windows",
    mutate: spoilEach("strided", finite, floats),
  },
  {
    name: "strided copies int32 as float32",
    killedBy: "strided/int32/permute",
    mutate: detour("strided", [0], Math.fround, int32),
  },
  {
    name: "strided copies float64 as float32",
    killedBy: "strided/float64/slice",
    mutate: detour("strided", [0], Math.fround, float64),
  },
  {
    name: "an expanded scalar is rounded",
    killedBy: "strided/int32/fill",
    mutate: detour("strided", [0], Math.fround, (_, view) => view.sourceSize === 1),
  },
  {
    name: "gather loses the sign of −0",
    killedBy: "gather/float32/middle",
    mutate: spoilEach("gather", plusZero),
  },
  {
    name: "gather flushes subnormals",
    killedBy: "gather/float32/one-axis",
    mutate: spoilEach("gather", flushed, floats),
  },
  {
    name: "gather copies int32 as float32",
    killedBy: "gather/int32/rows",
    mutate: detour("gather", [0], Math.fround, int32),
  },
  {
    name: "gather copies float64 as float32",
    killedBy: "gather/float64/columns",
    mutate: detour("gather", [0], Math.fround, float64),
  },
  {
    name: "select loses the sign of −0",
    killedBy: "select/float32/23,23,23",
    mutate: spoilEach("select", plusZero),
  },
  {
    name: "select flushes subnormals",
    killedBy: "select/float32/4x1,1x6,1x1",
    mutate: spoilEach("select", flushed, floats),
  },
  {
    name: "select takes int32 branches as float32",
    killedBy: "select/int32/2x3x1,1x1x1,1x3x4",
    mutate: detour("select", [2, 4], Math.fround, int32),
  },
  {
    name: "select takes float64 branches as float32",
    killedBy: "select/float64/17,1,17",
    mutate: detour("select", [2, 4], Math.fround, float64),
  },
  {
    name: "select looks at the low byte of a condition",
    killedBy: "select/float32/17,17,1",
    mutate: detour("select", [0], (bit) => bit & 255),
  },
  {
    name: "select takes only a positive condition for true",
    killedBy: "select/int32/23,23,23",
    mutate: detour("select", [0], (bit) => Math.max(0, bit)),
  },
  {
    name: "pooling flushes subnormals",
    killedBy: "maxPool2d/float32/bits,x=2x3x8x8,kernel=2",
    mutate: spoilEach("maxPool2d", flushed, floats),
  },
  {
    name: "pooling copies float64 as float32",
    killedBy: "maxPool2d/float64/bits,x=1x2x7x9,kernel=2",
    mutate: detour("maxPool2d", [0], Math.fround, float64),
  },
  {
    name: "pooling loses the sign of −0",
    killedBy: "maxPool2d/float32/zeros,x=2x3x8x8,kernel=2",
    mutate: spoilEach("maxPool2d", plusZero),
  },
  { name: "fill loses the sign of −0", killedBy: "fill/float32", mutate: spoilEach("fill", plusZero) },
  {
    name: "fill rounds int32 to float32",
    killedBy: "fill/int32",
    mutate: spoil("fill", (result, [value]) => result.fill(Math.fround(value))),
  },
  {
    name: "a cast to its own dtype loses the sign of −0",
    killedBy: "cast/float32,float32",
    mutate: spoilEach("cast", plusZero, (_x, _size, from, to) => from === to),
  },
  {
    name: "a cast to its own dtype goes by way of float32",
    killedBy: "cast/float64,float64/sizes",
    mutate: detour("cast", [0], Math.fround, (_x, size, from, to) => from === to && size > 64),
  },
  {
    name: "concat copies int32 as float32",
    killedBy: "concat/int32/two",
    mutate: spoilEach("concat", Math.fround, int32),
  },
  {
    name: "concat copies float64 as float32",
    killedBy: "concat/float64/three,inner",
    mutate: spoilEach("concat", Math.fround, float64),
  },
  {
    name: "concat flushes subnormals",
    killedBy: "concat/float32/many",
    mutate: spoilEach("concat", flushed, floats),
  },
  ...(
    [
      ["int32", "as float32", Math.fround],
      ["float64", "as float32", Math.fround],
      ["float32", "without subnormals", flushed],
      ["float64", "without −0", plusZero],
    ] as const
  ).flatMap(([dtype, how, change]): Mutant[] => [
    {
      name: `${dtype} read into an array ${how}`,
      killedBy: `read/${dtype}/into,bits`,
      mutate: reading("read", dtype, change, (_, into) => into !== undefined),
    },
    {
      name: `much ${dtype} read ${how}`,
      killedBy: `read/${dtype}/bits`,
      mutate: reading("read", dtype, change, (size) => size > 4096),
    },
    {
      name: `${dtype} read at once ${how}`,
      killedBy: `readSync/${dtype}/bits`,
      mutate: reading("readSync", dtype, change, () => true),
    },
  ]),
  {
    name: "a large upload flushes subnormals",
    killedBy: "read/float32/bits",
    mutate: (right) => ({
      upload: (data) => right.upload(data.length > 4096 ? (data.map(flushed) as TypedArray) : data),
    }),
  },
  {
    name: "a read into an array fills whole vectors",
    killedBy: "read/float32/into,bits",
    mutate: (right) => ({
      async read(handle, size, dtype, into) {
        const data = await right.read(handle, size, dtype, into);
        const after = new Float32Array(data.buffer).subarray(data.byteOffset / 4 + size);
        if (into !== undefined && dtype === "float32") after.fill(0, 0, (4 - (size % 4)) % 4);
        return data;
      },
    }),
  },
  {
    name: "an array that was read into is filled once more",
    killedBy: "read/int32/into,pending",
    mutate: (right) => ({
      async read(handle, size, dtype, into) {
        const data = await right.read(handle, size, dtype, into);
        const again = data.slice();
        if (into !== undefined) setTimeout(() => data.set(again));
        return data;
      },
    }),
  },
];
