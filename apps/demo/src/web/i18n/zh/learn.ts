/** 学习卷积核的一页。 */
import type { Messages } from "../index.ts";

export const learn: Messages["learn"] = {
  heading: "从例子中学出卷积核",
  intro:
    "已知图像 X 和它的边缘 Y，梯度下降能找出卷积核：每一步都让两个权重逆着损失 Σ(Ŷ − Y)² 的梯度移动。这里先载入书中的那次运行；您可以拖动起点、改变学习率，看看它什么时候失灵。",
  run: "运行",
  steps: "步数",
  stepOf: (at, count) => `第 ${at} 步，共 ${count} 步`,
  rate: "学习率",
  bookMark: "书",
  loss: "损失",
  lossNow: (step, loss) =>
    step === 0 ? `起点处的权重，损失 ${loss}` : `第 ${step} 步之后的权重，损失 ${loss}`,
  lossOfFirst: "程序会把它印作第 1 步的损失：第 1 步从这些权重出发。",
  lossOfStep: (step, loss) => `书上印的第 ${step} 步的损失，是走这一步之前的权重的损失：${loss}`,
  lossCurve: "每一步之后的损失",
  lossCurveText: (first, last, steps) => `经过 ${steps} 步，损失从 ${first} 变为 ${last}。`,
  lossZero: (step) => `从第 ${step} 步起，损失恰好为 0，对数坐标轴上没有它的位置。`,
  stepAxis: "步",
  surface: "损失随两个权重的变化",
  surfaceHint: "十字是解 [1, −1]；虚线是互不影响的两个方向。拖动圆点，或用方向键移动它。",
  startHandle: "下降的起点，k₁ 与 k₂",
  image: "图像 X",
  kernelNow: "K",
  prediction: "预测 Ŷ",
  target: "目标 Y",
  whyLimit: "为什么有上限",
  verdicts: {
    smooth: "收敛：每一步都缩小两个方向上的误差。",
    oscillates: "来回摆动着收敛：在陡的方向上每步都越过了头，但一次比一次小。",
    edge: "临界：在陡的方向上误差大小不变，只是左右跳动。",
    diverges: "发散：在陡的方向上每步都越过了头，而且一次比一次大。",
    still: "原地不动：学习率为零，就没有步子。",
  },
  hessianText: (hessian, eigenvalues) =>
    `损失是二次函数，二阶导数处处相同：H = ${hessian}，由这里两次求导算出。它的特征值是 ${eigenvalues}。沿每个特征向量，一步把误差乘以 1 − lr·λ。`,
  direction: "方向",
  limitText: (limit) =>
    `只有当 lr < 2/λ（λ 取最大的那个）时，这些因子才都在 −1 与 1 之间：2/60 = 1/30 ≈ ${limit}。书中的 0.03 离它很近。`,
  bookRuns: "印在书上的数，在这里算一遍",
  bookRunsText: "学习率 0.03，十步，每两步记一次损失：即走这一步之前的权重的损失。按下某个起点即可载入。",
  bookRunsTable: "损失与卷积核",
  startColumn: "起点",
  epoch: (n) => `第 ${n} 轮`,
  kernelColumn: "卷积核",
  agreeColumn: "与印出的数",
  agree: "✓ 一致",
  disagree: "✗ 不同",
  sourceBook: "书中",
  sourcePyTorch: "PyTorch",
};
