/** For everybody: axe finds nothing in either language or appearance, all of it works by keyboard, motion is optional. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeLab, gridValues, PATIENCE, textOf } from "./lab.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds on the page as it is, in a few lines each. */
async function findings(page: Page): Promise<string[]> {
  // Not a script of the page's: the policy does not hold for what the test runs in it.
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Finding[] }> } };
    return (await axe.run()).violations;
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}

/** In how many rows the links to the tabs stand. */
const rowsOfTabs = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const links = document.querySelectorAll(".site-header nav a");
    return new Set(Array.from(links, (link) => link.getBoundingClientRect().top)).size;
  });

/** Waits for the end of the training, and brings every card into sight: what was never near is not there. */
async function seeTrained(page: Page, fits: boolean): Promise<void> {
  await page.locator(`.position[data-status="${fits ? "done" : "failed"}"]`).waitFor();
  if (!fits) return;
  for (const [card, content] of [
    ["network", ".layer-row"],
    ["inside", ".layer-maps canvas"],
    ["confusion", ".confusion button"],
  ]) {
    await page.locator(`.${card}-card`).scrollIntoViewIfNeeded();
    await page.locator(content!).first().waitFor();
  }
}

const TABS = [
  "slide?x=0,1,2;3,-4,5;6,7,8|1,-9,3;4,5,6;7,8,9&k=0,1;2,3|1,2;3,4/1,-2;3,4|2,3;4,5&padding=1&stride=2",
  "slide?x=0,1,2,3;5,6,-7,8;0,1,2,3;5,6,7,8&k=0.125,1,1;2,-3,1;1,0.25,1",
  "slide?view=input&at=2",
  "slide?x=0,1,2,3;4,-5,6,7;8,9,1,2;3,4,5,6&layers=conv,relu,max&k1=0,1;2,-3/1,0;0,1&padding1=1&at=60",
  "slide?layers=conv,sigmoid,avg&view=input&size3=1",
  "edges?by=direction&angle=30",
  "edges?kernel=sobel&colour=1&pixel=100,200",
  "learn?lr=0.034",
  "train?steps=20&images=100&net=conv4k5,relu,max2,flatten,dropout0.2,linear10",
  "train?steps=10&images=50&data=fashion&net=conv4k5,norm,relu,flatten,linear10",
  "train?steps=10&images=50&net=conv4k5,linear10", // does not fit
  "backends?backend=cpu-wasm",
  "exercises?open=diagonal,cost,handmade&diagonal=1,0,0;-1,1,0;0,-1,1;0,0,-1|1,2,3,4;,,,;,,,",
  "exercises?open=lenetShapes,lenetWeights",
  "lessons?",
  "slide?padding=1&as=talk",
  "slide?padding=1&as=embed",
  "learn?as=talk",
  "edges?as=embed",
] as const;

const LOOKS = [
  { lang: "en", theme: "light", width: 1200 },
  { lang: "zh", theme: "dark", width: 1200 },
  { lang: "zh", theme: "light", width: 375 },
  { lang: "en", theme: "dark", width: 375 },
] as const;

