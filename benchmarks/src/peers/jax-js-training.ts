/** The two training tasks in jax-js: one jitted function from parameters to loss and new parameters. */
import type { Inputs } from "../workloads/inputs.ts";
import { CLASSES, IMAGE_SIZE, LENET_PARAMETERS } from "../workloads/lenet.ts";
import type { ChapterTask, LenetTask } from "../workloads/workload.ts";
import type { Jax, JaxArray } from "./jax-js.ts";
import type { Candidate } from "./peer.ts";

/** Averages of 2×2 cells: [N, C, H, W] seen as [N, C, H/2, 2, W/2, 2]. */
function averagePool(jax: Jax, x: JaxArray): JaxArray {
  const [n, c, height, width] = x.shape as [number, number, number, number];
  return jax.numpy.mean(x.reshape([n, c, height / 2, 2, width / 2, 2]), [3, 5]);
}

function lenetLoss(jax: Jax, parameters: JaxArray[], images: JaxArray, labels: JaxArray): JaxArray {
  const [w1, b1, w2, b2, w3, b3, w4, b4, w5, b5] = parameters as [
    JaxArray,
    JaxArray,
    JaxArray,
    JaxArray,
    JaxArray,
    JaxArray,
    JaxArray,
    JaxArray,
    JaxArray,
    JaxArray,
  ];
  const { lax, nn, numpy: np } = jax;
  const batch = images.shape[0]!;
  const convolution = (x: JaxArray, w: JaxArray, b: JaxArray, pad: number): JaxArray =>
    lax
      .convGeneralDilated(
        x,
        w,
        [1, 1],
        [
          [pad, pad],
          [pad, pad],
        ],
      )
      .add(b.reshape([1, b.shape[0]!, 1, 1]));
  const linear = (x: JaxArray, w: JaxArray, b: JaxArray): JaxArray => np.matmul(x, w.transpose()).add(b);
  const p1 = averagePool(jax, nn.sigmoid(convolution(images, w1, b1, 2)));
  const p2 = averagePool(jax, nn.sigmoid(convolution(p1, w2, b2, 0)));
  const a3 = nn.sigmoid(linear(p2.reshape([batch, 400]), w3, b3));
  const a4 = nn.sigmoid(linear(a3, w4, b4));
  const logProbabilities = nn.logSoftmax(linear(a4, w5, b5), -1);
  return np.sum(logProbabilities.mul(labels)).mul(-1 / batch);
}

/** Calls a jitted `[...state, ...constants] → [loss, ...state]` again and again. */
class Stepper {
  readonly #step: (...operands: JaxArray[]) => JaxArray[];
  readonly #constants: readonly JaxArray[];
  #state: JaxArray[];

  constructor(
    step: (...operands: JaxArray[]) => JaxArray[],
    state: JaxArray[],
    constants: readonly JaxArray[],
  ) {
    this.#step = step;
    this.#state = state;
    this.#constants = constants;
  }

  /** One step; the loss before it. Frees the old state: the call moves it. */
  async step(): Promise<number> {
    const [loss, ...state] = this.#step(...this.#state, ...this.#constants.map((constant) => constant.ref));
    this.#state = state;
    const value = (await loss!.data())[0]!;
    for (const array of state) await array.blockUntilReady();
    return value;
  }

  restart(state: JaxArray[]): void {
    for (const array of this.#state) array.dispose();
    this.#state = state;
  }

  read(): Promise<ArrayLike<number>[]> {
    return Promise.all(this.#state.map((array) => array.ref.data()));
  }
}

/** The jitted step of plain gradient descent on `loss(state, ...constants)`. */
function descent(
  jax: Jax,
  loss: (state: JaxArray[], ...constants: JaxArray[]) => JaxArray,
  size: number,
  learningRate: number,
): (...operands: JaxArray[]) => JaxArray[] {
  return jax.jit((...operands: JaxArray[]) => {
    const state = operands.slice(0, size);
    const constants = operands.slice(size);
    const [value, gradients] = jax.valueAndGrad(loss)(
      state.map((array) => array.ref),
      ...constants,
    );
    return [value, ...state.map((array, index) => array.sub(gradients[index]!.mul(learningRate)))];
  });
}

export function lenetStepOf(jax: Jax, task: LenetTask, inputs: Inputs): Candidate {
  const np = jax.numpy;
  const images = np.array(inputs[0] as Float32Array).reshape([task.batch, 1, IMAGE_SIZE, IMAGE_SIZE]);
  const oneHot = new Float32Array(task.batch * CLASSES);
  for (const [row, label] of (inputs[1] as Int32Array).entries()) oneHot[row * CLASSES + label] = 1;
  const labels = np.array(oneHot).reshape([task.batch, CLASSES]);
  const parameters = LENET_PARAMETERS.map(({ shape }, index) =>
    np.array(inputs[index + 2] as Float32Array).reshape([...shape]),
  );
  const step = descent(
    jax,
    (state, x, y) => lenetLoss(jax, state, x!, y!),
    parameters.length,
    task.learningRate,
  );
  const stepper = new Stepper(step, parameters, [images, labels]);
  return {
    async check() {
      const loss = await stepper.step();
      return [[loss], ...(await stepper.read())];
    },
    run: async () => void (await stepper.step()),
  };
}

export function learnKernelOf(jax: Jax, task: ChapterTask, inputs: Inputs): Candidate {
  const np = jax.numpy;
  const x = np.array(inputs[0] as Float32Array).reshape([1, 1, 6, 8]);
  const y = np.array(inputs[1] as Float32Array).reshape([1, 1, 6, 7]);
  const start = (): JaxArray => np.array(inputs[2] as Float32Array).reshape([1, 1, 1, 2]);
  const loss = ([kernel]: JaxArray[], image: JaxArray, target: JaxArray): JaxArray =>
    np.sum(np.square(jax.lax.conv(image, kernel!, [1, 1], "VALID").sub(target)));
  const step = descent(jax, (state, image, target) => loss(state, image!, target!), 1, task.learningRate);
  const stepper = new Stepper(step, [start()], [x, y]);
  const run = async (): Promise<number> => {
    stepper.restart([start()]);
    let last = Number.NaN;
    for (let count = 0; count < task.steps; count++) last = await stepper.step();
    return last;
  };
  return {
    async check() {
      const last = await run();
      return [[last], ...(await stepper.read())];
    },
    run: async () => void (await run()),
  };
}
