/** The edges tab's pixels in a real browser: from pixel to sum, over to Slide; pictures that come and go. */
import { buffer } from "node:stream/consumers";
import type { Page } from "playwright-core";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { type PngParts, pngBytes } from "../png-bytes.ts";
import { BACKENDS, describeLab, gridValues, PATIENCE, textOf, waitForBackend } from "./lab.ts";

const waitForFrame = (page: Page): Promise<void> => page.locator('.stats[data-frames="1"]').waitFor();

const png = (parts: Omit<PngParts, "depth">): Buffer => Buffer.from(pngBytes({ depth: 8, ...parts }));

const openFile = (page: Page, name: string, mimeType: string, buffer: Buffer): Promise<void> =>
  page.locator("input[type=file]").setInputFiles({ name, mimeType, buffer });

/** Each pixel has its own brightness, below 100. */
const ramp = (x: number, y: number): number => 2 * x + 7 * y;
const RAMP = png({ width: 10, height: 8, colourType: 0, samples: (x, y) => [ramp(x, y)] });

const openRamp = async (page: Page): Promise<void> => {
  await waitForFrame(page);
  await openFile(page, "ramp.png", "image/png", RAMP);
  await expect.poll(() => textOf(page.locator(".stats"))).toMatch(/^10 × 8: /);
};

const sumLines = async (page: Page): Promise<string[]> =>
  Promise.all((await page.locator(".pixel-sums .sum-line").all()).map(textOf));
const painted = (page: Page): Promise<string> => textOf(page.locator(".painted"));

const around = (row: number, column: number): number[][] =>
  [0, 1, 2].map((i) => [0, 1, 2].map((j) => ramp(column + j, row + i)));

/** Bytes given to the page as a file, by an event of the kind that carries files. */
const give = (page: Page, kind: "paste" | "drop" | "dragover", bytes: Buffer, type: string): Promise<void> =>
  page.evaluate(
    ([event, text, mime]) => {
      const data = new DataTransfer();
      data.items.add(
        new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], "given", { type: mime }),
      );
      const init = { bubbles: true, cancelable: true };
      document.body.dispatchEvent(
        event === "paste"
          ? new ClipboardEvent("paste", { ...init, clipboardData: data })
          : new DragEvent(event, { ...init, dataTransfer: data }),
      );
    },
    [kind, bytes.toString("base64"), type] as const,
  );

describeLab("from pixel to sum", (lab) => {
  test.for(BACKENDS)("the window, the products, the sum, %s", { timeout: 2 * PATIENCE }, async (backend) => {
    const page = await lab.open({ hash: `edges?${backend}&kernel=laplacian&pixel=2,3` });
    await waitForBackend(page, backend);
    await openRamp(page);
    await expect.poll(() => gridValues(page, "Window")).toEqual(around(2, 3));
    const [north, west, middle, east, south] = [
      [2, 4],
      [3, 3],
      [3, 4],
      [3, 5],
      [4, 4],
    ].map(([y, x]) => ramp(x!, y!)) as [number, number, number, number, number];
    expect(await gridValues(page, "Products")).toEqual([
      [0, north, 0],
      [west, -4 * middle, east],
      [0, south, 0],
    ]);
    const [line] = await sumLines(page);
    expect(line).toMatch(
      new RegExp(`^${around(2, 3)[0]![0]}·0 \\+ ${north}·1 \\+ .* ${middle}·\\(−4\\) .*= 0$`),
    );
    expect(await painted(page)).toBe("Pixel [2, 3] of the result: 0 is painted as 0 (size without sign).");
  });

  test("two kernels: both sums, and their length", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "edges?kernel=sobel&pixel=0,0" });
    await openRamp(page);
    // Two to the right and seven down a pixel, over two pixels, with weights that add up to four.
    await expect.poll(() => gridValues(page, "Kernel 2")).toHaveLength(3);
    await expect
      .poll(async () => (await sumLines(page)).map((line) => line.replace(/^(. = ).*= /, "$1")))
      .toEqual(["a = 16", "b = 56", "√(16² + 56²) = 58.24"]);
    expect(await painted(page)).toContain("58.24 is painted as 58 ");
  });

  test("pointing, holding, arrow keys, letting go; the link", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "edges?kernel=sharpen" });
    await openRamp(page);
    expect(await page.locator(".pixel-sums").count()).toBe(0);
    const picture = page.getByRole("img", { name: "Picture" });
    const box = (await picture.boundingBox())!;
    expect([box.width, box.height]).toEqual([300, 240]); // thirty pixels of the screen for each
    const at = (x: number, y: number) => ({ position: { x: 30 * x + 15, y: 30 * y + 15 } });
    await picture.hover(at(4, 3)); // the window is around the pixel
    await expect.poll(() => gridValues(page, "Window")).toEqual(around(2, 3));
    expect(page.url()).not.toContain("pixel");
    await picture.click(at(5, 3));
    await expect.poll(() => page.url()).toContain("pixel=2,4");
    await picture.hover(at(1, 1));
    expect(await gridValues(page, "Window")).toEqual(around(2, 4));

    await page.getByRole("application", { name: "Through the kernel" }).focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => gridValues(page, "Window")).toEqual(around(1, 5));
    await page.keyboard.press("Shift+ArrowDown"); // as far as there are pixels
    await expect.poll(() => page.url()).toContain("pixel=5&");
    await page.getByRole("button", { name: "Decrease Row" }).click();
    await expect.poll(() => gridValues(page, "Window")).toEqual(around(4, 5));
    await page.getByRole("application", { name: "Picture" }).press("Escape");
    await picture.hover(at(1, 1));
    await expect.poll(() => gridValues(page, "Window")).toEqual(around(0, 0));
    await expect.poll(() => page.url()).not.toContain("pixel");
    // The corner of the result belongs to the same window.
    await page.getByRole("img", { name: "Through the kernel" }).hover({ position: { x: 239, y: 5 } });
    await expect.poll(() => gridValues(page, "Window")).toEqual(around(0, 7));
  });

  test("a colour by itself", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "edges?kernel=identity&colour=1&pixel=1,2&channel=green" });
    await waitForFrame(page);
    const samples = (x: number, y: number): number[] => [10 + x, 100 + x + 10 * y, 200];
    await openFile(page, "c.png", "image/png", png({ width: 8, height: 8, colourType: 2, samples }));
    await expect.poll(() => gridValues(page, "Window")).toEqual([[112]]);
    await page.getByRole("radio", { name: "Blue" }).check();
    await expect.poll(() => sumLines(page)).toEqual(["200·1 = 200"]);
    await expect.poll(() => page.url()).toContain("channel=blue");
    expect(await painted(page)).toContain("200 is painted as 200 ");
  });

  test("open in Slide carries the window and the kernel over", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "edges?kernel=sobel&pixel=1,4" });
    await openRamp(page);
    await expect.poll(() => gridValues(page, "Window")).toEqual(around(1, 4));
    const sums = await sumLines(page);
    await page.getByRole("button", { name: "Open in Slide" }).click();
    await page.locator(".slide-tab").waitFor();
    // Two cells around the window, but for those that the picture does not have.
    await expect
      .poll(() => gridValues(page, "Input X"))
      .toEqual([0, 1, 2, 3, 4, 5].map((y) => [2, 3, 4, 5, 6, 7, 8].map((x) => ramp(x, y))));
    expect(await page.getByRole("grid", { name: "Input X" }).locator(".touched").allTextContents()).toEqual(
      around(1, 4).flat().map(String),
    );
    expect(`a = ${await textOf(page.locator(".sum-line"))}`).toBe(sums[0]);
    expect(await textOf(page.locator(".position"))).toBe("Position 8 of 40");
    await page.goBack();
    await page.locator(".edges-tab").waitFor();
    await expect.poll(() => page.url()).toContain("pixel=1,4");
  });
});

