// What a checkpoint keeps: structure, tensors, and every bit of every number.
import {
  arange,
  defaultGenerator,
  defineBackend,
  Generator,
  getRngState,
  manualSeed,
  ones,
  rand,
  setBackend,
  setRngState,
  type Tensor,
  tensor,
} from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import {
  Adam,
  CosineAnnealingLR,
  crossEntropy,
  LinearLR,
  Parameter,
  ReLU,
  SequentialLR,
  SGD,
} from "@corr2d/nn";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  checkpointOrigin,
  checkpointToBlob,
  loadCheckpoint,
  openSafetensors,
  readSafetensors,
  writeSafetensors,
} from "../src/index.ts";
import { BACKENDS, bitsOf, build, expectRejection } from "./support.ts";

const roundTrip = async (state: object) => loadCheckpoint(await checkpointToBlob(state), { strict: true });

describe.each(BACKENDS)("a training, on %s", (_name, open) => {
  beforeAll(async () => setBackend(await open()));

  it("is saved whole, and goes on from there", async () => {
    const images = arange(4 * 36)
      .reshape([4, 1, 6, 6])
      .div(144);
    const labels = tensor([0, 1, 2, 0], { dtype: "int32" });
    const start = () => {
      const net = build();
      const optimizer = new Adam(net.parameters(), { lr: 0.01 });
      const scheduler = new SequentialLR(
        optimizer,
        [new LinearLR(optimizer, { startFactor: 0.1, totalIters: 2 }), new CosineAnnealingLR(optimizer, 4)],
        [2],
      );
      const step = (): Tensor => {
        optimizer.zeroGrad();
        const loss = crossEntropy(net(images.add(rand([4, 1, 6, 6]))), labels);
        loss.backward();
        optimizer.step();
        scheduler.step();
        return loss.detach();
      };
      return { net, optimizer, scheduler, step };
    };
    const first = start();
    for (let i = 0; i < 3; i++) first.step();
    const saved = await checkpointToBlob({
      model: first.net.stateDict(),
      optimizer: first.optimizer.stateDict(),
      scheduler: first.scheduler.stateDict(),
      generator: defaultGenerator,
      step: 3,
    });
    const losses = [first.step(), first.step()];

    const second = start();
    manualSeed(99);
    const loaded = await loadCheckpoint(saved, { strict: true });
    second.net.loadStateDict(loaded.model);
    second.optimizer.loadStateDict(loaded.optimizer);
    second.scheduler.loadStateDict(loaded.scheduler);
    setRngState(loaded.generator);
    expect(loaded.step).toBe(3);
    for (const loss of losses) expect(await bitsOf(second.step())).toEqual(await bitsOf(loss));
    for (const [name, value] of Object.entries(first.net.stateDict())) {
      expect(await bitsOf(second.net.stateDict()[name]!), name).toEqual(await bitsOf(value));
    }
  });
});

