/** For a lecture hall: everything in view and as large as it can be, and a clicker is enough. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeLab, PATIENCE, textOf } from "./lab.ts";

const SCREENS = [
  { width: 1024, height: 768 },
  { width: 1920, height: 1080 },
] as const;

/** Of input, kernel, output and arithmetic: what is cut off, and how large a cell's number is beside the screen's height. */
const lookAt = (page: Page) =>
  page.evaluate(() => {
    const cut = (element: Element): boolean => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return left < 0 || top < 0 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5 || bottom === top;
    };
    const parts = [...document.querySelectorAll(".stage-card .array, .arithmetic, .arithmetic .sum-line")];
    const boxes = [...document.querySelectorAll(".stage-card .grid-box")];
    const size = (selector: string): number =>
      Number.parseFloat(getComputedStyle(document.querySelector(selector)!).fontSize) / innerHeight;
    return {
      arrays: document.querySelectorAll(".stage-card .array").length,
      cut: parts.filter(cut).map((part) => part.className),
      scrolls: boxes.filter((box) => box.scrollWidth > box.clientWidth).length,
      pageScrolls: document.documentElement.scrollHeight > innerHeight,
      cell: size(".cell"),
      sum: size(".sum-line"),
    };
  });

/** Input and output at least: a pool has no kernel, a chain has arrays between. */
const WHOLE = {
  arrays: expect.toSatisfy((count: number) => count >= 2),
  cut: [],
  scrolls: 0,
  pageScrolls: false,
};

/** What of a tab is not wholly in view, or is under the button that ends the presentation. */
const notInView = (page: Page, selector: string): Promise<string[]> =>
  page.evaluate((wanted) => {
    const bar = document.querySelector(".talk-bar .button")!.getBoundingClientRect();
    const parts = [...document.querySelectorAll(wanted)].filter((part) => part.checkVisibility());
    if (parts.length === 0) return ["nothing"];
    const names = parts.flatMap((part) => {
      const { left, top, right, bottom } = part.getBoundingClientRect();
      const isCut = left < 0 || top < 0 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5;
      const isUnder = right > bar.left && left < bar.right && top < bar.bottom && bottom > bar.top;
      return isCut || isUnder ? [`${part.tagName} ${part.className}`] : [];
    });
    return document.documentElement.scrollHeight > innerHeight ? [...names, "the page scrolls"] : names;
  }, selector);

