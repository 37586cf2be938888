/** Tensors in consoles: as text by themselves in Node, Deno and Bun, and where a page asks for it in a browser's. */
import { isTensor } from "./autograd.ts";
import { isRecord } from "./options.ts";

const NODE = Symbol.for("nodejs.util.inspect.custom");

/** Makes `console.log` of Node, Deno and Bun print what `String` gives, lines indented where it stands inside something. */
export function printAsText(prototype: object): void {
  // Node indents the lines of an object's text, but takes a text as it is.
  const asText = function (this: object): object {
    if (Object.hasOwn(this, "constructor")) return this; // a prototype, not an instance
    const text = String(this);
    return { [NODE]: () => text };
  };
  Object.defineProperty(prototype, NODE, { value: asText });
  const deno = function (this: unknown, _: unknown, options?: { indentationLvl?: number }): string {
    const indent =
      isRecord(options) && Number.isInteger(options.indentationLvl) ? options.indentationLvl! : 0;
    return String(this).replaceAll("\n", `\n${" ".repeat(Math.min(Math.max(indent, 0), 100))}`);
  };
  Object.defineProperty(prototype, Symbol.for("Deno.customInspect"), { value: deno });
}

/** A class for others to extend: consoles print their instances as what `String` gives, as they do tensors. */
export const PrintedAsText: new () => object = /* @__PURE__ */ (() => {
  class PrintedAsText {}
  printAsText(PrintedAsText.prototype);
  return PrintedAsText;
})();

/** What the consoles of browsers ask about every value (Chromium's "custom formatters"). */
interface DevtoolsFormatter {
  header(value: unknown): unknown[] | null;
  hasBody(): boolean;
}

const formatter: DevtoolsFormatter = {
  header: (value) =>
    isTensor(value) || value instanceof PrintedAsText
      ? ["span", { style: "white-space: pre" }, String(value)]
      : null,
  hasBody: () => false,
};

/**
 * Makes the console of a browser show tensors, modules and optimisers as text, as those of Node, Deno and Bun do by themselves.
 *
 * For development: call it once in the page, and tick "Custom formatters" in the settings of the developer tools (Chromium,
 * Firefox). Does nothing the second time.
 */
export function installConsoleFormatters(): void {
  const page = globalThis as { devtoolsFormatters?: DevtoolsFormatter[] };
  page.devtoolsFormatters ??= [];
  if (!page.devtoolsFormatters.includes(formatter)) page.devtoolsFormatters.push(formatter);
}
