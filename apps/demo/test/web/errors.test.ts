/** What the library refuses, said in Chinese with its own words beneath. */
import {
  avgPool2d,
  Corr2dError,
  convTranspose2d,
  corr2d,
  pad,
  type Tensor,
  tensor,
  zeros,
} from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { readSafetensors, writeSafetensors } from "@corr2d/io";
import { crossEntropy, Linear } from "@corr2d/nn";
import { expect, test } from "vitest";
import { errors } from "../../src/web/i18n/zh/errors.ts";
import { describeLab, PATIENCE, textOf } from "./lab.ts";

const backend = cpuJs();
const image = (channels: number): Tensor => zeros([channels, 3, 3], { backend });
const kernel = (...shape: number[]): Tensor => zeros(shape, { backend });

const classes = (...values: number[]): Tensor => tensor(values, { backend, dtype: "int32" });

const read = (bytes: Uint8Array): Promise<unknown> =>
  readSafetensors(new Blob([bytes as Uint8Array<ArrayBuffer>]), { backend });
/** A file of one tensor whose header says `dtype`. */
const written = async (dtype = "F32"): Promise<Buffer> => {
  const bytes = Buffer.from(await writeSafetensors({ "0.weight": kernel(2, 2) }));
  bytes.write(dtype, bytes.indexOf("F32"));
  return bytes;
};
const load = (state: Record<string, Tensor>) => new Linear(2, 3, { backend }).loadStateDict(state);

/** Every refusal that the lab's controls and files can lead to, and what its explanation has to contain. */
const REFUSED: readonly (readonly [name: string, run: () => unknown, says: RegExp])[] = [
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
  ["no such file", () => read(new Uint8Array(64).fill(80)), /看来不是 safetensors 文件/],
  ["an empty file", () => read(new Uint8Array(0)), /看来不是 safetensors 文件/],
  [
    "a file cut off",
    async () => read((await written()).subarray(0, -4)),
    /不完整.*应有 \d+ 字节，实际只有 \d+ 字节/,
  ],
  ["a header cut off", async () => read((await written()).subarray(0, 20)), /不完整.*整个文件只有 20 字节/],
  ["too long a file", async () => read(Uint8Array.of(...(await written()), 0, 0, 0)), /末尾多出 3 字节/],
  ["a file of unknown numbers", async () => read(await written("F99")), /文件的格式不对，或文件已损坏/],
  ["another size", () => load({ weight: kernel(4, 2), bias: kernel(3) }), /weight .*4, 2.*3, 2/],
  ["no bias", () => load({ weight: kernel(3, 2) }), /"bias" 不在文件里/],
  ["a third", () => load({ weight: kernel(3, 2), bias: kernel(3), g: kernel(1) }), /文件里的 "g" /],
  ["scores of pixels", () => crossEntropy(kernel(2, 3, 4, 4), classes(0, 1)), /\[2, 4, 4\].*\[2\]/],
  ["rows of scores", () => crossEntropy(kernel(3, 2), classes(0, 1)), /3 行分数.*2 幅图像/],
  ["too few classes", () => crossEntropy(kernel(2, 3), classes(0, 9)), /只分 3 类.*类别 9/],
];

test.for(REFUSED)("%s: the explanation has the values", async ([, run, says]) => {
  const error = await Promise.resolve()
    .then(run)
    .catch((problem: unknown) => problem);
  if (!Corr2dError.isInstance(error)) throw error;
  expect(errors.explain(`${error.code}: ${error.message}`)).toMatch(says);
});

test("anything else is framed too, and nothing is said of it that may be false", () => {
  expect(errors.explain("INTERNAL: something new")).toBe("这一步没有完成。原因见下面的英文原文。");
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
