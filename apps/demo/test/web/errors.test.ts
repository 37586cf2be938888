/** What the library refuses, said in Chinese with its own words beneath. */
import { avgPool2d, Corr2dError, convTranspose2d, corr2d, pad, type Tensor, zeros } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { expect, test } from "vitest";
import { errors } from "../../src/web/i18n/zh/errors.ts";
import { describeLab, PATIENCE, textOf } from "./lab.ts";

const backend = cpuJs();
const image = (channels: number): Tensor => zeros([channels, 3, 3], { backend });
const kernel = (...shape: number[]): Tensor => zeros(shape, { backend });

/** Every refusal that the lab's controls can lead to, and what its explanation has to contain. */
const REFUSED: readonly (readonly [name: string, run: () => Tensor, says: RegExp])[] = [
  ["no window", () => corr2d(image(1), kernel(1, 1, 2, 2), { dilation: 4 }), /3 × 3.*5 × 5/],
  ["groups, outputs", () => corr2d(image(1), kernel(1, 1, 2, 2), { groups: 2 }), /输出通道数 1 .*组数 2/],
  [
    "groups, inputs",
    () => corr2d(image(1), kernel(2, 1, 2, 2), { groups: 2 }),
    /要 2 个输入通道，而输入有 1 个/,
  ],
  ["transposed", () => convTranspose2d(image(1), kernel(2, 1, 2, 2)), /要 2 个输入通道，而输入有 1 个/],
  ["same", () => corr2d(image(1), kernel(1, 1, 2, 2), { padding: "same", stride: 2 }), /步幅不为 1/],
  ["output padding", () => convTranspose2d(image(1), kernel(1, 1, 2, 2), { outputPadding: 1 }), /输出填充/],
  ["all cropped", () => convTranspose2d(image(1), kernel(1, 1, 2, 2), { padding: 6 }), /请减小填充/],
  ["reflect", () => pad(image(1), [3, 3, 3, 3], { mode: "reflect" }), /\(3, 3\).*3/],
  ["circular", () => pad(image(1), [4, 4, 4, 4], { mode: "circular" }), /\(4, 4\).*3/],
  ["pooling", () => avgPool2d(image(1), 2, { padding: 2 }), /填充 2 超过了窗口 2 的一半/],
];

test.for(REFUSED)("%s: the explanation has the values", ([, run, says]) => {
  let message = "";
  try {
    run();
  } catch (error) {
    if (!Corr2dError.isInstance(error)) throw error;
    message = error.message;
  }
  expect(errors.explain(message)).toMatch(says);
});

test("anything else is framed too", () => {
  expect(errors.explain("something new")).toMatch(/见下面的英文原文/);
});

describeLab("errors", (lab) => {
  test("Chinese: the explanation, and the library's words beneath", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "slide?dilation=4&lang=zh" });
    const note = page.getByRole("alert");
    expect(await textOf(note.locator("p"))).toMatch(/^窗口放不下：填充之后的输入是 3 × 3/);
    expect(await textOf(note.locator("code[lang=en]"))).toMatch(/^SHAPE_MISMATCH: .*Kernel size: \(5 x 5\)/);
    const english = await lab.open({ hash: "slide?dilation=4&lang=en" });
    expect(await english.getByRole("alert").locator("p").count()).toBe(0);
  });

  test("Chinese: why there is one thread", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "slide?threads=2&lang=zh", isolated: false });
    const note = page.locator("main > [role=status]");
    await expect.poll(() => textOf(note)).toMatch(/^本页没有跨源隔离/);
    expect(await textOf(note.locator("[lang=en]"))).toMatch(/^the page is not cross-origin isolated/);
  });

  test("Chinese: the comments of the program", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "edges?lang=zh" });
    const program = page.locator(".code-panel pre");
    await expect.poll(() => textOf(program)).toContain("// 您的图像：[3, 高, 宽]");
    await page.getByRole("radio", { name: "PyTorch" }).check();
    await expect.poll(() => textOf(program)).toContain("# 同一个卷积核，分别用在每个通道上。");
    await page.getByLabel("语言").selectOption("en");
    await expect.poll(() => textOf(program)).toContain("# The same kernel on every channel by itself.");
  });
});
