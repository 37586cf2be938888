/** Tensors in consoles: as text by themselves in Node, Deno and Bun, and where a page asks for it in a browser's. */
import { isTensor } from "./autograd.ts";

const NODE = Symbol.for("nodejs.util.inspect.custom");

/**
 * Makes `console.log` of Node, Deno and Bun print instances of a class as what `String` gives, lines indented where it stands
 * inside something. For classes of libraries on this one; tensors have it.
 */
export function printAsText(prototype: object): void {
  // Node indents the lines of an object's text, but takes a text as it is.
  const asText = function (this: object): object {
    if (this === prototype) return prototype;
    const text = String(this);
    return { [NODE]: () => text };
  };
  Object.defineProperty(prototype, NODE, { value: asText });
  const deno = function (this: unknown, _: unknown, options?: { indentationLvl?: number }): string {
    return String(this).replaceAll("\n", `\n${" ".repeat(options?.indentationLvl ?? 0)}`);
  };
  Object.defineProperty(prototype, Symbol.for("Deno.customInspect"), { value: deno });
}

/** What the consoles of browsers ask about every value (Chromium's "custom formatters"). */
interface DevtoolsFormatter {
  header(value: unknown): unknown[] | null;
  hasBody(): boolean;
}

const formatter: DevtoolsFormatter = {
  header: (value) => (isTensor(value) ? ["span", { style: "white-space: pre" }, String(value)] : null),
  hasBody: () => false,
};

/**
 * Makes the console of a browser show tensors as text, as those of Node, Deno and Bun do by themselves.
 *
 * For development: call it once in the page, and tick "Custom formatters" in the settings of the developer tools (Chromium,
 * Firefox). Does nothing the second time.
 */
export function installConsoleFormatters(): void {
  const page = globalThis as { devtoolsFormatters?: DevtoolsFormatter[] };
  page.devtoolsFormatters ??= [];
  if (!page.devtoolsFormatters.includes(formatter)) page.devtoolsFormatters.push(formatter);
}
