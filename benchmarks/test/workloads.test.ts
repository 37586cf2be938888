/** The table of workloads is complete, and says what the names promise. */
import { describe, expect, test } from "vitest";
import { MEASURABLE } from "../src/arguments.ts";
import { reference } from "../src/peers/loops.ts";
import { flopsOf, termsOf } from "../src/workloads/cost.ts";
import { WORKLOADS } from "../src/workloads/index.ts";
import { makeInputs } from "../src/workloads/inputs.ts";
import { LENET_PARAMETERS } from "../src/workloads/lenet.ts";
import { isConvolution, shapesOf, sizeOf, type Task } from "../src/workloads/workload.ts";

const taskOf = (id: string): Task => WORKLOADS.find((workload) => workload.id === id)!.task;

test("ids are unique", () => {
  const ids = MEASURABLE.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("every workload that other pages name is there", () => {
  const gradients = ["W6b", "W6c", "W6d", "W5b", "W7a"].flatMap((id) => [`dX-${id}`, `dW-${id}`]);
  expect(MEASURABLE.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      ..."W1 W2 W3-3 W3-5 W3-11 W3b W4 W5a W5b W6a W6b W6c W6d W6e W6f W6g W7a W7b W7c".split(" "),
      ...gradients,
      ..."W1-literal dX-W1-literal dW-W1-literal P dX-P".split(" "),
      ..."act-gelu dX-act-gelu pool-max-s2 up-bilinear dX-down-bicubic norm-batch dX-norm-layer".split(" "),
      ..."dW-W5a T1 T-32-64 T-ResNet-8 T2 M512 M1024 E-add E-relu R-sum js cold size I-sobel I-blur".split(
        " ",
      ),
    ]),
  );
});

test("costs are those of the direct method", () => {
  expect(flopsOf(taskOf("W6b"))).toBe(2 * 64 * 64 * 9 * 56 * 56);
  expect(flopsOf(taskOf("dX-W6b"))).toBe(flopsOf(taskOf("W6b")));
  expect(flopsOf(taskOf("W7a"))).toBe(2 * 32 * 9 * 112 * 112);
  expect(flopsOf(taskOf("M512"))).toBe(2 * 512 ** 3);
  // LeNet, multiply-adds of one image: 117,600 + 240,000 + 48,000 + 10,080 + 840 forward.
  expect(flopsOf(taskOf("T1"))).toBe(2 * 128 * (416_520 + 416_520 + 298_920));
  expect(termsOf(taskOf("W6b"))).toBe(576);
  expect(termsOf(taskOf("dW-W6b"))).toBe(56 * 56);
});

test("LeNet has the book's number of parameters", () => {
  expect(LENET_PARAMETERS.reduce((total, { shape }) => total + sizeOf(shape), 0)).toBe(61_706);
});

describe("inputs", () => {
  test.each(WORKLOADS.map(({ id, task }) => [id, task] as const))("of %s fit the task", (_, task) => {
    const sizes = makeInputs(task).map(({ length }) => length);
    if (isConvolution(task)) {
      const { x, k, y } = shapesOf(task);
      const expected = { forward: [x, k], "input-gradient": [y, k], "kernel-gradient": [x, y] }[task.kind];
      expect(sizes).toEqual(expected.map(sizeOf));
    } else expect(Math.min(...sizes)).toBeGreaterThan(0);
  });

  test("come from the seed", () => {
    const task = taskOf("W2");
    expect(makeInputs(task, 3)).toEqual(makeInputs(task, 3));
    expect(makeInputs(task, 3)).not.toEqual(makeInputs(task, 4));
  });
});

test("the chapter's loop ends where the book's printed run does", () => {
  const task = taskOf("T2");
  const [loss, kernel] = reference(task, makeInputs(task))() as [ArrayLike<number>, ArrayLike<number>];
  expect(loss[0]).toBeCloseTo(0.274, 3);
  expect(kernel[0]).toBeCloseTo(1.0398, 3);
  expect(kernel[1]).toBeCloseTo(-0.9328, 3);
});
