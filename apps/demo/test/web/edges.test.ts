/** The edges tab in a real browser: photographs, a file, a drawing, the (simulated) camera. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { type PngParts, pngBytes } from "../png-bytes.ts";
import { BACKENDS, describeLab, gridValues, PATIENCE, textOf, waitForBackend } from "./lab.ts";

/** Red values along one row of a picture. */
async function rowOf(page: Page, name: string, row: number): Promise<number[]> {
  const canvas = page.getByRole("img", { name });
  return canvas.evaluate((element, y) => {
    const { width } = element as HTMLCanvasElement;
    const { data } = (element as HTMLCanvasElement).getContext("2d")!.getImageData(0, y, width, 1);
    return Array.from(data).filter((_, i) => i % 4 === 0);
  }, row);
}

const resultRow = (page: Page, row: number): Promise<number[]> => rowOf(page, "Through the kernel", row);

const waitForFrame = (page: Page): Promise<void> => page.locator('.stats[data-frames="1"]').waitFor();

/** Chooses a PNG file as the picture. */
async function openPng(page: Page, parts: Omit<PngParts, "depth">): Promise<void> {
  const buffer = Buffer.from(pngBytes({ depth: 8, ...parts }));
  await page.locator("input[type=file]").setInputFiles({ name: "own.png", mimeType: "image/png", buffer });
}

