/** In Jest and in Vitest, of which both have `test` and `expect` as globals: what their users' tests do with corr2d. */
import { writeFileSync } from "node:fs";
import { setBackend, tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { Linear, SGD } from "@corr2d/nn";
import { trainBoth } from "../dist/both.js";

const { expect, test } = globalThis;

test("trains", async () => {
  writeFileSync("outcome.json", JSON.stringify(await trainBoth({ threads: 2 })));
}, 120_000);

test("takes this realm's typed arrays for what they are", async () => {
  setBackend(cpuJs());
  const x = tensor(Int32Array.of(1, 2));
  expect(x.dtype).toBe("int32");
  expect(await x.add(1).data()).toEqual(Int32Array.of(2, 3));
});

test("tells tensors, state dicts, layers and optimisers apart", () => {
  setBackend(cpuJs());
  const [a, b] = [tensor([1, 2]), tensor([3, 4])];
  expect(a).not.toEqual(b);
  expect({ a }).not.toStrictEqual({ a: b });
  expect({ a }).toEqual({ a });
  expect(a.toArraySync()).toEqual([1, 2]);
  expect(() => expect(a).toEqual(b)).toThrow(/1/); // and the message is made
  const [one, other] = [new Linear(2, 2), new Linear(2, 2)];
  expect(one.stateDict()).not.toEqual(other.stateDict());
  expect(new SGD(one.parameters(), { lr: 0.1 })).not.toEqual(new SGD(one.parameters(), { lr: 0.1 }));
});
