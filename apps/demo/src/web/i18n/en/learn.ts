/** The tab in which the kernel is learnt. */
export const learn = {
  heading: "Learn the kernel from examples",
  intro:
    "Given the image X and its edges Y, gradient descent finds the kernel. Each step moves the two weights against the gradient of the loss Σ(Ŷ − Y)². The book’s run is loaded; drag the start, change the learning rate, and see when it breaks down.",
  run: "The run",
  steps: "Steps",
  stepOf: (at: number, count: number): string => `Step ${at} of ${count}`,
  rate: "Learning rate",
  bookMark: "book",
  loss: "loss",
  lossNow: (step: number, loss: string): string =>
    step === 0
      ? `Loss ${loss} with the weights at the start`
      : `Loss ${loss} with these weights, after step ${step}`,
  lossOfFirst: "A program prints it as the loss of step 1, which starts from these weights.",
  lossOfStep: (step: number, loss: string): string =>
    `The loss of step ${step}, as the book prints it, is that of the weights before the step: ${loss}`,
  lossCurve: "Loss after every step",
  lossCurveText: (first: string, last: string, steps: number): string =>
    `The loss goes from ${first} to ${last} in ${steps} steps.`,
  lossZero: (step: number): string =>
    `From step ${step} on the loss is exactly 0, which a logarithmic axis has no place for.`,
  stepAxis: "step",
  surface: "The loss over both weights",
  surfaceHint:
    "The cross is the solution [1, −1]; dashed, the two directions that do not mix. Drag the round handle, or move it with the arrow keys.",
  startHandle: "Start of the descent, k₁ and k₂",
  image: "The image X",
  kernelNow: "K",
  prediction: "The prediction Ŷ",
  target: "The target Y",
  whyLimit: "Why there is a limit",
  verdicts: {
    smooth: "Converges: every step shrinks the error along both directions.",
    oscillates:
      "Converges in zigzag: along the steep direction every step overshoots, but by less than the last.",
    edge: "On the edge: along the steep direction the error keeps its size and only changes sides.",
    diverges: "Diverges: along the steep direction every step overshoots by more than the last.",
    still: "Nothing moves: with a learning rate of zero there are no steps.",
  },
  hessianText: (hessian: string, eigenvalues: string): string =>
    `The loss is quadratic, so its second derivatives are the same everywhere: H = ${hessian}, computed here by differentiating twice. Its eigenvalues are ${eigenvalues}. Along each eigenvector a step multiplies the error by 1 − lr·λ.`,
  direction: "Direction",
  limitText: (limit: string): string =>
    `All factors lie between −1 and 1 only while lr < 2/λ for the largest λ: 2/60 = 1/30 ≈ ${limit}. The book’s 0.03 is close to it.`,
  bookRuns: "The printed numbers, computed here",
  bookRunsText:
    "Learning rate 0.03, ten steps, the loss of every second one: that of the weights it starts from. Press a start to load it.",
  bookRunsTable: "Losses and kernels",
  startColumn: "Start",
  epoch: (n: number): string => `epoch ${n}`,
  kernelColumn: "Kernel",
  agreeColumn: "Printed numbers",
  agree: "✓ agree",
  disagree: "✗ differ",
  sourceBook: "the book",
  sourcePyTorch: "PyTorch",
};
