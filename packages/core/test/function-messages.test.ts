/** What PyTorch says of the common mistakes with the functions and methods beside those of messages.test.ts. */
import { beforeAll, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import * as core from "../src/index.ts";
import { type ErrorCode, ones, setBackend, tensor, zeros } from "../src/index.ts";
import { expectError } from "./expect-error.ts";

beforeAll(() => setBackend(cpuJs()));

const ints = () => tensor([1, 2], { dtype: "int32" });

it.each<[string, () => unknown, ErrorCode, string]>([
  [
    "chunk(0)",
    () => zeros(4).chunk(0),
    "INVALID_ARGUMENT",
    "chunk expects `chunks` to be greater than 0, got: 0",
  ],
  [
    "unbind of a scalar",
    () => tensor(1).unbind(),
    "INVALID_ARGUMENT",
    "Dimension specified as 0 but tensor has no dimensions",
  ],
  [
    "repeat of fewer",
    () => zeros(2, 3).repeat(2),
    "INVALID_ARGUMENT",
    "Number of dimensions of repeat dims can not be smaller",
  ],
  [
    "roll",
    () => zeros(2, 3).roll([1, 2], [0]),
    "INVALID_ARGUMENT",
    "shifts and dimensions must align. shifts: 2, dims:1",
  ],
  [
    "movedim",
    () => zeros(2, 3).movedim([0, 1], [1]),
    "INVALID_ARGUMENT",
    "Invalid source or destination dims",
  ],
  [
    "movedim twice",
    () => zeros(2, 3).movedim([0, 0], [1, 0]),
    "INVALID_ARGUMENT",
    "repeated dim in `source`",
  ],
  [
    "unflatten",
    () => zeros(2, 3).unflatten(1, [2, 2]),
    "SHAPE_MISMATCH",
    "Provided sizes [2, 2] don't multiply up to the size of dim 1 (3)",
  ],
  ["view", () => zeros(2, 3).view(4), "SHAPE_MISMATCH", "shape '[4]' is invalid for input of size 6"],
  ["mm", () => zeros(2).mm(zeros(2, 2)), "SHAPE_MISMATCH", "self must be a matrix"],
  [
    "mm of others",
    () => zeros(2, 3).mm(zeros(2, 3)),
    "SHAPE_MISMATCH",
    "mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
  ],
  [
    "bmm",
    () => zeros(2, 3, 4).bmm(zeros(3, 4, 3)),
    "SHAPE_MISMATCH",
    "Expected size for first two dimensions of batch2 tensor to be: [2, 4] but got: [3, 4].",
  ],
  [
    "dot",
    () => zeros(2, 2).dot(zeros(2)),
    "SHAPE_MISMATCH",
    "1D tensors expected, but got 2D and 1D tensors",
  ],
  [
    "dot of others",
    () => zeros(2).dot(zeros(3)),
    "SHAPE_MISMATCH",
    "inconsistent tensor size, expected tensor [2] and src [3]",
  ],
  [
    "outer",
    () => zeros(2, 2).outer(zeros(2)),
    "SHAPE_MISMATCH",
    "outer: Expected 1-D argument self, but got 2-D",
  ],
  ["mv", () => zeros(2, 3).mv(zeros(2, 2)), "SHAPE_MISMATCH", "mv: matrix @ vector expected"],
  [
    "maskedFill",
    () => zeros(2).maskedFill(ones(2).gt(0), ones(2)),
    "SHAPE_MISMATCH",
    "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with 1 dimension(s)",
  ],
  [
    "maskedFill with floats",
    () => zeros(2).maskedFill(ones(2), 1),
    "DTYPE_MISMATCH",
    "the condition must be",
  ],
  [
    "alpha",
    () => ints().add(1, { alpha: 0.5 }),
    "INVALID_ARGUMENT",
    "For integral input tensors, argument alpha must not be a floating point number",
  ],
  ["topk", () => zeros(2, 3).topk(4), "INVALID_ARGUMENT", "selected index k out of range"],
  [
    "sort",
    () => zeros(2, 3).sort(2),
    "INVALID_ARGUMENT",
    "Dimension out of range (expected to be in range of [-2, 1], but got 2)",
  ],
  [
    "an option of sort",
    () => zeros(2).sort(0, { descend: true } as never),
    "INVALID_ARGUMENT",
    "unknown option 'descend'",
  ],
  ["cumsum", () => zeros(2, 3).cumsum(2), "INVALID_ARGUMENT", "Dimension out of range"],
  [
    "kthvalue",
    () => core.kthvalue(zeros(2, 3), 4),
    "INVALID_ARGUMENT",
    "selected number k out of range for dimension 1",
  ],
  [
    "median",
    () => core.median(zeros(2, 0), 1),
    "INVALID_ARGUMENT",
    "Expected reduction dim 1 to have non-zero size",
  ],
  ["diag", () => core.diag(zeros(1, 1, 1)), "SHAPE_MISMATCH", "Supports 1D or 2D tensors. Got 3D"],
  [
    "diagonal",
    () => core.diagonal(zeros(2, 2), 0, 1, 1),
    "INVALID_ARGUMENT",
    "diagonal dimensions cannot be identical 1, 1",
  ],
  [
    "tril",
    () => core.tril(zeros(2, 2), 0.5),
    "INVALID_ARGUMENT",
    "tril: diagonal must be an integer, but got 0.5",
  ],
  [
    "trace",
    () => core.trace(zeros(2)),
    "SHAPE_MISMATCH",
    "trace: expected a matrix, but got tensor with dim 1",
  ],
  ["rot90", () => core.rot90(zeros(2, 2), 1, [0]), "INVALID_ARGUMENT", "expected total rotation dims == 2"],
  [
    "repeatInterleave",
    () => core.repeatInterleave(zeros(3), [1, 2], 0),
    "INVALID_ARGUMENT",
    "as many as input along dim 0",
  ],
  [
    "repeatInterleave too often",
    () => core.repeatInterleave(zeros(9), 2 ** 31),
    "OUT_OF_MEMORY",
    "repeatInterleave: ",
  ],
  [
    "cdist",
    () => core.cdist(zeros(2, 3), zeros(2, 4)),
    "SHAPE_MISMATCH",
    "X1 and X2 must have the same number of columns. X1: 3 X2: 4",
  ],
  [
    "einsum's operands",
    () => core.einsum("ij,jk->ik", zeros(2, 3)),
    "INVALID_ARGUMENT",
    "fewer operands were provided than specified in the equation",
  ],
  [
    "einsum's subscripts",
    () => core.einsum("ijk->i", zeros(2, 3)),
    "INVALID_ARGUMENT",
    "the number of subscripts in the equation (3) does not match the number of dimensions (2)",
  ],
  [
    "einsum's sizes",
    () => core.einsum("ij,jk->ik", zeros(2, 3), zeros(4, 5)),
    "SHAPE_MISMATCH",
    "subscript j has size 4 for operand 1 which does not broadcast",
  ],
  [
    "einsum's output",
    () => core.einsum("ij->ik", zeros(2, 3)),
    "INVALID_ARGUMENT",
    "output subscript k does not appear in the equation",
  ],
  ["histc", () => core.histc(zeros(3), 0), "INVALID_ARGUMENT", "bins must be > 0"],
  ["histc's bounds", () => core.histc(zeros(3), 4, 2, 1), "INVALID_ARGUMENT", "max must be larger than min"],
  [
    "multinomial",
    () => core.multinomial(ones(3), 4),
    "INVALID_ARGUMENT",
    "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
  ],
  [
    "multinomial of none",
    () => core.multinomial(ones(3), 0),
    "INVALID_ARGUMENT",
    "cannot sample n_sample <= 0 samples",
  ],
  [
    "multinomial of integers",
    () => core.multinomial(ints(), 1),
    "DTYPE_UNSUPPORTED",
    "multinomial only supports floating-point dtypes for input",
  ],
  [
    "normal",
    () => core.normal(0, -1, [2]),
    "INVALID_ARGUMENT",
    "normal expects std >= 0.0, but found std -1",
  ],
  [
    "searchsorted",
    () => core.searchsorted(zeros(2, 3), zeros(3, 1)),
    "SHAPE_MISMATCH",
    "boundaries tensor should be 1 dimension",
  ],
  [
    "bucketize",
    () => core.bucketize(zeros(2), zeros(2, 2)),
    "SHAPE_MISMATCH",
    "boundaries tensor must be 1 dimension, but got dim(2)",
  ],
  [
    "meshgrid",
    () => core.meshgrid([zeros(2, 2)]),
    "SHAPE_MISMATCH",
    "Expected 0D or 1D tensor in the tensor list but got: [2, 2]",
  ],
])("%s", (_, run, code, text) => expectError(run, code, text));

it("what reads refuses later", async () => {
  await expect(core.bincount(tensor([0.5]))).rejects.toThrow(
    "bincount only supports 1-d non-negative integral inputs",
  );
  await expect(core.bincount(tensor([-1], { dtype: "int32" }))).rejects.toThrow("but got -1");
  await expect(core.maskedSelect(zeros(2), zeros(2))).rejects.toThrow("expected a mask");
});
