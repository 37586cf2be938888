/** Hosts that are not like Node or a plain page: each trains on both backends, comes to the known numbers, and ends. */
import { ISOLATION_HEADERS, serve } from "../../../../scripts/serve.mjs";
import { type Expected, noteOfBoth, parseBoth } from "../hosts/both.ts";
import { type Browser, chromiumWith, firefox, webkit } from "../hosts/browsers.ts";
import { buildSite } from "../hosts/build-site.ts";
import { addHosts, PROGRAMS, runProgram } from "../hosts/programs.ts";
import type { Attempt } from "./row.ts";
import { workerd } from "./workerd.ts";

interface Page {
  readonly what: string;
  readonly browser: Browser;
  readonly page: string;
  readonly expected: Expected;
}

const NODE_VERSION = `process = { env: {}, versions: { node: "22.14.0" }, type: "renderer"`;

const PAGES: readonly Page[] = [
  {
    what: "Chromium, a bundler's process",
    browser: chromiumWith("process = { env: {}, versions: {}, browser: true }"),
    page: "page.html",
    expected: "2 threads",
  },
  {
    what: "Chromium, process with Node's version",
    browser: chromiumWith(`${NODE_VERSION} }`),
    page: "page.html",
    expected: "2 threads",
  },
  {
    // As in Electron's pages: the module is there, and no thread starts.
    what: "Chromium, process with Node's modules",
    browser: chromiumWith(
      `${NODE_VERSION}, getBuiltinModule: () => ({ Worker: class { constructor() { throw new Error("no platform"); } } }) }`,
    ),
    page: "page.html",
    expected: "2 threads",
  },
  {
    what: "Chromium, AudioWorklet",
    browser: chromiumWith(),
    page: "worklet-page.html",
    expected: /neither Worker nor/,
  },
  { what: "Firefox", browser: firefox, page: "page.html", expected: "2 threads" },
  {
    what: "WebKitGTK",
    browser: webkit,
    page: "page.html",
    expected: /has no SharedArrayBuffer/,
  },
];

/** A page that sends nothing in this time has hung. */
const PAGE_MS = 120_000;

async function visit(site: string, { browser, page, expected }: Page): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  let received: (body: string) => void = () => {};
  const outcome = new Promise<string>((resolve, reject) => {
    received = resolve;
    timer = setTimeout(() => reject(new Error(`nothing came within ${PAGE_MS / 1000} s`)), PAGE_MS);
  });
  const server = await serve(site, { headers: ISOLATION_HEADERS, received });
  try {
    return noteOfBoth(parseBoth(await browser.visit(`${server.url}${page}`, outcome)), expected);
  } finally {
    clearTimeout(timer);
    await server.close();
  }
}

/** @param project with our packages, and the compiled program in `dist` */
export async function hosts(project: string): Promise<readonly Attempt[]> {
  await addHosts(project);
  const site = await buildSite(project);
  const programs = PROGRAMS.map(
    (program): Attempt => ({
      what: program.what,
      attempt: async () => {
        const { version, both } = await runProgram(project, program);
        return { version, note: noteOfBoth(both, "2 threads") };
      },
    }),
  );
  const pages = PAGES.map(
    (page): Attempt => ({
      what: page.what,
      attempt: async () => ({ version: await page.browser.version(), note: await visit(site, page) }),
    }),
  );
  return [...programs, workerd(project), ...pages];
}