describeLab("pictures", (lab) => {
  test("dropped and pasted; what is no picture is said", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "edges" });
    await waitForFrame(page);
    await page.getByText("Or drop or paste a picture anywhere on this page").waitFor();
    const wide = png({ width: 60, height: 20, colourType: 0, samples: (x) => [x] });
    await give(page, "paste", RAMP, "image/png");
    await expect.poll(() => textOf(page.locator(".stats"))).toMatch(/^10 × 8: /);
    await give(page, "dragover", wide, "image/png");
    await page.getByText("Drop it: it will be your picture.").waitFor();
    await give(page, "drop", wide, "image/png");
    await page.getByText("Or drop or paste a picture anywhere on this page").waitFor();
    await expect.poll(() => textOf(page.locator(".stats"))).toMatch(/^60 × 20: /);
    await give(page, "drop", Buffer.from("not a picture"), "image/png");
    await page.getByRole("alert").getByText("not an image that the browser can read").waitFor();
    await give(page, "paste", RAMP, "image/png");
    await expect.poll(() => page.getByRole("alert").count()).toBe(0);
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose a file…" }).click();
    await (await chooser).setFiles({ name: "w.png", mimeType: "image/png", buffer: wide });
    await expect.poll(() => textOf(page.locator(".stats"))).toMatch(/^60 × 20: /);
  });

  test("SVG is drawn as large as there is room", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "edges?kernel=book&pixel=100,239" });
    await waitForFrame(page);
    const svg = (attributes: string): Buffer =>
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}><path fill="#000" d="M0 0h12v24h-12z"/></svg>`,
      );
    await openFile(page, "a.svg", "image/svg+xml", svg('width="24" height="24"'));
    await expect.poll(() => textOf(page.locator(".stats"))).toMatch(/^480 × 480: /);
    await expect.poll(() => sumLines(page)).toEqual(["0·1 + 255·(−1) = −255"]); // sharp, not enlarged pixels
    expect(await page.locator(".scaled").count()).toBe(0);
    await openFile(page, "b.svg", "image/svg+xml", svg('viewBox="0 0 24 12"'));
    await expect.poll(() => textOf(page.locator(".stats"))).toMatch(/^640 × 320: /);
  });

  test("it says what it scaled, and saves what it shows", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "edges?kernel=identity" });
    await waitForFrame(page);
    await expect
      .poll(() => textOf(page.locator(".scaled")))
      .toBe("1024 × 819, shown and computed at 600 × 480");
    const wide = png({ width: 2000, height: 100, colourType: 0, samples: (x) => [x < 1000 ? 50 : 150] });
    await openFile(page, "wide.png", "image/png", wide);
    await expect
      .poll(() => textOf(page.locator(".scaled")))
      .toBe("2000 × 100, shown and computed at 640 × 32");
    for (const name of ["Picture", "Through the kernel"]) {
      const box = (await page.getByRole("img", { name }).boundingBox())!;
      expect(box.width / box.height).toBeCloseTo(20, 0);
      expect(box.y + box.height).toBeLessThan(900);
    }
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as PNG" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe("identity.png");
    const saved = PNG.sync.read(await buffer(await file.createReadStream()));
    expect([saved.width, saved.height]).toEqual([640, 32]);
    expect([...saved.data.subarray(0, 4), ...saved.data.subarray(4 * 639, 4 * 640)]).toEqual([
      50, 50, 50, 255, 150, 150, 150, 255,
    ]);
  });
});