describeLab("edges", (lab) => {
  test.for(BACKENDS)("a file through the book's kernel, %s", { timeout: 2 * PATIENCE }, async (backend) => {
    const page = await lab.open({ hash: `edges?${backend}&kernel=book` });
    await waitForBackend(page, backend);
    await waitForFrame(page);
    // Black, then white from the middle on: one vertical edge.
    await openPng(page, { width: 640, height: 480, colourType: 0, samples: (x) => [x < 320 ? 0 : 200] });
    await expect.poll(async () => (await resultRow(page, 100))[319]).toBe(200);
    const row = await resultRow(page, 100);
    expect(row.length).toBe(639);
    expect(row.filter((value) => value !== 0)).toEqual([200]);
    await expect
      .poll(() => textOf(page.locator(".stats")))
      .toMatch(/^640 × 480: .* ms a frame \(picture .*, cpu-.*, painting .*\)/);
  });

  test("photographs, and every known kernel", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "edges?image=alps" });
    await waitForFrame(page);
    const kernels = await page.getByLabel("Kernel by name").locator("option").count();
    expect(kernels).toBeGreaterThan(12);
    await page.getByLabel("Kernel by name").selectOption("identity");
    await expect.poll(async () => new Set(await resultRow(page, 100)).size).toBeGreaterThan(20);
    await openPng(page, { width: 50, height: 2000, colourType: 0, samples: (_, y) => [y % 256] });
    await expect.poll(() => textOf(page.locator(".stats"))).toMatch(/^12 × 480/);
    const tall = (await page.getByRole("img", { name: "Through the kernel" }).boundingBox())!;
    expect([tall.width, tall.height]).toEqual([12, 480]);

    await page.getByRole("radio", { name: "Boats" }).check();
    await expect.poll(() => textOf(page.locator(".stats"))).toMatch(/^600 × 480/);
    // Of the same size as the photograph, which must not shine through: white does, as on the command line.
    const veil = (x: number): number[] => [200, 100, 0, x < 200 ? 0 : x < 400 ? 51 : 255];
    await openPng(page, { width: 600, height: 480, colourType: 6, samples: veil });
    await expect.poll(async () => new Set(await rowOf(page, "Picture", 100)).size).toBe(3);
    const row = await rowOf(page, "Picture", 100);
    expect([row[0], row[599]]).toEqual([255, 200]);
    expect(row[300]).toBeCloseTo(200 * 0.2 + 255 * 0.8, -0.5); // the browser's own rounding

    await page.getByRole("radio", { name: "Boats" }).check();
    await page.getByLabel("Kernel by name").selectOption("laplacian");
    await expect.poll(() => page.url()).toContain("kernel=laplacian");
    expect(new Set(await rowOf(page, "Picture", 100)).size).toBeGreaterThan(20); // the source stays in sight
    expect(await gridValues(page, "Kernel")).toEqual([
      [0, 1, 0],
      [1, -4, 1],
      [0, 1, 0],
    ]);
  });

  test.for(["en", "zh"])("no name in a list is cut off, %s", { timeout: 2 * PATIENCE }, async (lang) => {
    for (const width of [1024, 1440]) {
      const page = await lab.open({ hash: `edges?lang=${lang}`, viewport: { width, height: 900 } });
      await waitForFrame(page);
      for (const kernel of ["book", "sobel", "sobel-x", "laplacian", "gaussian"]) {
        await page.locator(".kernel-panel select").first().selectOption(kernel);
        for (const finish of ["auto", "clip", "absolute", "offset", "stretch"]) {
          await page.locator(".kernel-panel select").last().selectOption(finish);
          const cut = await page.locator(".kernel-panel select").evaluateAll((lists) =>
            (lists as HTMLSelectElement[]).flatMap((list) => {
              const { font, paddingLeft, paddingRight } = getComputedStyle(list);
              const context = document.createElement("canvas").getContext("2d")!;
              context.font = font;
              const text = list.selectedOptions[0]!.text;
              const room =
                list.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
              return context.measureText(text).width > room ? [text] : [];
            }),
          );
          expect(cut, `${width}`).toEqual([]);
        }
      }
    }
  });

  test("a drawing is filtered as it is drawn", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "edges" });
    await page.getByRole("radio", { name: "Draw" }).check();
    const paper = page.getByRole("img", { name: "Draw here with the pointer" });
    await expect.poll(async () => new Set(await resultRow(page, 240)).size).toBe(1);
    const box = (await paper.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 10, { steps: 5 });
    await page.mouse.up();
    await expect.poll(async () => Math.max(...(await resultRow(page, 240)))).toBe(255);
    await page.getByRole("button", { name: "Clear" }).click();
    await expect.poll(async () => new Set(await resultRow(page, 240)).size).toBe(1);
  });

  test.for([
    ["copied from the video's frames", true],
    ["drawn and read back, where a browser cannot copy them", false],
  ] as const)("the camera, frame after frame, %s", { timeout: 2 * PATIENCE }, async ([, canCopy]) => {
    const page = await lab.open({ hash: "edges?kernel=identity&colour=1", permissions: ["camera"] });
    if (!canCopy) await page.evaluate(() => Reflect.deleteProperty(globalThis, "VideoFrame"));
    await page.getByRole("radio", { name: "Camera" }).check();
    await expect
      .poll(() => textOf(page.locator(".stats")))
      .toMatch(/^640 × 480: .* [1-9]\d* frames a second \(the camera gives \d+\)$/);
    // Both canvases in one go: between frames they show the same.
    const shown = await page.evaluate(() => {
      const [picture, result] = ["Picture", "Through the kernel"].map((name) => {
        const canvas = document.querySelector<HTMLCanvasElement>(`canvas[aria-label="${name}"]`)!;
        return canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data;
      });
      return { differ: result!.findIndex((byte, i) => byte !== picture![i]), tones: new Set(picture).size };
    });
    expect(shown.differ).toBe(-1);
    expect(shown.tones).toBeGreaterThan(2); // the made-up camera shows a moving disc on one colour
    expect(page.url()).not.toContain("camera");
    await page.getByRole("radio", { name: "Boats" }).check();
    await expect.poll(() => textOf(page.locator(".stats"))).toMatch(/^600 × 480/);
  });

  test("the turning direction is in the address, which is not written at every frame", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: "edges?by=direction" });
    await waitForFrame(page);
    await page.evaluate(() => {
      const calls: number[] = [];
      const { replaceState } = history;
      history.replaceState = (...args) => {
        calls.push(performance.now());
        replaceState.apply(history, args);
      };
      Object.assign(globalThis, { calls });
    });
    await page.getByRole("button", { name: "Turn the direction" }).click();
    const angle = () => Number(/angle=(\d+)/.exec(page.url())?.[1] ?? 0);
    await expect.poll(angle).toBeGreaterThan(45);
    const calls = await page.evaluate(() => (globalThis as unknown as { calls: number[] }).calls);
    const gaps = calls.slice(1).map((at, i) => at - calls[i]!);
    expect(gaps.length).toBeGreaterThan(0);
    expect(Math.min(...gaps)).toBeGreaterThan(300); // a hundred times in thirty seconds is what Safari allows
  });

  test("the direction dial, by keyboard; a changed cell makes the kernel the reader's own", {
    timeout: 2 * PATIENCE,
  }, async () => {
    const page = await lab.open({ hash: "edges" });
    await page.getByRole("radio", { name: "Direction" }).check();
    const dial = page.getByRole("slider", { name: "Direction v" });
    await dial.focus();
    await page.keyboard.press("PageUp");
    await page.keyboard.press("PageUp");
    await expect.poll(() => dial.getAttribute("aria-valuenow")).toBe("90");
    // Brighter upwards: the transposed kernel, upside down.
    await expect
      .poll(() => gridValues(page, "Kernel"))
      .toEqual([
        [0.75, 2.5, 0.75],
        [0, 0, 0],
        [-0.75, -2.5, -0.75],
      ]);
    await page.getByRole("grid", { name: "Kernel" }).getByRole("gridcell").nth(4).click();
    await page.keyboard.type("1");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toContain("by=own&k=0.75,2.5,0.75;0,1,0;-0.75,-2.5,-0.75");
    await page.getByRole("button", { name: "Increase Rows" }).click();
    await expect.poll(async () => (await gridValues(page, "Kernel")).length).toBe(4);
  });

  test.for(BACKENDS.slice(0, 2))(
    "the book's 6 × 8 example, %s",
    { timeout: 2 * PATIENCE },
    async (backend) => {
      const page = await lab.open({ hash: `edges?${backend}` });
      await waitForBackend(page, backend);
      const row = [0, 1, 0, 0, 0, -1, 0];
      await expect.poll(() => gridValues(page, "corr2d(X, K)")).toEqual(Array(6).fill(row));
      expect(await gridValues(page, "corr2d(Xᵀ, K)")).toEqual(Array(8).fill([0, 0, 0, 0, 0]));
      expect((await gridValues(page, "corr2d(Xᵀ, Kᵀ)")).map((line) => line[0])).toEqual(row);
    },
  );
});
