import { expect, it } from "vitest";
import { cpuJs } from "../../cpu-js/src/index.ts";
import { type Backend, defineBackend, scope, withFallbacks } from "../src/index.ts";

it("a fallback's handle is the caller's to free, also inside a scope", () => {
  const { maxPool2d: _, softmax: _softmax, ...rest } = cpuJs() as Backend;
  const freed: unknown[] = [];
  const bare = defineBackend({
    ...rest,
    free(handle: unknown): void {
      expect(freed).not.toContain(handle);
      freed.push(handle);
    },
  });
  const backend = withFallbacks(bare);
  const x = backend.upload(Float32Array.of(1, 2));
  const handle = scope(() => [backend.softmax(x, 1, 2, 1, "float32")])[0];
  expect(freed).not.toContain(handle);
  backend.free(handle);
});