describeLab("access", (lab) => {
  test.for(LOOKS)("axe finds nothing: $lang, $theme, $width px", { timeout: 4 * PATIENCE }, async (look) => {
    // Without motion: a colour on its way from one to the other has neither contrast.
    const page = await lab.open({
      viewport: { width: look.width, height: 800 },
      colorScheme: look.theme,
      reducedMotion: "reduce",
    });
    for (const tab of TABS) {
      await page.goto(`${page.url().split("#")[0]}#/${tab}&lang=${look.lang}&theme=${look.theme}`);
      await page.locator(`.${tab.split("?")[0]}-tab`).waitFor();
      await page.waitForLoadState("networkidle");
      if (tab.startsWith("train")) await seeTrained(page, !tab.includes("net=conv4k5,linear10"));
      expect(await findings(page), `${tab} ${JSON.stringify(look)}`).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${tab} is wider than the screen`).toBeLessThanOrEqual(0);
      expect(await rowsOfTabs(page)).toBe(tab.includes("as=") ? 0 : 1);
    }
  });

  test("an error, an open editor and a paused step are accessible too", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: "slide?dilation=4" });
    await page.getByRole("alert").waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByLabel("Example").selectOption("stride");
    await page.getByRole("button", { name: "Step" }).click();
    await page.getByRole("grid", { name: "Input X" }).getByRole("gridcell").first().click();
    await page.getByRole("textbox", { name: "Value in row 1, column 1" }).waitFor();
    expect(await findings(page)).toEqual([]);
  });

  test("keyboard only: skip link, tabs, grid, shortcuts", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open();
    await page.keyboard.press("Tab");
    expect(await textOf(page.locator(":focus"))).toBe("Skip to content");
    await page.keyboard.press("Enter");
    expect(await page.locator(":focus").getAttribute("id")).toBe("content");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => textOf(page.locator(".position"))).toBe("Position 2 of 4");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => textOf(page.locator(".position"))).toBe("Position 1 of 4");

    // On by Tab to the input's grid: one stop for the whole grid.
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      if ((await page.locator(":focus").getAttribute("role")) === "gridcell") break;
    }
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.type("-12.5");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => gridValues(page, "Input X"))
      .toEqual([
        [0, 1, 2],
        [3, -12.5, 5],
        [6, 7, 8],
      ]);
    expect(await textOf(page.locator(":focus"))).toBe("−12.5");
    await page.keyboard.press("Tab");
    expect(
      await page.locator(":focus").evaluate((cell) => cell.closest("table")!.getAttribute("aria-label")),
    ).toBe("Kernel K, K[0, 0]");
    await page.keyboard.press("Control+z");
    await expect.poll(async () => (await gridValues(page, "Input X"))[1]).toEqual([3, 4, 5]);

    await page.getByRole("link", { name: "Learn" }).focus();
    await page.keyboard.press("Enter");
    await page.locator(".learn-tab").waitFor();
    await page.goBack();
    await page.locator(".slide-tab").waitFor();
  });

  test("reduced motion: no transitions, and everything still plays", { timeout: 2 * PATIENCE }, async () => {
    const duration = async (page: Page): Promise<string> =>
      page
        .locator(".cell")
        .first()
        .evaluate((cell) => getComputedStyle(cell).transitionDuration);
    const moving = await lab.open();
    expect(await duration(moving)).not.toBe("0s");
    const page = await lab.open({ reducedMotion: "reduce" });
    expect(await duration(page)).toBe("0s");
    await page.getByRole("slider", { name: "Speed" }).fill("20");
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => textOf(page.locator(".position"))).toBe("Position 4 of 4");
  });

  test.for(["en", "zh"])("the header is one row at 1440 px, %s", { timeout: PATIENCE }, async (lang) => {
    const page = await lab.open({ hash: `slide?lang=${lang}`, viewport: { width: 1440, height: 900 } });
    const [tabs, settings] = await Promise.all(
      [".site-header nav", ".site-header .settings"].map((part) => page.locator(part).boundingBox()),
    );
    expect(tabs!.x + tabs!.width).toBeLessThan(settings!.x);
    expect(Math.abs(tabs!.y + tabs!.height / 2 - (settings!.y + settings!.height / 2))).toBeLessThan(3);
    const cut = (row: Element): boolean => row.scrollWidth > row.clientWidth;
    expect(await page.locator(".site-header nav ul").evaluate(cut)).toBe(false);
  });

  test("language and appearance follow the browser, and the choice", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ locale: "zh-CN", colorScheme: "dark" });
    expect(await textOf(page.locator("h1"))).toBe("卷积实验室");
    const look = (): Promise<(string | undefined)[]> =>
      page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]);
    expect(await look()).toEqual(["zh-CN", "dark"]);
    await page.getByLabel("语言").selectOption("en");
    await page.getByLabel("Appearance").selectOption("light");
    await expect.poll(look).toEqual(["en", "light"]);
    expect(await page.title()).toBe("The Convolution Lab");
  });
});
