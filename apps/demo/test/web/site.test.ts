/** The site as it is delivered: its policy, its size, offline, and from a host without any headers. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { serve } from "../../../../scripts/serve.mjs";
import { describeLab, gridValues, PATIENCE, waitForBackend } from "./lab.ts";

const BOOK = [
  [19, 25],
  [37, 43],
];

describeLab("site", (lab) => {
  test("the policy is in the page, and forbids what it should", { timeout: 2 * PATIENCE }, async () => {
    const html = readFileSync(join(lab.folder, "index.html"), "utf8").replaceAll("&#39;", "'");
    expect(html).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(html).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:\/\/|<style|style=/);
    const page = await lab.open();
    const blocked = await page.evaluate(async () => {
      const violation = new Promise<string>((resolve) => {
        addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective), {
          once: true,
        });
      });
      const script = document.createElement("script");
      script.textContent = "globalThis.wasRun = true";
      document.head.append(script);
      return [await violation, "wasRun" in globalThis];
    });
    expect(blocked).toEqual(["script-src-elem", false]);
    lab.forgive(/violates the following Content Security Policy directive/);
  });

  test("the first view is under 200 kB, compressed", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ serviceWorkers: "block" });
    await waitForBackend(page, "cpu-wasm"); // the default's code is part of it
    await gridValues(page, "Output Y");
    const loaded = await page.evaluate(() =>
      performance.getEntriesByType("resource").map(({ name }) => name),
    );
    const files = [...new Set(loaded.map((name) => new URL(name).pathname.slice(1)))];
    const bytes = ["index.html", ...files].map(
      (file) => gzipSync(readFileSync(join(lab.folder, file))).length,
    );
    const total = bytes.reduce((sum, size) => sum + size, 0);
    expect(files.length).toBeGreaterThan(1);
    expect(total).toBeLessThan(200_000);
  });

  test("offline: every tab, both backends, still isolated", { timeout: 4 * PATIENCE }, async () => {
    const page = await lab.open({ isNew: true });
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await page.context().setOffline(true);
    await page.reload();
    await expect.poll(() => gridValues(page, "Output Y")).toEqual(BOOK);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.getByLabel("Computed by").selectOption("cpu-wasm 2");
    await waitForBackend(page, "cpu-wasm");
    await expect.poll(() => gridValues(page, "Output Y")).toEqual(BOOK);
    for (const tab of ["Edges", "Learn", "Train", "Backends", "Exercises", "Lessons"]) {
      await page.getByRole("link", { name: tab, exact: true }).click();
      await page.locator(`.${tab.toLowerCase()}-tab`).waitFor();
    }
    await page.getByRole("link", { name: "Edges", exact: true }).click();
    await page.locator('.stats[data-frames="1"]').waitFor();
    await page.getByRole("radio", { name: "Alps" }).check();
    await expect.poll(() => page.locator(".stats").textContent()).toContain("640 ×");
  });

  test("every file of the site is kept for offline use", async () => {
    const worker = readFileSync(join(lab.folder, "sw.js"), "utf8");
    const listed = /const FILES = (\[.*?\]);/.exec(worker)![1]!;
    const files = readdirSync(lab.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(lab.folder.length + 1)
          .replaceAll("\\", "/"),
      )
      .filter((file) => file !== "sw.js")
      .map((file) => (file === "index.html" ? "./" : `./${file}`));
    expect((JSON.parse(listed) as string[]).sort()).toEqual(files.sort());
  });

  test("from a folder of a host that sends no headers at all", { timeout: 2 * PATIENCE }, async () => {
    const server = await serve(join(lab.folder, ".."));
    try {
      const folder = lab.folder.split("/").at(-1)!;
      const page = await lab.open({
        origin: `${server.url}${folder}/`,
        hash: "slide?backend=cpu-wasm&threads=2",
      });
      await waitForBackend(page, "cpu-wasm");
      await expect.poll(() => gridValues(page, "Output Y")).toEqual(BOOK);
      await expect
        .poll(() => page.locator("main > [role=status]").textContent())
        .toContain("not cross-origin isolated");
    } finally {
      await server.close();
    }
  });

  test("cpu-wasm is the default, and cpu-js where it cannot run", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open();
    await waitForBackend(page, "cpu-wasm");
    await expect.poll(() => gridValues(page, "Output Y")).toEqual(BOOK);
    await expect.poll(() => page.locator(".timing").textContent()).toContain("by cpu-wasm");
    expect(page.url()).not.toContain("backend=");

    // A host whose policy forbids compiling.
    const headers = { "Content-Security-Policy": "script-src 'self'" };
    const server = await serve(lab.folder, { headers });
    try {
      const strict = await lab.open({ origin: server.url });
      await expect
        .poll(() => strict.locator("main > [role=status]").textContent())
        .toMatch(/^cpu-wasm cannot run here, so cpu-js computes\. .*wasm-unsafe-eval/);
      await expect.poll(() => gridValues(strict, "Output Y")).toEqual(BOOK);
    } finally {
      await server.close();
    }
    lab.forgive(/Content Security Policy/);
  });

  test("an address that makes no sense shows the default view", { timeout: 2 * PATIENCE }, async () => {
    const page = await lab.open({ hash: "nowhere?x=1,2;3&k=a&stride=0&groups=99&at=-4&lang=xx&backend=gpu" });
    await expect.poll(() => gridValues(page, "Output Y")).toEqual(BOOK);
  });
});
