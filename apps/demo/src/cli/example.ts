/**
 * An example as the command line sees it: how to run it, what is known about its result, and how to show it.
 *
 * The examples of src/chapter return results of different types; `defineExample` closes over the type, so that a list
 * of examples is a list of one type.
 */
import type { Backend } from "@corr2d/core";
import type { Comparison } from "../chapter/comparison.ts";
import type { Page } from "./page.ts";
import { readName } from "./values.ts";

export interface Example {
  /** The command that runs it. */
  readonly name: string;
  /** Its place in the chapter, if it is one of the seven. */
  readonly number?: number;
  readonly title: string;
  /** Section of the book. */
  readonly section: string;
  run(backend: Backend): Promise<ExampleRun>;
}

export interface ExampleRun {
  /** Plain data. */
  readonly result: unknown;
  readonly comparisons: readonly Comparison[];
  /** The result as text, the comparisons in it. */
  text(page: Page): string;
}

export interface ExampleDefinition<Result> {
  readonly name: string;
  readonly number?: number;
  readonly title: string;
  readonly section: string;
  readonly run: (backend: Backend) => Promise<Result>;
  readonly compare: (result: Result) => Comparison[];
  readonly show: (result: Result, page: Page, comparisons: readonly Comparison[]) => string;
}

export function defineExample<Result>(definition: ExampleDefinition<Result>): Example {
  const { run, compare, show, ...head } = definition;
  return {
    ...head,
    async run(backend) {
      const result = await run(backend);
      const comparisons = compare(result);
      return { result, comparisons, text: (page) => show(result, page, comparisons) };
    },
  };
}

/** The one of that name, or all. @throws UsageError for a name that is none. */
export function pick(
  command: string,
  examples: readonly Example[],
  name: string | undefined,
): readonly Example[] {
  if (name === undefined) return examples;
  const names = examples.map((example) => example.name);
  const chosen = readName(command, name, names);
  return examples.filter((example) => example.name === chosen);
}
