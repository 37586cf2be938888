/** A finger is enough: on a phone held upright, without mouse or keyboard. */
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeLab, gridValues, PATIENCE, textOf } from "./lab.ts";

const PHONE = { viewport: { width: 375, height: 667 }, isPhone: true } as const;

/** What sticks out of the screen to the right, which a finger would have to look for. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const isInView = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= document.documentElement.clientHeight;
  });

const scrolled = (page: Page): Promise<number> => page.evaluate(() => scrollY);

/** A finger's stroke over a box, in hundredths of its sides, during which the page stays where it is. */
async function stroke(box: Locator, points: readonly (readonly [number, number])[]): Promise<void> {
  await box.scrollIntoViewIfNeeded();
  const place = await scrolled(box.page());
  const { x, y, width, height } = (await box.boundingBox())!;
  const client = await box.page().context().newCDPSession(box.page());
  const touch = (
    type: "touchStart" | "touchMove" | "touchEnd",
    at?: readonly [number, number],
  ): Promise<unknown> =>
    client.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: at === undefined ? [] : [{ x: x + (at[0] * width) / 100, y: y + (at[1] * height) / 100 }],
    });
  await touch("touchStart", points[0]!);
  for (const [i, [toX, toY]] of points.entries()) {
    const [fromX, fromY] = points[Math.max(0, i - 1)]!;
    for (let share = 0.1; share < 1.05; share += 0.1) {
      await touch("touchMove", [fromX + (toX - fromX) * share, fromY + (toY - fromY) * share]);
    }
  }
  await touch("touchEnd");
  await client.detach();
  expect(await scrolled(box.page())).toBe(place);
}

const openTab = async (page: Page, name: string): Promise<void> => {
  await page.getByRole("link", { name, exact: true }).tap();
  await page.locator(`.${name.toLowerCase()}-tab`).waitFor();
};

/** Opens the presentation and leaves it. */
async function present(page: Page, shown: string): Promise<void> {
  await page.getByRole("button", { name: "Present" }).tap();
  await page.locator(`main[data-as="talk"] ${shown}`).first().waitFor();
  await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
  await page.getByRole("button", { name: "Leave the presentation" }).tap();
  await page.locator('main[data-as="page"]').waitFor();
}

describeLab("touch", (lab) => {
  test("from pixel to sum, through Slide, to a drawing that is recognised; presented and left", {
    timeout: 6 * PATIENCE,
  }, async () => {
    const page = await lab.open({ ...PHONE, hash: "edges?backend=cpu-wasm" });
    await page.locator('.stats[data-frames="1"]').waitFor();
    await page.getByRole("img", { name: "Picture" }).tap({ position: { x: 100, y: 60 } });
    await expect.poll(() => page.locator(".pixel-sum").count()).toBe(2);
    expect(await gridValues(page, "Window")).toHaveLength(3);
    await expect.poll(() => isInView(page.locator(".sum-value").first())).toBe(true);
    expect(await textOf(page.locator(".painted"))).toMatch(/is painted as \d+/);
    await present(page, ".pixel-sums");

    await openTab(page, "Slide");
    const position = page.locator(".slide-tab .position");
    for (const n of [2, 3, 4]) {
      await page.getByRole("button", { name: "Step", exact: true }).tap();
      await expect.poll(() => textOf(position)).toBe(`Position ${n} of 4`);
    }
    const cells = page.getByRole("grid", { name: "Input X" }).getByRole("gridcell");
    await cells.nth(8).tap();
    await cells.nth(8).getByRole("textbox").fill("7");
    await page.getByRole("radio", { name: "Paint" }).tap();
    await expect.poll(() => page.url()).toContain("x=0,1,2;3,4,5;6,7,7");
    await stroke(page.getByRole("grid", { name: "Input X" }), [
      [15, 15],
      [85, 15],
    ]);
    await expect.poll(() => page.url()).toContain("x=1,1,1;3,4,5;6,7,7");
    await present(page, ".arithmetic");

    await openTab(page, "Train");
    await page.locator(".position[data-status=running], .position[data-status=done]").waitFor();
    await stroke(page.locator(".pad"), [
      [24, 22],
      [74, 20],
      [44, 84],
    ]);
    await page.locator('.position[data-status="done"]').waitFor({ timeout: 2 * PATIENCE });
    await expect.poll(() => page.locator(".answer").getAttribute("data-class")).toBe("7");
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await present(page, ".pad");
  });
});
