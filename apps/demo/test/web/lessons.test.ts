/** The lessons tab: all sections in order, in both languages, each with views, the book's section and one exercise. */
import { expect, test } from "vitest";
import { SECTIONS } from "../../src/web/exercises/exercise.ts";
import { LESSONS } from "../../src/web/lessons/lessons.ts";
import { describeLab, PATIENCE, textOf } from "./lab.ts";

test("every section of the book has its lesson, in the book's order", () => {
  expect(LESSONS.map(({ section }) => section)).toEqual(SECTIONS);
});

describeLab("lessons", (lab) => {
  test.for(["en", "zh"])(
    "%s: what is listed is what is tested as deep links",
    { timeout: 2 * PATIENCE },
    async (lang) => {
      const page = await lab.open({ hash: `lessons?lang=${lang}&theme=dark` });
      const cards = page.locator(".lesson");
      await expect.poll(() => cards.count()).toBe(6);
      for (const [i, { views, exercise, page: section }] of LESSONS.entries()) {
        const card = cards.nth(i);
        const hrefs = await card
          .locator("li a")
          .evaluateAll((links) => links.map((a) => a.getAttribute("href")));
        const address = (text: string): string =>
          `#/${text}${text.includes("?") ? "&" : "?"}lang=${lang}&theme=dark`;
        expect(hrefs).toEqual([
          ...views.map((view) => address(view.address)),
          address(`exercises?open=${exercise}`),
        ]);
        const book = `https://${lang === "zh" ? "zh." : ""}d2l.ai/chapter_convolutional-neural-networks/${section}.html`;
        expect(await card.locator("p.hint a").getAttribute("href")).toBe(book);
        expect(await card.locator("li p").count()).toBe(views.length);
      }
    },
  );

  test("a click leads there and back", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "lessons" });
    await page.getByRole("link", { name: "Stride 2 halves it" }).click();
    await page.locator(".slide-tab").waitFor();
    await expect.poll(() => textOf(page.locator(".position"))).toBe("Position 1 of 9");
    await page.goBack();
    await page.getByRole("heading", { name: "Six lessons along the book" }).waitFor();
  });
});