describe("a checkpoint", () => {
  beforeAll(() => setBackend(cpuJs()));
  afterEach(() => vi.restoreAllMocks());

  it("keeps plain data as they are", async () => {
    const state = {
      numbers: [0, -0, 1.5, 5e-324, 1.7976931348623157e308, 0.1, 2 ** 53, Number.NaN, Infinity, -Infinity],
      bigints: [0n, -1n, 2n ** 70n],
      texts: ["", "é\u0000\n", "\ud800", "$tensor"],
      others: [true, false, null, undefined, [], {}, [[[]]]],
      "a.b": { "": 1, $: 2, $tensor: "x", $$number: 3, "\ud800": 4, é: 5 },
      alone: { $tensor: "x" },
      escaped: { $$: { $number: "NaN" } },
      missing: undefined,
    };
    expect(await roundTrip(state)).toStrictEqual(state);
    const proto = JSON.parse('{"x":{"__proto__":[1,{"__proto__":null}],"constructor":2}}');
    const loaded = await roundTrip(proto);
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(proto));
    expect(Object.getPrototypeOf(loaded.x)).toBe(Object.prototype);
  });

  it("keeps typed arrays", async () => {
    const state = {
      arrays: [
        Int8Array.of(-128, 127),
        Uint8Array.of(0, 255),
        Uint8ClampedArray.of(0, 255),
        Int16Array.of(-32768, 32767),
        Uint16Array.of(0, 65535),
        Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
        Uint32Array.of(0, 2 ** 32 - 1),
        Float32Array.of(Number.NaN, -0, 1e-45),
        Float64Array.of(Number.NaN, -0, 5e-324),
        BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
        BigUint64Array.of(0n, 2n ** 64n - 1n),
        new Uint32Array(),
      ],
    };
    expect(await roundTrip(state)).toStrictEqual(state);
    const { part } = await roundTrip({ part: new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 3) });
    expect(part).toStrictEqual(Uint8Array.of(2, 3));
  });

  it("keeps tensors where they are, under the names that a PyTorch user looks for", async () => {
    const net = build();
    const optimizer = new SGD(net.parameters(), { lr: 0.1, momentum: 0.9 });
    for (const parameter of net.parameters()) parameter.grad = ones(parameter.shape);
    optimizer.step();
    const blob = await checkpointToBlob({
      model: net.stateDict(),
      optimizer: optimizer.stateDict(),
      list: [tensor(1), [tensor(2)]],
    });
    const { names } = await openSafetensors(blob);
    expect(names).toContain("model.0.weight");
    expect(names).toContain("model.1.num_batches_tracked");
    expect(names).toContain("optimizer.state.0.momentumBuffer");
    expect(names).toContain("list.1.0");
    const { list, model } = await loadCheckpoint(blob);
    expect(await Promise.all([list[0].item(), list[1][0].item()])).toEqual([1, 2]);
    expect(net.loadStateDict(model)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    const alone = await readSafetensors(blob, { names: names.filter((name) => name.startsWith("model.")) });
    expect(Object.keys(alone).length).toBe(Object.keys(model).length);
  });

  it("tells tensors of one path apart", async () => {
    const state = {
      "a.b": tensor(1),
      a: { b: tensor(2), "b (2)": tensor(3) },
      __metadata__: tensor(4),
      "\ud800": tensor(5),
    };
    const loaded = await roundTrip(state);
    const values = [loaded["a.b"], loaded.a.b, loaded.a["b (2)"], loaded.__metadata__, loaded["\ud800"]];
    expect(await Promise.all(values.map((value: Tensor) => value.item()))).toEqual([1, 2, 3, 4, 5]);
  });

  it("takes all as it is at the call", async () => {
    const state = {
      x: tensor([1]),
      list: [1],
      array: Int32Array.of(1),
      buffer: Buffer.of(1),
      generator: new Generator(1),
    };
    const before = getRngState(state.generator);
    const blob = checkpointToBlob(state);
    state.x.assign([2]);
    state.list.push(2);
    state.array[0] = 2;
    state.buffer[0] = 2;
    rand([4], { generator: state.generator });
    const loaded = await loadCheckpoint(await blob);
    expect(await loaded.x.toArray()).toEqual([1]);
    expect([loaded.list, loaded.array, loaded.generator]).toStrictEqual([[1], Int32Array.of(1), before]);
    expect(loaded.buffer).toStrictEqual(Uint8Array.of(1));
  });

  it("is the same bytes for the same state", async () => {
    const bytes = async () =>
      new Uint8Array(await (await checkpointToBlob({ model: build().stateDict(), at: 1 })).arrayBuffer());
    expect(Buffer.from(await bytes()).equals(await bytes())).toBe(true);
  });

  const cyclic: Record<string, unknown> = {};
  cyclic.a = [cyclic];
  const wide: Record<string, unknown> = {};
  Object.assign(wide, { a: wide, b: wide });
  let deep: unknown = 1;
  for (let i = 0; i < 20_000; i++) deep = [deep];
  const transferred = new Float32Array(2);
  structuredClone(transferred.buffer, { transfer: [transferred.buffer] });
  const sparse: unknown[] = [];
  sparse.length = 2 ** 32 - 1;

  it.each<[string, unknown, string]>([
    ["a function", { a: { f: () => 1 } }, "'a.f' is neither plain data nor a tensor, but a function"],
    ["a symbol", { a: [Symbol("x")] }, "'a.0' is neither plain data nor a tensor, but a symbol"],
    [
      "a module",
      { model: new ReLU() },
      "'model' is neither plain data nor a tensor, but a function; write model.stateDict()",
    ],
    ["a Map", { m: new Map() }, "'m' is neither plain data nor a tensor"],
    ["a Date", { d: new Date(0) }, "'d' is neither plain data nor a tensor"],
    ["an ArrayBuffer", { b: new ArrayBuffer(8) }, "'b' is neither plain data nor a tensor"],
    ["what holds itself", cyclic, "'a.0' holds itself"],
    ["what holds itself twice", wide, "'a' holds itself"],
    ["what is too deep", { deep }, "is more than 100 levels deep"],
    ["an array with holes", { sparse }, "'sparse' has no item 0"],
    [
      "memory that was transferred",
      { transferred },
      "'transferred' is an array whose memory was transferred",
    ],
    [
      "a tensor alone",
      ones([1], { backend: cpuJs() }),
      "the state is an object, { model: net.stateDict(), … }",
    ],
    ["null", null, "but got null"],
  ])("refuses %s", (_name, state, text) =>
    expectRejection(checkpointToBlob(state as object), "INVALID_ARGUMENT", text),
  );

  it("says what to write for an optimiser", () =>
    expectRejection(
      checkpointToBlob({ o: new SGD([new Parameter(ones([1]))], { lr: 1 }) }),
      "INVALID_ARGUMENT",
      "; write o.stateDict()",
    ));

  it("names the tensor that was disposed", async () => {
    const x = tensor(1);
    x.dispose();
    await expectRejection(checkpointToBlob({ model: { x } }), "DISPOSED", "'model.x' was disposed");
  });

  it("is as deep as it may be", async () => {
    let state: object = { x: 1 };
    for (let i = 0; i < 99; i++) state = { state };
    expect(await roundTrip(state)).toEqual(state);
    await expectRejection(checkpointToBlob({ state }), "INVALID_ARGUMENT", "levels deep");
  });
});

