import { describe, expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import {
  type BackendDefinition,
  COMPOSITES,
  type CompleteBackendDefinition,
  defineBackend,
  defineCompleteBackend,
  describeBackend,
} from "../src/index.ts";
import { expectError } from "./expect-error.ts";

/** A correct definition with only what is required. */
function minimal(): BackendDefinition<unknown> {
  const { readSync: _, close: _close, stats: _stats, nativeComposites: _native, ...members } = cpuJs();
  const definition = { ...members, name: "minimal", features: { syncRead: false } } as Record<
    string,
    unknown
  >;
  for (const member of COMPOSITES) delete definition[member];
  return definition as unknown as BackendDefinition<unknown>;
}
const broken = (change: Record<string, unknown>) => () =>
  defineBackend({ ...minimal(), ...change } as BackendDefinition<unknown>);

describe("defineBackend", () => {
  it("completes the composites, records the native ones and freezes", () => {
    const backend = defineBackend(minimal());
    expect(COMPOSITES.every((member) => typeof backend[member] === "function")).toBe(true);
    expect(backend.nativeComposites).toEqual([]);
    expect(Object.isFrozen(backend)).toBe(true);
    const overridden = defineBackend({ ...minimal(), softmax: cpuJs().softmax });
    expect(overridden.nativeComposites).toEqual(["softmax"]);
  });

  it("lets composed operations use a backend's own composites", async () => {
    let filled = 0;
    const given = minimal();
    const backend = defineBackend({
      ...given,
      fill(value, size) {
        filled++;
        return given.upload(new Float32Array(size).fill(value));
      },
    });
    backend.activationGrad(
      "relu",
      backend.upload(new Float32Array([1])),
      backend.upload(new Float32Array([2])),
      1,
      "float32",
    );
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
    [{ name: "" }, "'name' must be a non-empty string"],
    [{ features: {} }, "boolean 'syncRead'"],
    [{ features: { syncRead: true } }, "'readSync' must be there exactly when features.syncRead is true"],
    [{ dtypes: ["float32"] }, "at least 'float32' and 'int32'"],
    [{ dtypes: ["float32", "int32", "float16"] }, "unknown 'float16'"],
    [{ softmax: 1 }, "'softmax' must be a function"],
  ])("refuses %o", (change, text) => expectError(broken(change), "BACKEND_INVALID", text));

  it("takes a complete backend without composites of its own, as defineBackend would", () => {
    const { nativeComposites: _, ...definition } = cpuJs();
    const backend = defineCompleteBackend(definition);
    expect(backend).toEqual(defineBackend(definition));
    expect(backend.nativeComposites).toEqual(COMPOSITES);
    expect(Object.isFrozen(backend)).toBe(true);
  });

  it("refuses as complete what lacks a composite", () => {
    const fn = () => defineCompleteBackend(minimal() as CompleteBackendDefinition<unknown>);
    expectError(fn, "BACKEND_INVALID", "required function 'corr2d' is missing");
    expectError(fn, "BACKEND_INVALID", "required function 'addScaled' is missing");
  });

  it("describes a backend in a few lines", () => {
    const text = describeBackend(defineBackend({ ...minimal(), softmax: cpuJs().softmax }));
    expect(text).toContain("minimal (contract 1)");
    expect(text).toContain("features: syncRead=false");
    expect(text).toContain(`native composites 1 of ${COMPOSITES.length}: softmax`);
  });
});
