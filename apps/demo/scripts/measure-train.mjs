// How long somebody waits who opens the Train tab cold and draws a digit: from the start of the page to the first moment at which
// the drawing is recognised, and stays so to the end of the training; and the longest task of the page meanwhile, by the clock and
// by what the processor worked on it (on a busy machine tasks wait in between). Each time in a new profile of Chromium, with the
// drawing begun one second after the pad is there.
//
//   pnpm --filter @corr2d/demo measure [times] [address after #/]
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { BROWSER_FLAGS, findBrowser } from "../../../scripts/find-browser.mjs";
import { serve } from "../../../scripts/serve.mjs";

const times = Number(process.argv[2] ?? 5);
const hash = process.argv[3] ?? "train?backend=cpu-wasm";
const SEVEN = [
  [24, 22],
  [74, 20],
  [44, 84],
];

const executablePath = await findBrowser({ leftOut: "the measurement", from: import.meta.url });
if (executablePath === null) process.exit(1);
const site = await serve(fileURLToPath(new URL("../dist/web", import.meta.url)), {
  headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
});

/** Watches long tasks, and when the answer became the one that it is at the end. Runs in the page. */
function watch() {
  performance.mark("the page");
  window.tasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.tasks.push(duration);
  }).observe({ type: "longtask", buffered: true });
  window.answers = [];
  setInterval(() => {
    const found = document.querySelector(".answer")?.dataset.class;
    if (found !== window.answers.at(-1)?.found) window.answers.push({ found, at: performance.now() });
  }, 20);
}

/** What the processor worked on the longest task of the page's main thread, in milliseconds. The browser's own pages are others. */
function longestWork(trace) {
  const { traceEvents } = JSON.parse(trace.toString());
  const { pid, tid } = traceEvents.findLast(({ name }) => name === "the page");
  const tasks = traceEvents.filter(
    (event) => event.ph === "X" && event.name.endsWith("RunTask") && event.pid === pid && event.tid === tid,
  );
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
}

const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
const results = [];
for (let i = 0; i < times; i++) {
  const browser = await chromium.launch({ executablePath, args: BROWSER_FLAGS });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.addInitScript(watch);
  await browser.startTracing(page, { categories: ["toplevel", "blink.user_timing"] });
  await page.goto(`${site.url}#/${hash}`);
  await page.locator(".pad").waitFor();
  await page.waitForTimeout(1000);
  const box = await page.locator(".pad").boundingBox();
  for (const [at, [x, y]] of SEVEN.entries()) {
    await page.mouse.move(box.x + (x * box.width) / 100, box.y + (y * box.height) / 100, { steps: 8 });
    if (at === 0) await page.mouse.down();
  }
  await page.mouse.up();
  const drawn = await page.evaluate(() => performance.now());
  await page.locator('.position[data-status="done"]').waitFor({ timeout: 120_000 });
  const done = await page.evaluate(() => performance.now());
  await page.waitForTimeout(500);
  const work = longestWork(await browser.stopTracing());
  const { answers, tasks } = await page.evaluate(() => ({ answers, tasks }));
  const last = answers.at(-1);
  const recognised = last.found === "7" ? Math.max(last.at, drawn) : Number.POSITIVE_INFINITY;
  const longest = Math.max(0, ...tasks);
  results.push({ recognised, done, longest, work });
  console.log(
    `recognised for good after ${seconds(recognised)} (drawn at ${seconds(drawn)}), trained after ${seconds(done)}; ` +
      `longest task ${longest === 0 ? "under 50" : Math.round(longest)} ms, of which ${Math.round(work)} ms are work`,
  );
  await browser.close();
}
await site.close();
const median = (key) => results.map((result) => result[key]).sort((a, b) => a - b)[results.length >> 1];
console.log(
  `median of ${times}: recognised after ${seconds(median("recognised"))}, trained after ${seconds(median("done"))}, ` +
    `longest task ${Math.round(median("longest"))} ms, most work in one ${Math.round(median("work"))} ms`,
);
