/** 库的英文报错之前的中文说明：先用中文说清楚，原文保留在下面。 */
import type { Messages } from "../index.ts";

type Explanation = readonly [pattern: RegExp, text: (...values: readonly string[]) => string];

/** 按原文辨认；括号里的数照原样写进说明。 */
const EXPLANATIONS: readonly Explanation[] = [
  [
    /Calculated padded input size per channel: \((\S+) x (\S+)\)\. Kernel size: \((\S+) x (\S+)\)/,
    (height, width, kernelHeight, kernelWidth) =>
      `窗口放不下：填充之后的输入是 ${height} × ${width}，卷积核（连同扩张）要占 ${kernelHeight} × ${kernelWidth}。请缩小卷积核、减小扩张，或增加填充。`,
  ],
  [
    /Given groups=(\d+), expected weight to be divisible by \d+ at dimension 0, but got weight of size \[(\d+)/,
    (groups, outputs) => `输出通道数 ${outputs} 不能被组数 ${groups} 整除。请改变通道数或组数。`,
  ],
  [
    /Given groups=(\d+), weight of size .* to have (\d+) channels, but got (\d+) channels/,
    (groups, expected, given) =>
      `分成 ${groups} 组时，这个卷积核要 ${expected} 个输入通道，而输入有 ${given} 个。请改变通道数或组数。`,
  ],
  [
    /Given transposed=1, weight of size .* to have (\d+) channels, but got (\d+) channels/,
    (expected, given) => `转置卷积的这个卷积核要 ${expected} 个输入通道，而输入有 ${given} 个。`,
  ],
  [
    /padding='same' is not supported for strided convolutions: got stride=\[(.*?)\]/,
    (stride) => `步幅不为 1（现在是 ${stride}）时，不能用填充 same：输出不可能与输入一样大。`,
  ],
  [
    /output padding must be smaller than either stride or dilation/,
    () => "额外的输出填充必须小于步幅或扩张，否则会多出没有任何输入能写到的行或列。",
  ],
  [
    /Output size is too small; use less padding/,
    () => "转置卷积的填充会从输出上裁掉边缘；这里裁得一点不剩。请减小填充。",
  ],
  [
    /Padding size should be less than the corresponding input dimension, but got: padding \((\d+), (\d+)\).* of size (\d+)/,
    (before, after, size) =>
      `镜像填充 (${before}, ${after}) 必须小于图像这一边的长度 ${size}：再往外就没有可以映照的单元了。`,
  ],
  [
    /Padding value causes wrapping around more than once: padding \((\d+), (\d+)\).* of size (\d+)/,
    (before, after, size) => `循环填充 (${before}, ${after}) 超过了图像这一边的长度 ${size}，会绕不止一圈。`,
  ],
  [
    /pad should be at most half of effective kernel size, but got pad=(\d+), kernel_size=(\d+)/,
    (padding, kernel) => `汇聚的填充 ${padding} 超过了窗口 ${kernel} 的一半：会有窗口里全是填充。`,
  ],
  [
    /the page is not cross-origin isolated/,
    () => "本页没有跨源隔离，浏览器不让线程共享内存，所以只用一个线程。服务器需要发送下面两个响应头。",
  ],
  [
    /the page comes from an insecure address/,
    () => "本页的地址不是 https（也不是 localhost），浏览器不让线程共享内存，所以只用一个线程。",
  ],
  [/a worker thread could not be started/, () => "线程没能启动，所以只用一个线程。"],
  [
    /host cannot reserve a shared WebAssembly memory/,
    () => "这里要不到线程所需的共享内存，所以只用一个线程。",
  ],
  [/does not compile cpu-wasm's kernels/, () => "这里不允许编译 WebAssembly，或缺少解压功能。"],
  [/needs WebAssembly with SIMD/, () => "这个浏览器没有带 SIMD 的 WebAssembly。"],
  [/SharedArrayBuffer/, () => "这个浏览器没有共享内存，所以只用一个线程。"],
];

const OTHERWISE = "这个设置无法计算。原因见下面的英文原文。";

export const errors: Messages["errors"] = {
  explain(message) {
    for (const [pattern, text] of EXPLANATIONS) {
      const found = pattern.exec(message);
      if (found !== null) return text(...found.slice(1));
    }
    return OTHERWISE;
  },
};
