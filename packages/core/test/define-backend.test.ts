import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  type BackendDefinition,
  COMPOSITES,
  defineBackend,
  describeBackend,
  nativeComposites,
  softmax,
  tensor,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

/** A correct definition with only what is required. */
function minimal(): BackendDefinition<unknown> {
  const { readSync: _, close: _close, stats: _stats, ...members } = cpuJs();
  const definition = {
    ...members,
    name: "minimal",
    features: { syncRead: false },
    optionalOps: [],
  } as Record<string, unknown>;
  for (const member of COMPOSITES) delete definition[member];
  return definition as unknown as BackendDefinition<unknown>;
}
const broken = (change: Record<string, unknown>) => () =>
  defineBackend({ ...minimal(), ...change } as BackendDefinition<unknown>);

describe("defineBackend", () => {
  it("leaves an absent composite absent, and freezes", () => {
    const backend = defineBackend(minimal());
    expect(COMPOSITES.filter((member) => member in backend)).toEqual([]);
    expect(nativeComposites(backend)).toEqual([]);
    expect(Object.isFrozen(backend)).toBe(true);
    const overridden = defineBackend({ ...minimal(), softmax: cpuJs().softmax, logSoftmax: undefined });
    expect(nativeComposites(overridden)).toEqual(["softmax"]);
    expect("logSoftmax" in overridden).toBe(false);
  });

  it("lets an operation use a backend's own composite, and its fallback the backend's other composites", async () => {
    let filled = 0;
    const given = minimal();
    const backend = defineBackend({
      ...given,
      fill(value, size) {
        filled++;
        return given.upload(new Float32Array(size).fill(value));
      },
      softmax: (_, outer, length, inner) => given.upload(new Float32Array(outer * length * inner).fill(7)),
    });
    const x = tensor([1, 2, 3], { backend });
    expect(await softmax(x, 0).data()).toEqual(Float32Array.of(7, 7, 7));
    expect(filled).toBe(0);
    await x.relu().mul(2).data();
    expect(filled).toBe(1);
  });

  it("lists every fault in one error, with the nearest known name", () => {
    const fn = broken({ contract: 2, gather: undefined, matmul: 7, corr2dinput: () => 0, name: "wrong" });
    expectError(fn, "BACKEND_INVALID", 'backend "wrong" breaks the contract');
    expectError(fn, "BACKEND_INVALID", "implements contract 2; this core accepts 1");
    expectError(fn, "BACKEND_INVALID", "required function 'gather' is missing");
    expectError(fn, "BACKEND_INVALID", "required function 'matmul' is missing");
    expectError(fn, "BACKEND_INVALID", "unknown member 'corr2dinput' (did you mean 'corr2dInput'?)");
  });

  it.each([
    [{ name: "" }, "'name' must be one word, as messages show it, but is ''"],
    [{ name: "my backend" }, "'name' must be one word, as messages show it, but is 'my backend'"],
    [{ name: "cpu\n" }, "'name' must be one word"],
    // biome-ignore lint/suspicious/noSparseArray: that is what is refused.
    [{ dtypes: ["float32", , "int32"] }, "'dtypes' lists unknown 'undefined'"],
    [{ dtypes: ["float32", "int32", ""] }, "'dtypes' lists unknown ''"],
    // biome-ignore lint/suspicious/noSparseArray: that is what is refused.
    [{ optionalOps: [, "tan"] }, "'optionalOps' lists unknown 'undefined'"],
    [{ optionalOps: ["tan "] }, "'optionalOps' lists unknown 'tan '"],
    [{ features: {} }, "boolean 'syncRead'"],
    [{ features: { syncRead: true } }, "'readSync' must be there exactly when features.syncRead is true"],
    [{ features: { syncRead: false, build: 7 } }, "'features.build' must be a string, but is 7"],
    [{ dtypes: ["float32"] }, "at least 'float32' and 'int32'"],
    [{ dtypes: ["float32", "int32", "float16"] }, "unknown 'float16'"],
    [{ softmax: 1 }, "'softmax' must be a function"],
    [{ optionalOps: ["tann"] }, "'optionalOps' lists unknown 'tann' (did you mean 'tan'?)"],
    [{ optionalOps: "tan" }, "'optionalOps' must be an array"],
    [{ settled: true }, "'settled' must be a function"],
    [{ cast: undefined }, "required function 'cast' is missing"],
  ])("refuses %o", (change, text) => expectError(broken(change), "BACKEND_INVALID", text));

  it("describes a backend in a few lines", () => {
    const text = describeBackend(defineBackend({ ...minimal(), softmax: cpuJs().softmax }));
    expect(text).toContain("minimal (contract 1)");
    expect(text).toContain("features: syncRead=false");
    expect(text).toContain(`native composites 1 of ${COMPOSITES.length}: softmax`);
  });
});
