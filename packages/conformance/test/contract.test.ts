/** The cases and docs/backend-contract.md speak of the same clauses. */
import { readFileSync } from "node:fs";
import { DTYPE_NAMES, isFloating, OPERATION_NAMES, OPERATIONS } from "@corr2d/core";
import { expect, test } from "vitest";
import { cases } from "../src/index.ts";

const contract = readFileSync(new URL("../../../docs/backend-contract.md", import.meta.url), "utf8");
const clauses = [...contract.matchAll(/^\*\*(§\d+\.\d+)\*\*( ◦)?/gm)];
const all = clauses.map((match) => match[1]!);
const withoutCases = clauses.filter((match) => match[2] !== undefined).map((match) => match[1]!);
/** Proved by the case that strict mode adds when it is told which features to expect. */
const provedOnRequest = ["§1.4"];

test("clauses are numbered once, in order", () => {
  const numbers = all.map((clause) => clause.slice(1).split(".").map(Number) as [number, number]);
  for (let i = 1; i < numbers.length; i++) {
    const [[section, n], [before, m]] = [numbers[i]!, numbers[i - 1]!];
    expect(section === before ? n - m : [section - before, n]).toEqual(section === before ? 1 : [1, 1]);
  }
});

test("every case proves a clause that exists, and every clause not marked ◦ has a case", () => {
  const proved = new Set([...cases.map(({ clause }) => clause), ...provedOnRequest]);
  expect([...proved].filter((clause) => !all.includes(clause))).toEqual([]);
  expect(all.filter((clause) => !proved.has(clause))).toEqual(withoutCases);
});

test("every operation has cases, for every dtype that it is asked for", () => {
  const covered = new Set(cases.map(({ covers }) => `${covers?.member} ${covers?.dtype}`));
  const asked = OPERATION_NAMES.flatMap((name) =>
    DTYPE_NAMES.filter((dtype) => isFloating(dtype) || !OPERATIONS[name].floating).map(
      (dtype) => `${name} ${dtype}`,
    ),
  );
  expect(asked.filter((cell) => !covered.has(cell))).toEqual([]);
});
