/** Values by name, in arrays and in options: what the arguments of a case are. */
import * as fc from "fast-check";
import { HOSTILE, ORDINARY, type World } from "./values.ts";

export type Recipe =
  | string
  | { readonly list: readonly Recipe[] }
  | { readonly options: Readonly<Record<string, Recipe>> };

export function make(recipe: Recipe, world: World): unknown {
  if (typeof recipe === "string") return (ORDINARY[recipe] ?? HOSTILE[recipe])!(world);
  if ("list" in recipe) return recipe.list.map((item) => make(item, world));
  return Object.fromEntries(
    Object.entries(recipe.options).map(([name, value]) => [name, make(value, world)]),
  );
}

export const ordinary: fc.Arbitrary<Recipe> = fc.constantFrom(...Object.keys(ORDINARY));
const hostile: fc.Arbitrary<Recipe> = fc.constantFrom(...Object.keys(HOSTILE));
const single: fc.Arbitrary<Recipe> = fc.oneof(
  { weight: 2, arbitrary: ordinary },
  { weight: 3, arbitrary: hostile },
);

/** @param names options that a function knows. */
export function recipes(names: readonly string[]): fc.Arbitrary<Recipe> {
  const list: fc.Arbitrary<Recipe> = fc.record({ list: fc.array(single, { minLength: 1, maxLength: 4 }) });
  const name = names.length === 0 ? fc.constant("unknown") : fc.constantFrom(...names, "unknown");
  const options: fc.Arbitrary<Recipe> = fc.record({
    options: fc.dictionary(name, fc.oneof({ weight: 3, arbitrary: single }, { weight: 1, arbitrary: list }), {
      minKeys: 1,
      maxKeys: 2,
    }),
  });
  return fc.oneof(
    { weight: 4, arbitrary: single },
    { weight: 1, arbitrary: list },
    { weight: names.length === 0 ? 1 : 3, arbitrary: options },
  );
}
