/**
 * Bundlers, and no bundler: each makes a page that trains in Chromium under a strict content security policy. The page is
 * isolated, so threads are possible; esbuild and Rollup do not carry the worker's module along, and the backend says so.
 */
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { chromium } from "playwright-core";
import { BROWSER_FLAGS, findBrowser } from "../../../../scripts/find-browser.mjs";
import { ISOLATION_HEADERS, serve } from "../../../../scripts/serve.mjs";
import type { Outcome } from "../outcome.ts";
import { run } from "../run.ts";
import { type Attempt, noteOf } from "./row.ts";

/** What the project of the bundlers installs besides our packages. */
export const BUNDLER_PACKAGES: readonly string[] = [
  "vite@8",
  "webpack@5",
  "webpack-cli@6",
  "esbuild@0",
  "rollup@4",
  "@rollup/plugin-node-resolve@16",
];

interface Bundler {
  readonly what: string;
  /** The package whose version is shown; none for the browser's own modules. */
  readonly packageName?: string;
  /** Writes `site/<name>` in the project, a folder with an index.html. Gives what `script-src` must also allow. */
  readonly build: (project: string, site: string) => Promise<string | undefined>;
}

const npx = (project: string, ...args: string[]): Promise<string> =>
  run("npx", ["--no-install", ...args], { cwd: project });

async function page(project: string, site: string, script: string, importMap = ""): Promise<void> {
  const template = await readFile(join(project, "index.html"), "utf8");
  const html = template.replace(
    /<script .*<\/script>/,
    `${importMap}<script type="module" src="${script}"></script>`,
  );
  await mkdir(site, { recursive: true });
  await writeFile(join(site, "index.html"), html);
}

/** A bundler that is called with arguments and writes a script, for which the page is made. */
function scripted(what: string, script: string, argumentsFor: (site: string) => readonly string[]): Bundler {
  return {
    what,
    packageName: what.toLowerCase(),
    build: async (project, site) => {
      await npx(project, what.toLowerCase(), ...argumentsFor(site));
      await page(project, site, script);
      return undefined;
    },
  };
}

const bundlers: readonly Bundler[] = [
  {
    what: "Vite",
    packageName: "vite",
    build: async (project, site) => {
      await npx(project, "vite", "build", "--outDir", site, "--logLevel", "warn");
      return undefined;
    },
  },
  scripted("webpack", "./main.js", (site) => {
    return ["--entry", "./dist/page.js", "--output-path", site, "--mode", "production"];
  }),
  scripted("esbuild", "./page.js", (site) => {
    return ["dist/page.js", "--bundle", "--minify", "--format=esm", `--outdir=${site}`];
  }),
  scripted("Rollup", "./page.js", (site) => {
    return ["dist/page.js", "-p", "@rollup/plugin-node-resolve", "-d", site, "-f", "es"];
  }),
  {
    what: '<script type="module">',
    build: async (project, site) => {
      const names = ["core", "cpu-wasm", "nn"];
      for (const name of names) {
        await cp(join(project, "node_modules", "@corr2d", name, "dist"), join(site, name), {
          recursive: true,
        });
      }
      await cp(join(project, "dist"), join(site, "dist"), { recursive: true });
      const imports = Object.fromEntries(names.map((name) => [`@corr2d/${name}`, `./${name}/index.js`]));
      const map = JSON.stringify({ imports });
      await page(project, site, "./dist/page.js", `<script type="importmap">${map}</script>`);
      return `'sha256-${createHash("sha256").update(map).digest("base64")}'`;
    },
  },
];

async function trainInBrowser(browserPath: string, site: string, alsoAllowed: string): Promise<Outcome> {
  const policy = `default-src 'none'; connect-src 'self'; img-src data:; script-src 'self' 'wasm-unsafe-eval'${alsoAllowed}`;
  const server = await serve(site, { headers: { ...ISOLATION_HEADERS, "Content-Security-Policy": policy } });
  const browser = await chromium.launch({ executablePath: browserPath, args: [...BROWSER_FLAGS] });
  try {
    const tab = await browser.newPage();
    const messages: string[] = [];
    tab.on("console", (message) => messages.push(message.text()));
    tab.on("pageerror", (error) => messages.push(error.message));
    await tab.goto(server.url);
    // Not waitForFunction: it polls with an eval of its own, which the policy forbids.
    for (let tries = 0; tries < 300; tries++) {
      const outcome = await tab.evaluate<(Outcome & { error?: string }) | undefined>("globalThis.outcome");
      if (outcome?.error !== undefined) throw new Error([outcome.error, ...messages].join("\n"));
      if (outcome !== undefined) return outcome;
      await setTimeout(200);
    }
    throw new Error(["nothing came within a minute", ...messages].join("\n"));
  } finally {
    await browser.close();
    await server.close();
  }
}

/** @param project a project with the compiled program in `dist`, our packages and BUNDLER_PACKAGES */
export function bundlerPages(project: string): readonly Attempt[] {
  return bundlers.map(({ what, packageName, build }, i) => ({
    what,
    attempt: async () => {
      const browserPath = await findBrowser({ leftOut: "bundles in Chromium", from: import.meta.url });
      if (browserPath === null) throw new Error("no browser");
      const site = join(project, "site", String(i));
      const hash = await build(project, site);
      const note = noteOf(await trainInBrowser(browserPath, site, hash === undefined ? "" : ` ${hash}`));
      const manifest =
        packageName === undefined ? null : join(project, "node_modules", packageName, "package.json");
      const version =
        manifest === null
          ? ""
          : (JSON.parse(await readFile(manifest, "utf8")) as { version: string }).version;
      return {
        version,
        note: hash === undefined ? note : `${note}; the policy also names the import map's hash`,
      };
    },
  }));
}
