/** The factory: its options, what it declares, and the hosts on which it cannot run. */
import { afterEach, describe, expect, test, vi } from "vitest";
import createDefault, { cpuWasm } from "../src/index.ts";
import { enableRelaxedSimd } from "./relaxed-simd.ts";

afterEach(() => vi.restoreAllMocks());

describe("options", () => {
  test("the default export is the factory", () => {
    expect(createDefault).toBe(cpuWasm);
  });

  test.each([
    [{ threads: 0 }, "threads must be an integer from 1 to 64, but got 0"],
    [{ threads: 1.5 }, "threads must be an integer from 1 to 64, but got 1.5"],
    [{ heapMiB: 1 }, "heapMiB must be a number from 4 to 2048, but got 1"],
    [{ heapMiB: 5000 }, "heapMiB must be a number from 4 to 2048, but got 5000"],
    [{ heapMiB: Number.NaN }, "heapMiB must be a number from 4 to 2048, but got NaN"],
    [{ simd: "fast" as never }, `simd must be one of 'relaxed', 'plain', but got "fast"`],
    [{ winograd: true as never }, "winograd must be one of 'default', 'large', 'off', but got true"],
  ])("%j is an error that says what is allowed", async (options, message) => {
    await expect(cpuWasm(options)).rejects.toMatchObject({ code: "INVALID_ARGUMENT", message });
  });

  test("what the backend declares", async () => {
    const backend = await cpuWasm({ simd: "plain", heapMiB: 64 });
    expect(backend.name).toBe("cpu-wasm");
    expect(backend.dtypes).toEqual(["float32", "int32"]);
    expect(backend.features).toEqual({
      syncRead: true,
      build: "simd=plain winograd=default",
      simd: "plain",
      threads: 1,
      winograd: "default",
      heapMiB: 64,
      maxBytes: 66_781_120,
    });
    expect(backend.stats?.()).toMatchObject({ liveHandles: 0, liveBytes: 0, heapLimitBytes: 64 * 2 ** 20 });
    await backend.close?.();
  });

  test("simd: 'relaxed' is an error on a host without it, and used by default on one that has it", async () => {
    const validate = WebAssembly.validate;
    vi.spyOn(WebAssembly, "validate").mockImplementation((bytes) => {
      const usesRelaxed = Buffer.from(bytes as Uint8Array).includes(Buffer.from([0xfd, 0x85, 0x02]));
      return !usesRelaxed && validate(bytes);
    });
    await expect(cpuWasm({ simd: "relaxed" })).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: expect.stringContaining("Leave the option out"),
    });
    expect((await cpuWasm()).features.simd).toBe("plain");
    vi.restoreAllMocks();
    enableRelaxedSimd();
    expect((await cpuWasm()).features.simd).toBe("relaxed");
  });
});

describe("close", () => {
  test("operations and reads fail with BACKEND_CLOSED, free and a second close do nothing", async () => {
    const backend = await cpuWasm({ heapMiB: 4 });
    const handles = [1, 2, 3].map((value) => backend.fill(value, 200_000, "float32"));
    for (let step = 0; step < 20; step++) backend.fill(0, 200_000, "float32"); // the three move out
    await backend.close?.();
    const closed = expect.objectContaining({ code: "BACKEND_CLOSED" });
    expect(() => backend.fill(1, 1, "float32")).toThrow(closed);
    expect(() => backend.readSync?.(handles[0], 1, "float32")).toThrow(closed);
    await expect(backend.read(handles[1], 1, "float32")).rejects.toEqual(closed);
    for (const handle of handles) backend.free(handle);
    await backend.close?.();
    expect(backend.stats?.()).toMatchObject({ liveHandles: 0, liveBytes: 0 });
  });
});

describe("hosts on which it cannot run", () => {
  test("without SIMD", async () => {
    vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
    await expect(cpuWasm()).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: expect.stringContaining("@corr2d/cpu-js"),
    });
  });

  test("where a Content-Security-Policy forbids WebAssembly", async () => {
    vi.spyOn(WebAssembly, "compile").mockRejectedValue(new WebAssembly.CompileError("blocked by CSP"));
    await expect(cpuWasm()).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: expect.stringMatching(/blocked by CSP.*'wasm-unsafe-eval'.*@corr2d\/cpu-js/),
    });
  });

  test("where so large a memory cannot be reserved", async () => {
    vi.spyOn(WebAssembly, "Memory").mockImplementation(function refuse() {
      throw new RangeError("could not allocate memory");
    });
    await expect(cpuWasm({ heapMiB: 2048 })).rejects.toMatchObject({
      code: "OUT_OF_MEMORY",
      message: expect.stringContaining("2048 MiB"),
    });
  });
});
