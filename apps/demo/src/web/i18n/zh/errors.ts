/** 库的英文报错之前的中文说明：先用中文说清楚，原文保留在下面。 */
import type { Messages } from "../index.ts";

type Explanation = readonly [pattern: RegExp, text: (...values: readonly string[]) => string];

/** 按显示的原文辨认（前面是错误代码）；括号里的数照原样写进说明。 */
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
    /the file has (\d+) bytes, and its header describes (\d+): it was cut off/,
    (size, expected) =>
      `文件不完整：文件头说明应有 ${expected} 字节，实际只有 ${size} 字节。请重新保存或下载一次。`,
  ],
  [
    /the header of (\d+) bytes is longer than the file of (\d+): it was cut off/,
    (header, size) =>
      `文件不完整：光是文件头就要 ${header} 字节，而整个文件只有 ${size} 字节。请重新保存或下载一次。`,
  ],
  [
    /(\d+) bytes behind the last tensor belong to no tensor/,
    (count) => `文件末尾多出 ${count} 字节，不属于任何张量：文件已损坏。`,
  ],
  [
    /is it a safetensors file\?|bytes are no safetensors file/,
    () =>
      "打开的文件看来不是 safetensors 文件。请选择在这里保存的文件，或 PyTorch 存成的 .safetensors 文件。",
  ],
  [/^FILE_INVALID: /, () => "文件的格式不对，或文件已损坏，无法读取。原因见下面的英文原文。"],
  [
    /size mismatch for (.+?): copying a param with shape (.+?) from checkpoint, the shape in current model is (.+?)\.(?:\n|$)/,
    (name, given, expected) =>
      `文件与网络不相配：${name} 在文件里的形状是 ${given}，而网络要的是 ${expected}。请先按文件设好网络的各层。`,
  ],
  [
    /Missing key\(s\) in state_dict: (.+?)\. (?:\n|$)/,
    (names) => `文件与网络不相配：网络要的 ${names} 不在文件里。请先按文件设好网络的各层。`,
  ],
  [
    /Unexpected key\(s\) in state_dict: (.+?)\. (?:\n|$)/,
    (names) => `文件与网络不相配：文件里的 ${names} 在网络里没有地方放。请先按文件设好网络的各层。`,
  ],
  [/Error\(s\) in loading state_dict for/, () => "文件里的参数不能装进这个网络。原因见下面的英文原文。"],
  [
    /Expected target size (\[.*?\]), got (\[.*?\])/,
    (expected, given) =>
      `网络的输出与类别对不上：损失要形状为 ${expected} 的类别，得到的是 ${given}。请让最后一层对每幅图像只输出一行分数（先展平，再接线性层）。`,
  ],
  [
    /Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)/,
    (given, expected) =>
      `网络的输出与类别对不上：网络给出 ${given} 行分数，而这一批有 ${expected} 幅图像。请让网络对每幅图像只输出一行分数。`,
  ],
  [
    /Target (-?\d+) is out of bounds\. There are (\d+) classes/,
    (target, classes) =>
      `网络只分 ${classes} 类，而数据里有类别 ${target}（类别从 0 数起）。请让最后一层的输出个数与类别数相同。`,
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

const OTHERWISE = "这一步没有完成。原因见下面的英文原文。";

export const errors: Messages["errors"] = {
  explain(message) {
    for (const [pattern, text] of EXPLANATIONS) {
      const found = pattern.exec(message);
      if (found !== null) return text(...found.slice(1));
    }
    return OTHERWISE;
  },
};
