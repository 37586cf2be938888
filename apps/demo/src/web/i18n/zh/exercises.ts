/** 习题的文字，随习题页一起加载。 */
import type { ExerciseTexts } from "../../exercises/text.ts";

export const exercises: ExerciseTexts = {
  heading: "书中的习题，当场检验",
  intro: "填上您认为对的答案，再让库来计算。需要写成文章的习题，留给您自己。",
  solved: (n, count) => `已解出 ${n} / ${count} 题`,
  isSolved: "已解出",
  number: (n) => `习题 ${n}`,
  check: "检验",
  clear: "清空",
  right: "对了。",
  wrong: "还不对。",
  incomplete: {
    grids: "请先填满每一格。",
    numbers: "请先在每一格填上数，例如 9216、9,216、15*1024、1/9 或 1.5万。",
    choice: "请先选一个答案。",
  },
  evidence: "库算出的结果",
  sections: {
    whyConv: "从全连接层到卷积",
    convLayer: "图像卷积",
    padding: "填充和步幅",
    channels: "多输入多输出通道",
    pooling: "汇聚层",
  },
  items: {
    pixelwise: {
      title: "只覆盖一个像素的卷积核",
      question:
        "设卷积核的范围 Δ = 0，这一层就对每个像素使用同一个小的全连接层。把 3 个通道变成 5 个（无偏置）要多少个权重？若用一个全连接层连接这样的两幅 32 × 32 图像，又要多少个？",
      labels: ["1 × 1 层的权重数", "全连接层的权重数"],
      explanation:
        "1 × 1 卷积的每对通道一个权重，共 15 个，与图像大小无关。全连接时，1024 × 1024 对像素各有自己的 15 个。",
    },
    boundary: {
      title: "边界上的物体",
      question:
        "3 × 3 的卷积核滑过 5 × 5 的图像。有几个输出单元看得到正中的像素？角上的像素呢：不填充时，填充 1 时？",
      labels: ["正中", "角上", "角上，填充 1"],
      explanation:
        "正中的像素从 9 个位置看得到，角上的只有 1 个，填充后为 4 个。边界上的东西说话分量小，待遇也与别处不同：平移不变性到此为止。",
    },
    commute: {
      title: "f ∗ g = g ∗ f",
      question: "对两行数做卷积（要翻转）：(f ∗ g)ₙ = Σ fₖ gₙ₋ₖ，凡有重叠的位置都算。再交换次序算一遍。",
      given: ["f", "g"],
      labels: ["f ∗ g", "g ∗ f"],
      explanation:
        "以 n − k 代替 k，相加的是同样的乘积，只是次序不同。不翻转的互相关不可交换：交换两者，结果会左右颠倒。",
    },
    diagonal: {
      title: "带有对角线边缘的图像",
      question: "图像 X 的对角线上全是 1。K = [1, −1] 会得到什么？转置的卷积核呢？（X 转置后不变。）",
      given: ["X", "K"],
      labels: ["corr2d(X, K)", "corr2d(X, Kᵀ)"],
      explanation:
        "对角线的边缘在两个方向上都有变化，所以两个卷积核都能找到它：对角线上是 1，旁边某一侧是 −1。",
    },
    direction: {
      title: "与某个方向垂直的边缘",
      question:
        "为 v = (3, 4)/5（向右、向上）设计一个 3 × 3 卷积核：图像沿 v 变亮处为正，只沿垂直于 v 的方向变化时为零，平坦处为零。",
      labels: ["您的卷积核"],
      evidence: ["沿 v 变亮", "垂直于 v 变亮", "平坦"],
      explanation:
        "沿 v 的导数是 v₁ ∂/∂x + v₂ ∂/∂y，即两个方向的卷积核的混合。最简单的一个：中心左右为 −3、3，上下为 4、−4。",
    },
    second: {
      title: "二阶导数",
      question: "设计一个 1 × 3 的二阶导数卷积核：平坦的图像得零，斜坡得零，x²/2 得 1。",
      labels: ["您的卷积核"],
      evidence: ["平坦", "斜坡 x", "x²/2"],
      explanation: "[1, −2, 1]：两个相邻差分的差。",
    },
    orders: {
      title: "最小要多大？",
      question: "一阶、二阶、五阶导数的卷积核，最小的宽度各是多少？",
      labels: ["1 阶", "2 阶", "5 阶"],
      explanation: "d 阶需要 d + 1 个单元：每多一次差分，就多看一个单元。",
    },
    blur: {
      title: "模糊",
      question: "设计一个 3 × 3 的模糊卷积核：平坦的图像保持不变，没有负的权重，起作用的像素不止一个。",
      labels: ["您的卷积核"],
      evidence: ["平坦图像模糊后", "噪声", "噪声模糊后"],
      explanation: "凡和为 1 的权重都是加权平均。权重相等是均值模糊，二项式的权重接近高斯模糊。",
    },
    handmade: {
      title: "手写的层的梯度",
      question: "按书中的两层循环写出 corr2d，放进一个层里，再调用 backward。会发生什么？",
      labels: ["出错：循环没有梯度", "与通过 corr2d 得到的梯度相同", "梯度为零"],
      evidence: ["通过两层循环", "通过 corr2d"],
      explanation:
        "循环里的每次切片、相乘、求和都记录了自己的梯度，所以循环也有梯度。（早先对数组原地赋值的框架在这里会报错。）",
    },
    matrix: {
      title: "写成矩阵的互相关",
      question: "把书中的互相关写成一次乘法：4 × 9 的矩阵乘以写成一列的图像。请填出这个矩阵。",
      given: ["X", "K"],
      labels: ["矩阵"],
      explanation: "每一行是放在相应窗口处的卷积核。各行沿对角线重复：分块的 Toeplitz 矩阵。",
    },
    shape: {
      title: "用公式算形状",
      question: "图像 8 × 8，卷积核 3 × 5，填充 (0, 1)，步幅 (3, 4)。输出多大？",
      labels: ["高", "宽"],
      explanation: "⌊(8 − 3 + 3)/3⌋ = 2，⌊(8 − 5 + 2 + 4)/4⌋ = 2。",
    },
    mirror: {
      title: "镜像填充",
      question: "在图像四周各填充一格它自己的镜像。边界本身不重复。",
      labels: ["填充后的图像"],
      explanation:
        "紧挨边界的那一行在边界外再次出现。在代码里：pad 的 mode 取 “reflect”，或层的 paddingMode 取 “reflect”。",
    },
    strideCost: {
      title: "步幅节省了什么",
      question: "3 × 3 的卷积核，填充 1，图像 32 × 32：步幅 1 时要做多少次乘法？步幅 2 时呢？",
      labels: ["步幅 1", "步幅 2"],
      explanation: "步幅 2 在两个方向上都只保留一半位置：工作量是四分之一。",
    },
    half: {
      title: "步幅 ½",
      question: "步幅为 2 的转置卷积，每个输入单元使输出移动两格，即步幅 ½。它把 X 变成什么？",
      given: ["X", "K"],
      labels: ["输出"],
      explanation: "每个输入单元放下 K 的若干倍。它把图像变大，用于分割、解码器和生成器。",
    },
    compose: {
      title: "接连两层",
      question: "先 K₁ 后 K₂，中间没有别的。哪一个卷积核有同样的效果？",
      given: ["K₁", "K₂"],
      labels: ["合成的卷积核"],
      evidence: ["先 K₁ 后 K₂", "您的卷积核"],
      explanation:
        "两次互相关的复合仍是一次互相关，卷积核是 K₁ ∗ K₂，大小 k₁ + k₂ − 1。反过来不成立：并非每个卷积核都能分解成较小的。",
    },
    cost: {
      title: "一层的代价",
      question:
        "输入 3 个通道，输出 8 个通道，卷积核 3 × 3，填充 1，图像 16 × 16。前向要做多少次乘法？有多少个权重（无偏置）？输出多少个数？",
      labels: ["乘法", "权重", "输出"],
      explanation:
        "每个输出位置 cₒ · cᵢ · kₕ · k_w 次。反向大约是两倍：一次求输入的梯度，一次求卷积核的梯度；在那之前输入必须保留。",
    },
    double: {
      title: "加倍",
      question:
        "输入、输出通道数都加倍，乘法次数变为几倍？3 × 3 的卷积核、8 × 8 的图像，填充从 1 变为 2，输出有多少个位置？",
      labels: ["倍数", "输出位置"],
      explanation: "两倍的输出，每个看两倍的输入：4 倍。填充为 2 时输出是 10 × 10。",
    },
    equal: {
      title: "完全相同吗？",
      question: "书中把一次 1 × 1 卷积算了两遍：一遍作为卷积，一遍作为矩阵乘法。结果完全相同吗？",
      labels: ["总是相同，直到最后一位", "作为数是相同的；浮点运算中只相差舍入误差", "不同，它们是两种运算"],
      evidence: ["在这里的最大差别"],
      explanation:
        "相加的是同样的乘积，次序却可能不同，而浮点求和与次序有关。次序相同的后端，可能一点差别也没有。",
    },
    blocks: {
      title: "分块对角的卷积核",
      question: "一层从 64 到 64 个通道，3 × 3，分成 4 块互不相见的通道。还剩多少个权重？快几倍？",
      labels: ["权重", "倍数"],
      explanation: "每个输出只看四分之一的输入。要让各块交流信息，可以接一个 1 × 1 卷积，或打乱通道。",
    },
    average: {
      title: "用卷积做平均汇聚",
      question: "哪个 2 × 2 的卷积核，步幅 2，与平均汇聚层的结果一样？",
      labels: ["您的卷积核"],
      evidence: ["平均汇聚", "您的卷积核，步幅 2"],
      explanation: "平均就是权重为 ¼ 的求和；平均汇聚是一个从不学习的卷积。",
    },
    nonlinear: {
      title: "最大汇聚不是卷积",
      question: "卷积是线性的：两幅图像之和给出结果之和。请找两幅 2 × 2 的图像，使最大值不是这样。",
      labels: ["A", "B"],
      evidence: ["max(A + B)", "max(A) + max(B)"],
      explanation: "只要 A 和 B 的最大值不在同一处，和的最大值就比最大值的和小。",
    },
    relu: {
      title: "用 ReLU 求最大值",
      question: "求 p、q、r，使 max(a, b) = p · relu(a − b) + q · a + r · b 对一切 a、b 成立。",
      labels: ["p", "q", "r"],
      evidence: ["a 和 b", "max(a, b)", "您的"],
      explanation: "b 加上 a 多出来的部分。2 × 2 的窗口需要两层：先两两比较，再比较一次；3 × 3 需要四层。",
    },
    poolCost: {
      title: "汇聚的代价",
      question: "最大汇聚 2 × 2，步幅 2，16 个 24 × 24 的通道。输出多少个数？做多少次比较？",
      labels: ["输出", "比较"],
      explanation: "4 个数取最大要比较 3 次。没有乘法，也没有要学的东西。",
    },
    minimum: {
      title: "最小汇聚",
      question: "求 p 和 q，使 p · maxPool(q · x) 是每个窗口的最小值。",
      labels: ["p", "q"],
      evidence: ["x", "每个窗口的最小值", "您的"],
      explanation: "最小值就是相反数的最大值的相反数。不需要单独的层。",
    },
    softmax: {
      title: "softmax 汇聚",
      question:
        "用 softmax(t · x) 给窗口里的单元加权再求和：Σ x · softmax(t · x)。对所给窗口（ln 3 ≈ 1.0986），t = 0、t = 1 和 t 很大时各是多少？两位小数即可。",
      given: ["窗口"],
      labels: ["t = 0", "t = 1", "t → ∞"],
      explanation:
        "介于平均与最大之间，而且光滑：t = 1 时权重是六分之 1、1、1、3。它要算指数，所以很少使用。",
    },
  },
};
