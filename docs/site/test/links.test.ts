/** Every link of every Markdown page to something in this repository leads there, anchors included. */
import { existsSync, statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, expect, test } from "vitest";
import { isLabLink } from "../src/lab.ts";
import { anchorsOf, linksOf } from "../src/links.ts";
import { markdownPages, readPage, root } from "../src/repository.ts";

const onGitHub = /^https:\/\/github\.com\/corr2d\/corr2d\/(?:blob|tree)\/main\//;
const onNpm = /^https:\/\/www\.npmjs\.com\/package\/@corr2d\//;

/** What is wrong with a link, if anything. */
function problem(page: string, target: string): string | undefined {
  if (onNpm.test(target)) target = target.replace(onNpm, "/packages/");
  else if (onGitHub.test(target)) target = target.replace(onGitHub, "/");
  else if (/^[a-z]+:/.test(target)) return undefined;
  // What stands after the # is a state of the Lab, which the demo's tests open.
  if (isLabLink(target)) target = target.replace(/#.*/, "README.md");
  const [path = "", anchor] = target.split("#", 2);
  let file = page;
  if (path.startsWith("/")) file = path.slice(1);
  else if (path !== "") file = posix.join(dirname(page), decodeURI(path));
  if (!existsSync(join(root, file))) return `${file} does not exist`;
  if (anchor === undefined) return undefined;
  if (statSync(join(root, file)).isDirectory()) file = posix.join(file, "README.md");
  return anchorsOf(readPage(file)).has(anchor) ? undefined : `${file} has no heading for #${anchor}`;
}

describe("links", () => {
  test.each(markdownPages())("%s", (page) => {
    const problems = linksOf(readPage(page)).map(({ line, target }) => ({
      at: `${page}:${line}`,
      target,
      problem: problem(page, target),
    }));
    expect(problems.filter((link) => link.problem !== undefined)).toEqual([]);
  });

  test("a wrong file and a wrong anchor are noticed", () => {
    expect(problem("docs/architecture.md", "nosuch.md")).toMatch(/does not exist/);
    expect(problem("docs/architecture.md", "backend-contract.md#nosuch")).toMatch(/no heading/);
    expect(problem("README.md", "docs/backend-contract.md#2-storage-and-handles")).toBeUndefined();
  });
});
