// What is published is a bundle, and the bundler drops statements that it holds for pure: the errors that they would throw
// are lost. The sources have none such, and the bundle still throws.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ones, setBackend } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { type RolldownOptions, rolldown } from "rolldown";
import { parseAst } from "rolldown/parseAst";
import { beforeAll, describe, expect, it } from "vitest";
import { expectError } from "./support.ts";

const home = join(import.meta.dirname, "..");
beforeAll(() => setBackend(cpuJs()));

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
  /^(?:String|Number|Boolean|BigInt|Symbol|Object\.(?!assign|define|freeze)|Array\.|Math\.|Number\.|new )/;

/** Whether a statement of its own would be dropped: one that reads, or calls what makes a value. */
function isDropped(code: string, { expression }: Node): boolean {
  const { type, start, end, operator } = expression as Node;
  if (type === "CallExpression") return PURE.test(code.slice(start, end));
  if (type === "UnaryExpression") return operator !== "delete" && operator !== "void";
  return !/^(?:Assignment|Update|Await|Yield|Conditional|Logical|Chain)Expression$/.test(type);
}

describe("the sources", () => {
  const files = readdirSync(join(home, "src"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  it.each(files)("%s has no statement that a bundler holds for pure", (file) => {
    const code = readFileSync(join(home, "src", file), "utf8");
    const tree = parseAst(code, { lang: "ts" }) as unknown as Node;
    const statements = [...nodesOf(tree)].filter((node) => node.type === "ExpressionStatement");
    const dropped = statements.filter((node) => isDropped(code, node));
    expect(dropped.map(({ start, end }) => code.slice(start, end))).toEqual([]);
  });
});

describe("the bundle", () => {
  let nn: typeof import("../src/index.ts");
  beforeAll(async () => {
    const config: { default: RolldownOptions } = await import(
      pathToFileURL(join(home, "../../rolldown.config.mjs")).href
    );
    const bundle = await rolldown({ ...config.default, cwd: home });
    const dir = join(home, "test-results", "bundle");
    await bundle.write({ ...(config.default.output as object), dir });
    nn = await import(pathToFileURL(join(dir, "index.js")).href);
  });

  it("knows the parameters of lazy layers before their first input", () => {
    const net = new nn.Sequential(new nn.Linear(4, 4), new nn.LazyLinear(3));
    const text = "Attempted to use an uninitialized parameter of LazyLinear";
    expect(net.parameters().length).toBe(4);
    expectError(() => net.stateDict(), "INVALID_ARGUMENT", text);
    net(ones([1, 4]));
    expect(net.parameters()[2]!.shape).toEqual([3, 4]);
  });

  it("leaves nothing in an application that uses nothing of it", async () => {
    const file = join(home, "test-results", "bundle", "index.js");
    const application = await rolldown({
      input: "application",
      external: /^@corr2d\//,
      plugins: [
        {
          name: "application",
          // Without package.json's promise that it has no side effects: what runs when it is loaded stays.
          resolveId: (id) =>
            id === "application" || id === file ? { id, moduleSideEffects: true } : undefined,
          load: (id) => (id === "application" ? `import ${JSON.stringify(file)};` : undefined),
        },
      ],
    });
    const { output } = await application.generate({ minify: true });
    expect(output[0].code.replace(/export\s*\{\s*\};?|import\s*"@corr2d\/core";?/g, "").trim()).toBe("");
  });

  it("exports what the sources export", async () => {
    expect(Object.keys(nn).sort()).toEqual(Object.keys(await import("../src/index.ts")).sort());
  });
});
