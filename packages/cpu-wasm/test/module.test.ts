/** The module that travels inside the package: unpacked by either of the host's ways, in both builds; and one that is given. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { cpuWasm } from "../src/index.ts";
import { chooseBuild, compileModule, type Simd } from "../src/module.ts";

const file = readFileSync(new URL("../src/generated/kernels.wasm", import.meta.url));

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Whether these very bytes come to be compiled. Node's own `Response` compiles a module too. */
async function compiles(bytes: Uint8Array, simd: Simd, shared: boolean): Promise<boolean> {
  const compile = vi.spyOn(WebAssembly, "compile");
  await compileModule(simd, shared);
  return compile.mock.calls.some(([given]) => Buffer.from(given as Uint8Array).equals(bytes));
}

/** As in a browser, and in Node before 20.16. */
const withoutBuiltinModules = (): void => {
  vi.stubGlobal("process", Object.create(process, { getBuiltinModule: { value: undefined } }));
};

describe("the package's bytes", () => {
  test("are the file's, where the build is plain and the memory shared", async () => {
    expect(await compiles(file, "plain", true)).toBe(true);
    expect(WebAssembly.validate(file)).toBe(true);
  });

  test("inflate by DecompressionStream to the same", async () => {
    const formats: string[] = [];
    class Recorded extends DecompressionStream {
      constructor(format: CompressionFormat) {
        super(format);
        formats.push(format);
      }
    }
    withoutBuiltinModules();
    vi.stubGlobal("DecompressionStream", Recorded);
    expect(await compiles(file, "plain", true)).toBe(true);
    expect(formats).toEqual(["deflate"]);
  });

  test.each([
    ["modules that do nothing", () => ({})],
    [
      "a function that fails",
      () => {
        throw new Error("not implemented");
      },
    ],
  ])("inflate where process imitates Node's, with %s", async (_, getBuiltinModule) => {
    vi.stubGlobal("process", Object.create(process, { getBuiltinModule: { value: getBuiltinModule } }));
    expect(await compiles(file, "plain", true)).toBe(true);
  });

  test("where nothing inflates them, the error says what does, and names cpu-js", async () => {
    withoutBuiltinModules();
    vi.stubGlobal("DecompressionStream", undefined);
    await expect(cpuWasm()).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: expect.stringMatching(/DecompressionStream \(Chrome 91, .*@corr2d\/cpu-js/),
    });
  });
});

describe("a build's instructions", () => {
  const product = [0xfd, 0x82, 1];
  const sum = [0xfd, 0x9b, 1];
  const others = [0xfd, 0x82, 2, 0xfd, 0x9b, 0x81, 1, 0xfd, 0xe6, 1, 0xfd];

  test.each([
    ["plain", [0xfd, 0xe6, 1], [0xfd, 0xe4, 1]], // f32x4.mul, f32x4.add
    ["relaxed", [1, 1, 1], [0xfd, 0x85, 2]], // nop, f32x4.relaxed_madd
  ] as const)(
    "%s: stand-ins are replaced wherever they are, and nothing else",
    (simd, ownProduct, ownSum) => {
      const bytes = Uint8Array.from([...product, ...others, ...product, ...sum, ...others, ...sum]);
      chooseBuild(bytes, simd);
      const own = [...ownProduct, ...others, ...ownProduct, ...ownSum, ...others, ...ownSum];
      expect([...bytes]).toEqual(own);
    },
  );
});

describe("a module that is given", () => {
  const module = new WebAssembly.Module(file);

  test.each([1, 2])("is what runs where nothing may be compiled, threads: %i", async (threads) => {
    vi.spyOn(WebAssembly, "compile").mockRejectedValue(new WebAssembly.CompileError("disallowed"));
    const backend = await cpuWasm({ module, threads, heapMiB: 16 });
    expect(backend.features).toEqual({
      syncRead: true,
      build: "simd=plain winograd=default",
      simd: "plain",
      threads,
      winograd: "default",
      heapMiB: 16,
      maxBytes: 16_449_472,
    });
    const size = 1 << 20; // enough for both threads
    const [x, y] = [backend.fill(1.5, size, "float32"), backend.fill(2, size, "float32")];
    const sum = backend.binary("add", x, [size], y, [size], [size], "float32");
    const values = backend.readSync!(sum, size, "float32");
    expect(values.every((value) => value === 3.5)).toBe(true);
    expect(values.buffer).toBeInstanceOf(ArrayBuffer);
    await backend.close?.();
  });

  test("is what the threads get", async () => {
    const sent: unknown[] = [];
    const worker = () => ({
      postMessage: (message: { module: unknown }) => void sent.push(message.module),
      terminate() {},
      on: (event: string, listener: (value: unknown) => void) =>
        event === "exit" && setTimeout(listener, 0, 1),
    });
    await cpuWasm({ module, threads: 3, worker: worker as never });
    expect(sent).toEqual([module, module]);
  });

  const otherVersion = Uint8Array.from(file);
  otherVersion[file.length - 1]! ^= 1;
  const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  test.each([
    ["bytes", file, "got [object Uint8Array]"],
    ["null", null, "got [object Null]"],
    ["an imitation", Object.create(WebAssembly.Module.prototype), "got [object WebAssembly.Module]"],
    ["another module", empty, "this one has other code in it"],
    [
      "one of another version",
      new WebAssembly.Module(otherVersion),
      "this one is of another version of the package",
    ],
  ])("%s is refused", async (_, wrong, why) => {
    await expect(cpuWasm({ module: wrong as object })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining(
        `module must be a WebAssembly.Module, compiled from @corr2d/cpu-wasm/kernels.wasm, but ${why}`,
      ),
    });
  });

  test("needs none of what worklets lack", async () => {
    for (const name of ["TextDecoder", "TextEncoder", "atob", "Blob", "Response", "DecompressionStream"]) {
      vi.stubGlobal(name, undefined);
    }
    expect((await cpuWasm({ module })).features.simd).toBe("plain");
  });

  test("has no relaxed SIMD", async () => {
    await expect(cpuWasm({ module, simd: "relaxed" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("kernels.wasm is the plain build"),
    });
    expect((await cpuWasm({ module, simd: "plain" })).features.simd).toBe("plain");
  });

  test("needs shared memory, and says so where there is none", async () => {
    vi.stubGlobal("SharedArrayBuffer", undefined); // as pages have it that are not isolated
    expect((await cpuWasm({ module })).features.threads).toBe(1);
    vi.spyOn(WebAssembly, "Memory").mockImplementation(function refuse() {
      throw new TypeError("shared memory is disabled");
    });
    await expect(cpuWasm({ module })).rejects.toMatchObject({
      code: "BACKEND_UNAVAILABLE",
      message: expect.stringContaining("no shared memory"),
    });
  });
});
