/** The Chinese tutorial is the English one: the same programs with the same output, in the same sections. */
import { expect, test } from "vitest";
import { fencesOf } from "../src/fences.ts";
import { readPage } from "../src/repository.ts";

const english = readPage("docs/tutorial.md");
const chinese = readPage("docs/zh/tutorial.md");

test("the same blocks, in the same order", () => {
  const blocks = (page: string): string[] =>
    fencesOf(page).map(({ language, words, lines }) => [language, ...words, ...lines].join("\n"));
  expect(blocks(chinese)).toEqual(blocks(english));
});

test("as many sections", () => {
  const sections = (page: string): number => page.match(/^## /gm)!.length;
  expect(sections(chinese)).toBe(sections(english));
});
