/**
 * The page in a real Chromium, served with its headers, and watched. Whatever the policy blocks, and every error on the
 * console, fails the test that caused it. Pages of one file share a browser profile, unless they ask for their own.
 */
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject } from "vitest";

/** How long anything on the page may take on a busy machine. */
export const PATIENCE = 120_000;

/** What a profile is made with; one that has none of it is shared. */
interface ProfileOptions {
  readonly locale?: string;
  readonly permissions?: string[];
  readonly serviceWorkers?: "block";
  /** A phone: fingers, and a view of its own size. */
  readonly isPhone?: true;
  /** One that has never seen the page. */
  readonly isNew?: true;
}

export interface LabOptions extends ProfileOptions {
  /** Part of the address after `#/`. */
  readonly hash?: string;
  /** Another server than the test's own. */
  readonly origin?: string;
  /** Whether the host sends the isolation headers (default true). */
  readonly isolated?: boolean;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: "light" | "dark";
  readonly reducedMotion?: "reduce";
}

export interface Lab {
  /** The folder that the site was built into. */
  readonly folder: string;
  open(options?: LabOptions): Promise<Page>;
  /** Takes problems that the test made on purpose off the list. */
  forgive(pattern: RegExp): void;
}

const shared = inject("lab");

/** A group of tests of the page; skipped, and named so, where there is no browser. */
export function describeLab(name: string, tests: (lab: Lab) => void): void {
  const missing = shared === null;
  describe.skipIf(missing)(missing ? `${name} (skipped: no Chromium)` : name, () => {
    let browser: Browser;
    let profile: BrowserContext;
    let ownProfiles: BrowserContext[] = [];
    let problems: string[] = [];

    const makeProfile = ({ locale = "en-US", permissions = [], serviceWorkers, isPhone }: ProfileOptions) =>
      browser.newContext({
        locale,
        permissions,
        ...(isPhone ? { hasTouch: true, isMobile: true } : { viewport: null }),
        ...(serviceWorkers === undefined ? {} : { serviceWorkers }),
      });

    beforeAll(async () => {
      browser = await chromium.connect(shared!.browser);
      profile = await makeProfile({});
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
    });
    afterEach(async () => {
      const seen = problems;
      const own = ownProfiles;
      [problems, ownProfiles] = [[], []];
      for (const page of profile.pages()) await page.close();
      for (const context of own) await context.close();
      expect(seen).toEqual([]);
    });

    const watch = (page: Page): Page => {
      page.setDefaultTimeout(PATIENCE);
      page.on("pageerror", (error) => problems.push(`error: ${error.stack ?? error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(`console: ${message.text()}`);
      });
      return page;
    };
    tests({
      folder: shared?.folder ?? "",
      forgive(pattern) {
        problems = problems.filter((problem) => !pattern.test(problem));
      },
      async open({ hash, origin, isolated = true, viewport, colorScheme, reducedMotion, ...options } = {}) {
        let context = profile;
        if (Object.keys(options).length > 0) {
          context = await makeProfile(options);
          ownProfiles.push(context);
        }
        const page = watch(await context.newPage());
        await page.setViewportSize(viewport ?? { width: 1200, height: 900 });
        await page.emulateMedia({
          colorScheme: colorScheme ?? "light",
          reducedMotion: reducedMotion ?? "no-preference",
        });
        const url = origin ?? (isolated ? shared!.isolatedUrl : shared!.plainUrl);
        await page.goto(hash === undefined ? url : `${url}#/${hash}`);
        await page.locator(".tab").waitFor();
        return page;
      },
    });
  });
}

/** What an element says, white space aside. */
export async function textOf(locator: Locator): Promise<string> {
  return ((await locator.textContent()) ?? "").replaceAll(/\s+/g, " ").trim();
}

/** The numbers of a grid, by its label, as they are written. */
export async function gridText(page: Page, label: string): Promise<string[][]> {
  const grid = page.getByRole("grid", { name: label, exact: true }).first();
  await grid.waitFor();
  const cells = await grid.getByRole("gridcell").allTextContents();
  const columns = cells.length / (await grid.getByRole("row").count());
  const plain = cells.map((text) => text.replaceAll("−", "-"));
  return Array.from({ length: cells.length / columns }, (_, i) =>
    plain.slice(i * columns, (i + 1) * columns),
  );
}

/** The same as numbers. */
export async function gridValues(page: Page, label: string): Promise<number[][]> {
  return (await gridText(page, label)).map((row) => row.map(Number));
}

export const BACKENDS = ["backend=cpu-js", "backend=cpu-wasm", "backend=cpu-wasm&threads=2"] as const;

/** Waits until the page computes on the backend that its address names. */
export async function waitForBackend(page: Page, query: string): Promise<void> {
  const name = query.includes("cpu-wasm") ? "cpu-wasm" : "cpu-js";
  await page.locator(`[data-backend="${name}"]`).waitFor({ state: "attached" });
}
