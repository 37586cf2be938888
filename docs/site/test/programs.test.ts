/** How blocks become programs: the convention that CONTRIBUTING.md writes down. */
import { expect, test } from "vitest";
import { codeOf, shownOutput } from "../src/programs.ts";

const page = (...lines: string[]): string => lines.join("\n");

test("every block is a program, at its own line", () => {
  const { programs } = codeOf(
    "a.md",
    page("# A", "```ts", "const a = 1;", "```", "", "```js", "let b;", "```"),
  );
  expect(programs.map(({ name, runs }) => [name, runs])).toEqual([
    ["a.md:3", true],
    ["a.md:7", true],
  ]);
  expect(programs[0]!.source).toBe("\n\nconst a = 1;\n");
});

test("`continues` goes on, with everything in its place; other languages do not come between", () => {
  const { programs } = codeOf(
    "a.md",
    page("```ts", "const a = 1;", "```", "```sh", "ls", "```", "```ts continues", "a;", "```"),
  );
  expect(programs).toHaveLength(1);
  expect(programs[0]!.source.split("\n").indexOf("a;")).toBe(7);
});

test("what a page shows of a program's output: comments after console.log, and text blocks after the code", () => {
  const { programs } = codeOf(
    "a.md",
    page(
      "```ts",
      "// no output",
      "console.log(1); // 1",
      "console.log(2);",
      "// 2",
      "// 3",
      "const b = 4; // four",
      "```",
    ),
  );
  expect(programs[0]!.output).toBe("1\n2\n3");
  expect(codeOf("a.md", page("```ts", "f();", "```", "", "```text", "5", "```")).programs[0]!.output).toBe(
    "5",
  );
  expect(
    codeOf("a.md", page("```ts", "f();", "```", "Then:", "```text", "5", "```")).programs[0]!.output,
  ).toBe(undefined);
  expect(shownOutput(["console.log(1);", "", "// a remark"])).toEqual([]);
});

test("marks: check-only, excerpt=, signatures=, and nothing else", () => {
  const { programs, excerpts } = codeOf(
    "a.md",
    page("```ts check-only", "document;", "```", "1. ", "   ```ts excerpt=b.ts", "   c;", "   ```"),
  );
  expect(programs[0]!.runs).toBe(false);
  expect(excerpts).toEqual([{ name: "a.md:6", path: "b.ts", lines: ["c;"] }]);
  expect(() => codeOf("a.md", page("```ts norun", "```"))).toThrow(/a\.md:2: "norun" is none of/);
  expect(() => codeOf("a.md", page("```ts continues", "```"))).toThrow(/nothing to continue/);
  expect(() => codeOf("a.md", "```ts\nnever closed")).toThrow(/no end/);
});

test("my-backend is the example", () => {
  const { programs } = codeOf("a.md", page("```ts", 'import b from "my-backend";', "```"));
  expect(programs[0]!.source).toContain('from "./my-backend.ts"');
});
