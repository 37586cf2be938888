/** Launch flags for headless runs in containers, without traffic of the browser's own. */
export const BROWSER_FLAGS: readonly string[];

export interface FindBrowserOptions {
  /** What is left out where there is no browser, for the note. */
  readonly leftOut: string;
  /** `import.meta.url` of a module that can import playwright-core. */
  readonly from?: string;
}

/**
 * The path of a Chromium or Chrome: CHROME_PATH, an installed one, playwright-core's, or one that is installed now.
 * Null where there is none, after a loud note; in CI it rejects instead.
 */
export function findBrowser(options: FindBrowserOptions): Promise<string | null>;