describe("where a checkpoint comes from", () => {
  const { features, ...rest } = cpuJs();
  const built = (build: string) =>
    defineBackend({ ...rest, name: "other", features: { ...features, build } });
  const warnings = () => vi.spyOn(console, "warn").mockImplementation(() => {});
  afterEach(() => vi.restoreAllMocks());

  it("is in it", async () => {
    const backend = built("a");
    const blob = await checkpointToBlob({ x: tensor(1, { backend }), y: ones([2], { backend: cpuJs() }) });
    expect(await checkpointOrigin(blob)).toEqual({
      version: expect.any(String),
      backends: [
        { name: "other", build: "a" },
        { name: "cpu-js", build: null },
      ],
    });
  });

  it("is told where it differs: a warning, an error, or nothing, as the caller has it", async () => {
    const saved = await checkpointToBlob({ x: tensor(1, { backend: built("a") }) });
    const warn = warnings();
    const backend = built("b");
    expect(await (await loadCheckpoint(saved, { backend })).x.item()).toBe(1);
    expect(warn.mock.calls.map(([text]) => text)).toEqual([
      "the Blob was saved on other (a), and is loaded on other (b): training goes on, but not bit for bit as it would have " +
        "there. ({ strict: false } says nothing, { strict: true } makes it an error.)",
    ]);
    await loadCheckpoint(saved, { backend, strict: false });
    await loadCheckpoint(saved, { backend: built("a") });
    expect(warn).toHaveBeenCalledTimes(1);
    await expectRejection(
      loadCheckpoint(saved, { backend, strict: true }),
      "BACKEND_MISMATCH",
      "was saved on other (a)",
    );
    await expectRejection(
      loadCheckpoint(saved, { backend: cpuJs(), strict: true }),
      "BACKEND_MISMATCH",
      "is loaded on cpu-js:",
    );
  });
});

describe("what is no checkpoint", () => {
  beforeAll(() => setBackend(cpuJs()));
  const withJson = async (json: unknown, tensors: Record<string, Tensor> = {}) =>
    writeSafetensors(tensors, {
      metadata: { "corr2d.checkpoint": typeof json === "string" ? json : JSON.stringify(json) },
    });
  const whole = { format: 1, version: "1", backends: [] };

  it.each<[string, unknown, string]>([
    ["text", "{", "the checkpoint's JSON cannot be read as JSON"],
    ["no object", [], "is not what saveCheckpoint writes"],
    ["no state", { ...whole }, "is not what saveCheckpoint writes"],
    ["no backends", { ...whole, backends: 3, state: {} }, "is not what saveCheckpoint writes"],
    ["a later format", { ...whole, format: 2, state: 7 }, "of version 1, later than this one"],
    [
      "a tensor that is not there",
      { ...whole, state: { a: { $tensor: "y" } } },
      "refers to 'y', which the file does not hold",
    ],
    [
      "a tensor twice",
      { ...whole, state: { a: { $tensor: "x" }, b: { $tensor: "x" } } },
      "refers to 'x' twice",
    ],
    ["a tensor by number", { ...whole, state: { a: { $tensor: 1 } } }, "has a '$tensor' that is none"],
    [
      "another array",
      { ...whole, state: { a: { $array: ["Uint8Array", "x"] } } },
      "'x' is no Uint8Array, but F32",
    ],
    [
      "an array of no class",
      { ...whole, state: { a: { $array: ["constructor", "x"] } } },
      "has a '$array' that is none",
    ],
    [
      "a number of no name",
      { ...whole, state: { a: { $number: "toString" } } },
      "has a '$number' that is none",
    ],
    ["a bigint of letters", { ...whole, state: { a: { $bigint: "0x10" } } }, "has a '$bigint' that is none"],
    [
      "an endless bigint",
      { ...whole, state: { a: { $bigint: "1".repeat(1e6) } } },
      "has a '$bigint' that is none",
    ],
    ["a form of no kind", { ...whole, state: { a: { $date: 0 } } }, "has a '$date' that is none"],
    ["a key twice", '{"format":1,"format":1}', "twice"],
    ["brackets without end", "[".repeat(1e5), "brackets deep"],
  ])("is refused: %s", async (_name, json, text) =>
    expectRejection(loadCheckpoint(await withJson(json, { x: tensor(1) })), "FILE_INVALID", text),
  );

  it("a safetensors file of tensors alone is one to read as such", async () =>
    expectRejection(
      loadCheckpoint(await writeSafetensors({})),
      "FILE_INVALID",
      "no checkpoint: read it with readSafetensors",
    ));

  it("options are checked", () =>
    expectRejection(
      loadCheckpoint(new Uint8Array(), { strict: 1 } as never),
      "INVALID_ARGUMENT",
      "loadCheckpoint: 'strict' is a boolean",
    ));
});