describeLab("talk", (lab) => {
  test.for(SCREENS)(
    "$width × $height: every example is whole, and readable from the last row",
    { timeout: 4 * PATIENCE },
    async (viewport) => {
      const page = await lab.open({ viewport });
      const examples = await page
        .getByLabel("Example")
        .locator("option")
        .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
      expect(examples.length).toBe(14);
      for (const example of examples) {
        await page.getByLabel("Example").selectOption(example);
        await page.getByRole("button", { name: "Present" }).click();
        await page.locator('main[data-as="talk"] .arithmetic').waitFor();
        await expect.poll(() => lookAt(page), { message: example }).toMatchObject(WHOLE);
        const { arrays, cell, sum } = await lookAt(page);
        // Of the screen's height, as slides have it; four arrays side by side leave less.
        expect(Math.min(cell, sum), example).toBeGreaterThan(arrays > 3 ? 1 / 50 : 1 / 40);
        for (let i = 0; i < 3; i++) await page.keyboard.press("PageDown");
        await expect.poll(() => lookAt(page), { message: `${example}, further on` }).toMatchObject(WHOLE);
        await page.keyboard.press("Escape");
        await page.getByLabel("Example").waitFor();
      }
    },
  );

  test("keys: P begins and ends, a clicker steps, the address says so", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open();
    const size = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.documentElement).fontSize);
    const usual = await size();
    await page.keyboard.press("p");
    await page.locator('main[data-as="talk"]').waitFor();
    await expect.poll(() => page.url()).toContain("as=talk");
    await expect.poll(async () => Number.parseFloat(await size())).toBeGreaterThan(24);
    expect(await page.locator(".site-header, .site-footer").count()).toBe(0);
    await page.keyboard.press("PageDown");
    await expect.poll(() => textOf(page.locator(".position"))).toBe("Position 2 of 4");
    await expect.poll(() => textOf(page.locator(".arithmetic"))).toContain("1·0 + 2·1 + 4·2 + 5·3 = 25");
    await page.keyboard.press("PageUp");
    await expect.poll(() => textOf(page.locator(".position"))).toBe("Position 1 of 4");
    await page.keyboard.press("p");
    await page.locator(".site-header").waitFor();
    await expect.poll(size).toBe(usual);
    expect(await page.locator("main").getAttribute("data-as")).toBe("page");

    // What is typed is typed: a letter in a field presents nothing.
    const field = page.locator(".stepper input").first();
    await field.focus();
    await page.keyboard.press("p");
    expect(await page.locator("main").getAttribute("data-as")).toBe("page");
  });

  test("learn: a clicker goes from step to step", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "learn?at=3&as=talk" });
    const at = (): Promise<string> => textOf(page.locator(".transport .position"));
    const before = await at();
    await page.keyboard.press("PageDown");
    await expect.poll(at).not.toBe(before);
    await expect.poll(() => textOf(page.locator(".loss-now"))).toContain("4");
    await page.keyboard.press("PageUp");
    await expect.poll(at).toBe(before);
    expect(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
  });

  test.for(SCREENS)(
    "$width × $height: edges has both pictures and the arithmetic in view, and a clicker moves the pixel",
    { timeout: 3 * PATIENCE },
    async (viewport) => {
      const parts = ".pictures canvas, .pixel-sum .array, .sum-line, .painted";
      for (const [kernel, arrays] of [
        ["sobel", 6],
        ["gaussian", 3],
      ] as const) {
        const page = await lab.open({ hash: `edges?kernel=${kernel}&image=alps&as=talk`, viewport });
        await expect.poll(() => page.locator(".pixel-sum .array").count()).toBe(arrays);
        await expect.poll(() => notInView(page, parts), { message: kernel }).toEqual([]);
        const boxes = await page
          .locator(".pictures canvas")
          .evaluateAll((all) => all.map((canvas) => canvas.getBoundingClientRect().toJSON()));
        expect(boxes[0].right).toBeLessThan(boxes[1].left);
        expect(Math.min(...boxes.map(({ height }) => height))).toBeGreaterThan(viewport.height / 4);
        const column = (): Promise<number> =>
          page.getByRole("textbox", { name: "Column" }).inputValue().then(Number);
        const before = await column();
        await page.keyboard.press("PageDown");
        await page.keyboard.press("PageDown");
        await expect.poll(column).toBe(before + 2);
        await page.keyboard.press("PageUp");
        await expect.poll(column).toBe(before + 1);
        await expect.poll(() => notInView(page, parts), { message: `${kernel}, further on` }).toEqual([]);
      }
    },
  );

  test.for(SCREENS)(
    "$width × $height: train has drawing, answer, curves and controls in view, and nothing else",
    { timeout: 2 * PATIENCE },
    async (viewport) => {
      const page = await lab.open({ hash: "train?steps=20&as=talk", viewport });
      await page.locator('[data-status="done"]').waitFor();
      const parts =
        ".pad, .answer, .probabilities li, .run-card .transport, .moment, .curves, .curves canvas";
      await expect.poll(() => notInView(page, parts)).toEqual([]);
      expect(await page.locator(":is(.pad, .answer, .transport, .moment):visible").count()).toBe(4);
      expect(await page.locator(".curves:visible, .probabilities li:visible").count()).toBe(12);
      expect(await page.locator(".card:visible").count()).toBe(2);
      // Of the screen: curves that are seen from the last row.
      const heights = (): Promise<number[]> =>
        page
          .locator(".curves canvas")
          .evaluateAll((all) => all.map((canvas) => canvas.getBoundingClientRect().height / innerHeight));
      await expect.poll(heights).toHaveLength(2);
      await expect.poll(async () => Math.min(...(await heights()))).toBeGreaterThan(1 / 4);
    },
  );

  test("labels of plots are whole on a phone held sideways, and steps are whole numbers", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: "train?steps=20&as=talk", viewport: SCREENS[1] });
    await page.locator('[data-status="done"]').waitFor();
    await expect.poll(() => page.locator(".curves canvas").count()).toBe(2);
    // What is written from now on: the text, and where it begins and ends, in pixels of its canvas.
    await page.evaluate(() => {
      const written: [text: string, left: number, top: number, bottom: number][] = [];
      const draw = CanvasRenderingContext2D.prototype.fillText;
      CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
        const box = this.measureText(text);
        const { x: left, y: base } = this.getTransform().transformPoint({ x, y });
        written.push([
          text,
          left - box.actualBoundingBoxLeft,
          base - box.actualBoundingBoxAscent,
          base + box.actualBoundingBoxDescent,
        ]);
        draw.call(this, text, x, y);
      };
      Object.assign(globalThis, { written });
    });
    await page.setViewportSize({ width: 667, height: 375 });
    const written = (): Promise<[string, number, number, number][]> =>
      page.evaluate(() => (globalThis as unknown as { written: [string, number, number, number][] }).written);
    const last = async (label: string): Promise<[string, number, number, number]> =>
      (await written()).filter(([text]) => text === label).at(-1)!;
    await expect.poll(async () => (await last("100 %"))?.[1]).toBeGreaterThanOrEqual(0);
    const steps = (await written()).map(([text]) => text).filter((text) => /^[\d.]+$/.test(text));
    expect(steps).not.toContain("2.5");
    expect((await last("20"))[3]).toBeLessThan((await last("step"))[2]);
  });

  test("what is read is readable: one exercise, whole; lessons, which scroll", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: "exercises?open=lenetShapes&as=talk", viewport: SCREENS[0] });
    const size = (): Promise<number> =>
      page.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize));
    const scrolls = (): Promise<boolean> =>
      page.evaluate(() => document.documentElement.scrollHeight > innerHeight);
    await page.locator(".question").waitFor();
    expect(await page.locator("[data-exercise]:visible").count()).toBe(1);
    await expect.poll(size).toBeGreaterThan(SCREENS[0].height / 43);
    expect(await scrolls()).toBe(false);
    await page.goto(`${page.url().split("#")[0]}#/lessons?as=talk&lang=en`);
    await page.locator(".lesson").first().waitFor();
    await expect.poll(scrolls).toBe(true);
    expect(await size()).toBeGreaterThan(SCREENS[0].height / 43);
    await page.keyboard.press("PageDown");
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(0);
  });

  test("another size of window, and a larger image, are fitted anew", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "slide?as=talk", viewport: SCREENS[1] });
    const size = (): Promise<number> =>
      page.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize));
    await page.locator(".arithmetic").waitFor();
    const large = await size();
    await page.setViewportSize(SCREENS[0]);
    await expect.poll(() => lookAt(page)).toMatchObject(WHOLE);
    await expect.poll(size).toBeLessThan(large);
    await page.setViewportSize(SCREENS[1]);
    await expect.poll(size).toBeGreaterThan(large - 2);
  });
});
