/**
 * The numbers a task works on: the same for every peer, from a seed. Uniform in [−1, 1), and in [0, 1) where a sum
 * should not cancel. LeNet starts from Xavier's uniform initialisation (the book's choice for sigmoids).
 */
import { drawUniform, Generator } from "@corr2d/core";
import { isActivation, outputShapeOf, parameterShapesOf } from "./layers.ts";
import { CLASSES, IMAGE_SIZE, LENET_PARAMETERS } from "./lenet.ts";
import { NETWORKS, networkParameters } from "./networks.ts";
import { isConvolution, poolShapesOf, shapesOf, sizeOf, type Task } from "./workload.ts";

/** Arrays in the order in which peers take them; int32 for labels. */
export type Inputs = readonly (Float32Array | Int32Array)[];

/** The chapter's image, 6×8: ones with four columns of zeros. */
function chapterImage(): Float32Array {
  return Float32Array.from({ length: 48 }, (_, i) => (i % 8 >= 2 && i % 8 < 6 ? 0 : 1));
}

/**
 * - convolutions: the two operands of the kind, [x, k], [dY, k] or [x, dY]
 * - max-pool: [x]; max-pool-gradient: [x, dY]
 * - layer and layer-gradient: [x, dY, then the parameters, or labels]
 * - matmul: [a, b]; add: [a, b]; relu and sum: [x]
 * - lenet-step: [images [N, 1, 28, 28], labels [N], then the parameters in `LENET_PARAMETERS`' order]
 * - network-step: [images, labels [N], then the parameters in the order of the layers], weights by He's uniform initialisation
 * - learn-kernel: [X [6, 8], Y [6, 7], the starting kernel [1, 2]]
 */
export function makeInputs(task: Task, seed = 0): Inputs {
  const generator = new Generator(seed);
  const uniform = (size: number, low = -1, high = 1): Float32Array =>
    drawUniform(generator, size, "float32", low, high);

  if (isConvolution(task)) {
    const { x, k, y } = shapesOf(task);
    const operands = { forward: [x, k], "input-gradient": [y, k], "kernel-gradient": [x, y] }[task.kind];
    return operands.map((shape) => uniform(sizeOf(shape)));
  }
  switch (task.kind) {
    case "max-pool":
      return [uniform(task.size ** 2)];
    case "max-pool-gradient": {
      const { x, y } = poolShapesOf(task);
      return [uniform(sizeOf(x)), uniform(sizeOf(y))];
    }
    case "layer":
    case "layer-gradient": {
      const { layer, shape } = task;
      // Activations show what they are beyond 1 too.
      const reach = isActivation(layer) ? 4 : 1;
      const [rows, classes] = shape as [number, number];
      return [
        uniform(sizeOf(shape), -reach, reach),
        uniform(sizeOf(outputShapeOf(task))),
        ...parameterShapesOf(task).map((own) => uniform(sizeOf(own))),
        ...(layer.function === "cross-entropy"
          ? [Int32Array.from(uniform(rows, 0, classes), Math.floor)]
          : []),
      ];
    }
    case "matmul":
      return [uniform(task.size ** 2), uniform(task.size ** 2)];
    case "add":
      return [uniform(task.size), uniform(task.size)];
    case "relu":
      return [uniform(task.size)];
    case "sum":
      return [uniform(task.size, 0)];
    case "lenet-step":
      return [
        uniform(task.batch * IMAGE_SIZE ** 2, 0),
        Int32Array.from(uniform(task.batch, 0, CLASSES), Math.floor),
        ...LENET_PARAMETERS.map(({ shape, fans }) => {
          const limit = Math.sqrt(6 / (fans[0] + fans[1]));
          return shape.length === 1 ? new Float32Array(sizeOf(shape)) : uniform(sizeOf(shape), -limit, limit);
        }),
      ];
    case "network-step": {
      const { layers, image } = NETWORKS[task.network];
      return [
        uniform(task.batch * sizeOf(image), 0),
        Int32Array.from(uniform(task.batch, 0, CLASSES), Math.floor),
        ...networkParameters(layers).map(({ shape, terms, start }) => {
          const limit = Math.sqrt(6 / terms);
          return terms === 0
            ? new Float32Array(sizeOf(shape)).fill(start)
            : uniform(sizeOf(shape), -limit, limit);
        }),
      ];
    }
    case "learn-kernel": {
      const x = chapterImage();
      const y = Float32Array.from({ length: 42 }, (_, i) => {
        const at = Math.floor(i / 7) * 8 + (i % 7);
        return x[at]! - x[at + 1]!;
      });
      return [x, y, Float32Array.of(0.3087, 0.6875)];
    }
  }
}
