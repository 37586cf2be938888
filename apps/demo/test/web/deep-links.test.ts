/**
 * Every link into the lab, of the docs and of the lessons, in both languages: its address is understood to the last
 * parameter, and shows what the text beside it promises.
 */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { LESSONS } from "../../src/web/lessons/lessons.ts";
import { describeLab, PATIENCE, textOf } from "./lab.ts";

const PAGES = ["README.md", "docs/index.md", "docs/tutorial.md", "docs/from-the-lab.md"];
const CHINESE_PAGES = ["docs/zh/index.md", "docs/zh/tutorial.md"];

const linksOf = (page: string): string[] =>
  [
    ...readFileSync(new URL(`../../../../${page}`, import.meta.url), "utf8").matchAll(
      /\blab\/#\/([^\s)"]+)/g,
    ),
  ].map(([, address]) => address!);

/** Without the language, which only says in what words. */
const plain = (address: string): string => address.replace(/[?&]lang=zh$/, "");

const FROM_DOCS = [...PAGES, ...CHINESE_PAGES].flatMap(linksOf);
const FROM_LESSONS = LESSONS.flatMap(({ views, exercise }) => [
  ...views.map(({ address }) => address),
  `exercises?open=${exercise}`,
]).flatMap((address) => [address, `${address}${address.includes("?") ? "&" : "?"}lang=zh`]);
const LINKS = [...new Set([...FROM_DOCS, ...FROM_LESSONS])];

/** The numbers of the arrays that match, one after the other. */
async function numbers(page: Page, selector: string): Promise<number[]> {
  const cells = await page.locator(`${selector} [role=gridcell]`).allTextContents();
  return cells.map((cell) => Number(cell.replace("−", "-")));
}

const result =
  (...expected: readonly number[]) =>
  (page: Page): Promise<void> =>
    expect.poll(() => numbers(page, ".array-result")).toEqual(expected);

const exercise = (id: string) => async (page: Page) => {
  await page.locator(`[data-exercise=${id}][open] .question`).waitFor();
  expect(await page.locator("[data-exercise][open]").count()).toBe(1);
};

const of = (count: number, value: number): number[] => Array<number>(count).fill(value);
const byId = (id: string): string =>
  LESSONS.flatMap(({ views }) => views).find((view) => view.id === id)!.address;
const stride2 = linksOf("docs/tutorial.md").find((address) => address.includes("stride=2&padding=1"))!;

const PROMISES: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  slide: result(19, 25, 37, 43),
  "slide?at=3": async (page) => {
    await result(19, 25, 37, 43)(page);
    await expect.poll(() => textOf(page.locator(".arithmetic"))).toContain("4·0 + 5·1 + 7·2 + 8·3 = 43");
  },
  "slide?view=kernel": result(8, 12, 20, 24),
  [byId("samePattern")]: result(3, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 3),
  [byId("band")]: result(...Array.from({ length: 6 }, () => [0, 1, 0, 0, 0, -1, 0]).flat()),
  edges: async (page) => {
    await page.locator('.stats[data-frames="1"]').waitFor();
    expect(await page.locator(".kernel-panel select").first().inputValue()).toBe("sobel");
  },
  learn: async (page) => {
    await expect.poll(() => textOf(page.locator(".loss-of-step"))).toContain("0.274");
    expect(await numbers(page, ".signed:nth-child(2)")).toEqual([1.0398, -0.9328]);
  },
  "learn?lr=0.035": (page) => page.locator(".verdict-diverges").waitFor(),
  [byId("padded")]: async (page) => {
    await expect.poll(async () => (await numbers(page, ".array-result")).length).toBe(25);
    const sums = await numbers(page, ".array-result");
    expect([sums[0], sums[12]]).toEqual([6, 72]);
  },
  [byId("strided")]: result(48, 60, 72, 132, 144, 156, 216, 228, 240),
  [byId("twoIn")]: result(56, 72, 104, 120),
  [byId("threeOut")]: result(56, 72, 104, 120, 76, 100, 148, 172, 96, 128, 192, 224),
  [byId("oneByOne")]: result(...of(9, -1), 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5),
  [byId("maximum")]: result(5, 7, 13, 15),
  [byId("maximumGradient")]: (page) =>
    expect
      .poll(async () => (await numbers(page, ".array:not(.array-result)")).slice(16))
      .toEqual([0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1]),
  [byId("chain")]: async (page) => {
    await expect.poll(() => page.locator(".stage [role=grid]").count()).toBeGreaterThanOrEqual(4);
  },
  train: (page) => page.locator(".answer[data-class]").waitFor(),
  [byId("mean")]: result(2.5, 4.5, 10.5, 12.5),
  [byId("meanGradient")]: result(...of(16, 0.25)),
  [byId("fiveByFive")]: async (page) => {
    await expect.poll(async () => (await numbers(page, ".array-result")).length).toBe(64);
    const sums = await numbers(page, ".array-result");
    expect([sums[0], sums[27]]).toEqual([9, 25]);
  },
  [byId("shrinking")]: result(...of(16, 25)),
  [stride2]: async (page) => {
    await result(4, 6, 6, 6, 6, 9, 9, 9, 6, 9, 9, 9, 6, 9, 9, 9)(page);
    expect(await textOf(page.locator(".formula"))).toContain("⌊(8 + 2·1 − 1·(3 − 1) − 1) / 2⌋ + 1 = 4");
  },
  lessons: async (page) => {
    await expect.poll(() => page.locator(".lesson").count()).toBe(LESSONS.length);
  },
  "exercises?open=lenetShapes": exercise("lenetShapes"),
  "exercises?open=lenetWeights": exercise("lenetWeights"),
  ...Object.fromEntries(
    LESSONS.map((lesson) => [`exercises?open=${lesson.exercise}`, exercise(lesson.exercise)]),
  ),
};

test("the pages have their links", () => {
  expect(linksOf("docs/tutorial.md").length).toBeGreaterThan(8);
  // The same in both languages, in the same order.
  expect(linksOf("docs/zh/tutorial.md").map(plain)).toEqual(linksOf("docs/tutorial.md"));
  expect(linksOf("docs/index.md")).toEqual(["lessons"]);
});

describeLab("deep links", (lab) => {
  test.for(LINKS)("%s", { timeout: 2 * PATIENCE }, async (address) => {
    const promise = PROMISES[plain(address)];
    expect(promise, "nobody says what this link shows").toBeDefined();
    const page = await lab.open({ hash: address });
    await promise!(page);
    // What is not understood, or is the default, disappears from the address; the language is always in it.
    const state = (hash: string): string[] => {
      const [tab = "", query = ""] = hash.split("?");
      const params = [...new URLSearchParams(query)].filter(([name]) => name !== "lang");
      return [tab, ...params.map((param) => param.join("=")).sort()];
    };
    await expect.poll(() => new URL(page.url()).hash).toContain("lang=");
    expect(state(new URL(page.url()).hash)).toEqual(state(`#/${address}`));
    const language = address.includes("lang=zh") ? "zh-CN" : "en";
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
  });
});
