/** 实验室之外的东西：通往别处的链接、演示视图、嵌入其他网页的框架。 */
import type { Messages } from "../index.ts";

export const frame: Messages["frame"] = {
  links: "延伸阅读",
  book: "书中的卷积神经网络一章",
  about: "本页内容的代码讲解",
  build: "从实验室到您自己的网页（英文）",
  source: "源代码",
  copyFrame: "复制嵌入代码",
  copyFrameHint: "把这个画面放进其他网页所用的 HTML。",
  openLab: "在卷积实验室中打开",
  present: "演示",
  presentHint: "铺满屏幕（按键 P）。用 PageDown、PageUp 或翻页笔前进、后退。",
  leave: "退出演示（P）",
  takeFurther: "再进一步：像素、不卡住页面的循环、文件（英文）",
};
