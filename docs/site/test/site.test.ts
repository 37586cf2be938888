/**
 * The built site: every link, picture, script and anchor of every page leads to something that is there, and nothing
 * comes from another host. Turbo builds it before this test (`npx -y pnpm@12 site` by hand).
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../src/repository.ts";

const dist = resolve(import.meta.dirname, "../dist");
const files = readdirSync(dist, { recursive: true, encoding: "utf8" }).map((file) =>
  file.replaceAll("\\", "/"),
);
const pages = files.filter((file) => file.endsWith(".html"));

const decode = (text: string): string =>
  text.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<");
const html = new Map(pages.map((page) => [page, readFileSync(join(dist, page), "utf8")]));
const ids = new Map(
  pages.map((page) => [
    page,
    new Set([...html.get(page)!.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => decode(id!))),
  ]),
);

/** The file that a path of the site is served from. */
function served(path: string): string | undefined {
  const file = path.replace(/^\//, "");
  const candidates = [file, `${file}.html`, posix.join(file, "index.html")];
  return candidates.find((name) => existsSync(join(dist, name)) && statSync(join(dist, name)).isFile());
}

function problem(page: string, target: string): string | undefined {
  const url = new URL(decode(target), `http://site/${page}`);
  const [, ours] =
    /^https:\/\/github\.com\/corr2d\/corr2d\/(?:blob|tree|edit)\/main\/([^#]*)/.exec(url.href) ?? [];
  if (ours !== undefined)
    return existsSync(join(root, decodeURIComponent(ours))) ? undefined : "not in the repository";
  if (url.host !== "site") return undefined;
  const file = served(decodeURIComponent(url.pathname));
  if (file === undefined) return "no such file";
  // The Lab's address is its state, which the demo's tests open.
  if (file === "lab/index.html" && url.hash.startsWith("#/")) return undefined;
  const anchor = decodeURIComponent(url.hash.slice(1));
  if (anchor === "" || ids.get(file)?.has(anchor)) return undefined;
  return "no such anchor";
}

describe("the site", () => {
  test("has its pages", () => {
    const wanted = [
      "index",
      "tutorial",
      "from-pytorch",
      "memory",
      "threads",
      "deploy",
      "matrix",
      "benchmarks",
      "from-the-lab",
      "lab/index",
      "zh/index",
      "zh/tutorial",
    ];
    const reference = [
      "core",
      "tensor",
      "autograd",
      "nn",
      "functional",
      "optim",
      "init",
      "utils",
      "cpu-js",
    ].map((name) => `api/${name}`);
    expect(pages).toEqual(expect.arrayContaining([...wanted, ...reference].map((name) => `${name}.html`)));
  });

  test.each(pages)("%s: links lead somewhere", (page) => {
    const targets = [...html.get(page)!.matchAll(/\s(?:href|src)="([^"]*)"/g)].map((match) => match[1]!);
    const problems = targets.map((target) => ({ target, problem: problem(page, target) }));
    expect(problems.filter((link) => link.problem !== undefined)).toEqual([]);
  });

  test.each(pages)("%s: loads nothing from another host", (page) => {
    const loads =
      /<(?:script|img|iframe|source|video|audio)\b[^>]*\ssrc="(?:https?:)?\/\/[^"]*"|<link\b[^>]*\shref="(?:https?:)?\/\/[^"]*"/g;
    expect(html.get(page)!.match(loads)).toBeNull();
  });

  test("loads nothing from another host in its styles", () => {
    const styles = files.filter((file) => file.endsWith(".css"));
    expect(styles).not.toEqual([]);
    for (const style of styles) {
      expect(readFileSync(join(dist, style), "utf8").match(/url\(["']?(?:https?:)?\/\/|@import/g)).toBeNull();
    }
  });

  test("a wrong link is noticed", () => {
    expect(problem("index.html", "/nosuch.html")).toBe("no such file");
    expect(problem("memory.html", "https://github.com/corr2d/corr2d/blob/main/nosuch.md")).toMatch(/not in/);
    expect(problem("memory.html", "threads.html#nosuch")).toBe("no such anchor");
    expect(problem("memory.html", "threads.html#the-workers-script")).toBeUndefined();
  });
});
