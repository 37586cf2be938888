/**
 * What the packages export: every name is PyTorch's in camelCase or a listed exception, has hover text, and an address on the
 * built site.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { addressOf } from "../src/api-pages.ts";
import { exceptions } from "../src/exceptions.ts";
import { type PublicName, publicApi } from "../src/public-api.ts";
import { counterparts, portedModules } from "../src/pytorch-names.ts";

const api = publicApi();
const types = new Set(api.filter(({ kind }) => kind === "type").map(({ from, path }) => `${from} ${path}`));
const ownerOf = ({ from, path }: PublicName): string => `${from} ${path.replace(/\.\w+$/, "")}`;

describe("names", () => {
  const listed = exceptions();
  /** Types have no names in PyTorch; what options are called is seen where a function takes them. */
  const named = api.filter(
    (name) =>
      portedModules.includes(name.from) &&
      !name.inherited &&
      name.kind !== "type" &&
      name.kind !== "namespace" &&
      !types.has(ownerOf(name)),
  );
  const counted = named.map((name) => ({ ...name, found: counterparts(name.from, name.path) }));

  test("there are some", () => {
    expect(counted.filter(({ found }) => found.length > 0).length).toBeGreaterThan(700);
    expect(listed.listed.length).toBeGreaterThan(20);
  });

  test("are PyTorch's in camelCase, or listed", () => {
    const wrong = counted.filter(({ path, found }) => found.length === 0 && !listed.has(path));
    expect(wrong.map(({ from, path, at }) => `${from}: ${path} (${at})`)).toEqual([]);
  });

  test("of arguments and options, too", () => {
    const wrong = counted
      .filter(({ path, found }) => found.length > 0 && !listed.has(path))
      .flatMap(({ path, found, parameters, options, at }) =>
        [...parameters, ...options.map((key) => key.name)]
          .filter((name) => !found.some((theirs) => theirs.parameters.has(name)))
          .filter((name) => !listed.hasArgument(path, name))
          .map(
            (name) =>
              `${path}(${name}) (${at}); PyTorch: ${found.map((theirs) => [theirs.name, ...theirs.parameters].join(" "))}`,
          ),
      );
    expect(wrong).toEqual([]);
  });

  test("no exception is listed in vain", () => {
    for (const { path } of named) listed.has(path);
    for (const { path, parameters, options } of named)
      for (const name of [...parameters, ...options.map((key) => key.name)]) listed.hasArgument(path, name);
    expect(listed.unused()).toEqual([]);
  });
});

describe("hover text", () => {
  /** Members of interfaces that stand for something of the host's, or describe data, are named well enough. */
  const described = api.filter(
    (name) => name.kind !== "namespace" && !name.inherited && !types.has(ownerOf(name)),
  );

  test("is there for every export and member", () => {
    expect(described.length).toBeGreaterThan(900);
    expect(described.filter(({ doc }) => doc === "").map(({ path, at }) => `${path} (${at})`)).toEqual([]);
  });

  test("and for every option", () => {
    const bare = described.flatMap(({ path, options, tags }) =>
      options
        .filter(
          ({ name, doc }) =>
            doc === "" && !tags.some(({ tag, text }) => tag === "options" && text.includes(name)),
        )
        .map(({ name, at }) => `${path}(${name}) (${at})`),
    );
    expect(bare).toEqual([]);
  });
});

describe("counterparts", () => {
  const namesOf = (from: string, path: string) => counterparts(from, path).map(({ name }) => name);

  test("are found by the rules", () => {
    expect(namesOf("@corr2d/core", "logSoftmax")).toContain("torch.nn.functional.log_softmax");
    expect(namesOf("@corr2d/core", "Tensor.scatterAdd")).toEqual(["torch.Tensor.scatter_add"]);
    expect(namesOf("@corr2d/nn", "Conv2D.inChannels")).toEqual(["torch.nn.Conv2d.in_channels"]);
    expect(namesOf("@corr2d/nn", "Conv2d")).toEqual(["torch.nn.Conv2d"]);
    expect(namesOf("@corr2d/nn", "ConvTranspose2D.stateDict")).toEqual(["torch.nn.Module.state_dict"]);
    expect(namesOf("@corr2d/nn", "init.orthogonal")).toContain("torch.nn.init.orthogonal_");
    expect(counterparts("@corr2d/nn", "CosineAnnealingLR")[0]!.parameters).toContain("tMax");
  });

  test("and what is spelt otherwise is not", () => {
    for (const wrong of ["hardSwish", "keepDim", "variance", "logSumExp", "conv2D", "Relu", "LogSoftMax"]) {
      expect(namesOf("@corr2d/core", wrong)).toEqual([]);
      expect(namesOf("@corr2d/nn", wrong)).toEqual([]);
    }
    expect(counterparts("@corr2d/core", "sum")[0]!.parameters).not.toContain("keepDim");
  });
});

describe("the built site", () => {
  const dist = resolve(import.meta.dirname, "../dist");
  const files = readdirSync(join(dist, "api")).filter((file) => file.endsWith(".html"));
  const pages = new Map(files.map((file) => [file, readFileSync(join(dist, "api", file), "utf8")]));
  const standsAt = (address: string): boolean => {
    const [page, anchor] = address.replace("/api/", "").split("#");
    return pages.get(`${page}.html`)?.includes(` id="${anchor}"`) ?? false;
  };
  const listed = api.filter(({ kind, inherited }) => kind !== "namespace" && !inherited);

  test("has every public name, at an address of its own", () => {
    expect(standsAt("/api/tensor#sum")).toBe(true);
    expect(standsAt("/api/nn#Conv2D.inChannels")).toBe(true);
    expect(standsAt("/api/nn#NoSuchLayer")).toBe(false);
    expect(listed.map(addressOf).filter((address) => !standsAt(address))).toEqual([]);
  });

  test("finds them by searching", () => {
    const chunks = join(dist, "assets/chunks");
    const index = readFileSync(
      join(chunks, readdirSync(chunks).find((file) => file.startsWith("@localSearchIndex"))!),
      "utf8",
    );
    const missing = listed.filter(
      ({ name, kind }) => kind !== "member" && !index.includes(name.toLowerCase().split(/[._]/)[0]!),
    );
    expect(missing.map(({ path }) => path)).toEqual([]);
  });
});
