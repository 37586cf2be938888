/**
 * What is published is a bundle, and bundlers drop statements that they hold for pure: errors that those would throw are lost.
 * The sources have none such.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { describe, expect, it } from "vitest";
import { PACKED, root } from "../src/public-files.ts";

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}
const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === "string";

/** The nodes of a tree, parents first. */
function* nodesOf(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* nodesOf(child);
  }
}

const PURE =
  /^(?:String|Number|Boolean|BigInt|Symbol|Object\.(?!assign|define|freeze|set|prevent)|Array\.|Math\.|Number\.)/;

/** Whether a statement of its own would be dropped: one that reads, or calls what makes a value. */
function isDropped(code: string, { type, start, end, operator }: Node): boolean {
  if (type === "CallExpression") return PURE.test(code.slice(start, end));
  if (type === "NewExpression") return true;
  if (type === "UnaryExpression") return operator !== "delete" && operator !== "void";
  return !/^(?:Assignment|Update|Await|Yield|Conditional|Logical|Chain)Expression$/.test(type);
}

/** The statements of a source that a bundler might drop. */
function droppedOf(code: string, lang: "ts" | "js"): string[] {
  const tree = parseAst(code, { lang }) as unknown as Node;
  return [...nodesOf(tree)]
    .filter((node) => node.type === "ExpressionStatement" && typeof node.directive !== "string")
    .map(({ expression }) => expression as Node)
    .filter((expression) => isDropped(code, expression))
    .map(({ start, end }) => code.slice(start, end));
}

describe.each(PACKED)("packages/%s/src", (name) => {
  const folder = join(root, "packages", name, "src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.[jt]s$/.test(file),
  );

  it.each(files)("%s has no statement that a bundler holds for pure", (file) => {
    const code = readFileSync(join(folder, file), "utf8");
    expect(droppedOf(code, file.endsWith(".ts") ? "ts" : "js")).toEqual([]);
  });
});

it.each([
  "String(value)",
  "value.length",
  "new Map(values)",
  "+value",
  "`text`",
  "Object.keys(value)",
  "a < b",
])("a statement that is dropped is seen: %s", (statement) => {
  expect(droppedOf(`if (value) { ${statement}; }`, "ts")).toEqual([statement]);
});

it.each([
  "check(value)",
  "value.use()",
  "x = value",
  "x += 1",
  "x++",
  "delete value.x",
  "ok && check()",
  "await value",
])("a statement that stays is none: %s", (statement) => {
  expect(droppedOf(`async function f() { ${statement}; }`, "ts")).toEqual([]);
});
