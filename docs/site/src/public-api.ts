/**
 * What the packages export, as the compiler sees it and an editor shows it: names, members, parameters, the keys of options,
 * and the text that hovering over each of them gives.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "./repository.ts";

export interface Key {
  readonly name: string;
  readonly doc: string;
  /** Where it is declared: `packages/nn/src/optim/sgd.ts:12`. */
  readonly at: string;
}

export interface PublicName extends Key {
  /** What a program imports it from: `@corr2d/core`, `@corr2d/nn/functional`. */
  readonly from: string;
  /** `Tensor.sum`, `init.orthogonal`. */
  readonly path: string;
  readonly kind: "class" | "function" | "member" | "type" | "value" | "namespace" | "alias";
  /** Of members: declared by another exported class or interface, which this one extends. */
  readonly inherited: boolean;
  /** Of functions, methods and constructors: the names of all their signatures. Options in an object are no parameter. */
  readonly parameters: readonly string[];
  /** The keys that a parameter named `options` takes. */
  readonly options: readonly Key[];
}

const settings = join(root, "docs/site/tsconfig.api.json");

/** Every entry of every published package that has an API: `["@corr2d/nn/functional", "packages/nn/src/functional.ts"]`. */
export function entryPoints(): [from: string, file: string][] {
  const { entryPoints: files } = JSON.parse(readFileSync(join(root, "docs/site/typedoc.json"), "utf8"));
  return (files as string[]).map((path) => {
    const [, folder, file] = /packages\/([^/]+)\/src\/(.+)\.ts$/.exec(path)!;
    return [`@corr2d/${folder}${file === "index" ? "" : `/${file}`}`, join(root, "docs/site", path)];
  });
}

export function publicApi(): PublicName[] {
  const entries = entryPoints();
  const { config } = ts.readConfigFile(settings, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, join(root, "docs/site"));
  const program = ts.createProgram(
    entries.map(([, file]) => file),
    { ...options, noEmit: true },
  );
  const checker = program.getTypeChecker();
  const names: PublicName[] = [];

  const resolved = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const ours = (symbol: ts.Symbol): boolean =>
    symbol.declarations?.some((node) => node.getSourceFile().fileName.startsWith(join(root, "packages"))) ??
    false;
  const isPublic = (symbol: ts.Symbol): boolean =>
    !symbol.getJsDocTags(checker).some((tag) => tag.name === "internal") &&
    !symbol.name.startsWith("#") &&
    !symbol.name.startsWith("__#") &&
    !symbol.declarations?.some(
      (node) =>
        ts.getCombinedModifierFlags(node as ts.Declaration) &
        (ts.ModifierFlags.Private | ts.ModifierFlags.Protected),
    );
  const docOf = (symbol: ts.Symbol): string =>
    ts.displayPartsToString(symbol.getDocumentationComment(checker)) ||
    symbol
      .getJsDocTags(checker)
      .filter((tag) => tag.name === "returns" || tag.name === "throws")
      .map((tag) => `@${tag.name} ${ts.displayPartsToString(tag.text)}`)
      .join(" ");
  const placeOf = (symbol: ts.Symbol): string => {
    const node = symbol.declarations?.[0];
    if (node === undefined) return "";
    const file = node.getSourceFile();
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    return `${file.fileName.slice(root.length + 1)}:${line}`;
  };
  const keyOf = (symbol: ts.Symbol): Key => ({
    name: symbol.name,
    doc: docOf(symbol),
    at: placeOf(symbol),
  });
  const keysOf = (type: ts.Type): Key[] => {
    const parts = type.isUnion() ? type.types : [type];
    return parts
      .filter((part) => part.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))
      .flatMap((part) => checker.getPropertiesOfType(part).filter(ours).filter(isPublic).map(keyOf));
  };

  /** A parameter's name and type; nothing of `...rest: number[]`; of `...args: [a?: number, b?: number] | [options: Options]`, those of the elements. */
  function namesOf(parameter: ts.Symbol, type: ts.Type): [string, ts.Type][] {
    const node = parameter.valueDeclaration;
    if (node === undefined || !ts.isParameter(node) || !node.dotDotDotToken) return [[parameter.name, type]];
    const tuples = (type.isUnion() ? type.types : [type]).filter((part) => checker.isTupleType(part));
    return tuples.flatMap((tuple) => {
      const { labeledElementDeclarations: labels } = (tuple as ts.TupleTypeReference).target;
      return checker
        .getTypeArguments(tuple as ts.TupleTypeReference)
        .map((of, i): [string, ts.Type] => [labels?.[i]?.name.getText() ?? parameter.name, of]);
    });
  }

  const signed = (signatures: readonly ts.Signature[]): Pick<PublicName, "parameters" | "options"> => {
    const parameters = new Set<string>();
    const options = new Map<string, Key>();
    for (const parameter of signatures.flatMap((signature) => signature.getParameters())) {
      const type = checker.getTypeOfSymbol(parameter);
      for (const [name, of] of namesOf(parameter, type)) {
        if (name !== "options") parameters.add(name);
        else for (const key of keysOf(of)) options.set(key.name, key);
      }
    }
    return { parameters: [...parameters], options: [...options.values()] };
  };

  /** `export type { Convolution }`: a class that programs may name, and not make. */
  const isTypeOnly = (name: ts.Symbol): boolean =>
    name.declarations?.some((node) => ts.isExportSpecifier(node) && ts.isTypeOnlyExportDeclaration(node)) ??
    false;
  const exported = new Set<ts.Symbol>();
  /** Classes that are not exported, with the exported one that extends each: its members are that one's. */
  const standIns = new Map<ts.Symbol, ts.Symbol>();
  const publicOwner = (owner: ts.Symbol | undefined): ts.Symbol | undefined =>
    owner === undefined ? owner : (standIns.get(owner) ?? owner);
  const added = new Set<ts.Symbol>();
  const nothing = { parameters: [], options: [], inherited: false };
  function add(from: string, prefix: string, name: ts.Symbol): void {
    const symbol = resolved(name);
    const path = prefix + name.name;
    const base = { ...keyOf(symbol), name: name.name, from, path };
    const { flags } = symbol;
    if (added.has(symbol)) {
      names.push({ ...base, kind: "alias", ...nothing });
      return;
    }
    added.add(symbol);
    if (flags & ts.SymbolFlags.Module && !(flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Function))) {
      names.push({ ...base, doc: base.doc || "namespace", kind: "namespace", ...nothing });
      for (const inner of checker.getExportsOfModule(symbol)) add(from, `${path}.`, inner);
      return;
    }
    if (isTypeOnly(name) || !(flags & ts.SymbolFlags.Value)) {
      names.push({ ...base, kind: "type", ...nothing });
      if (flags & ts.SymbolFlags.Interface) members(from, path, checker.getDeclaredTypeOfSymbol(symbol));
      return;
    }
    const type = checker.getTypeOfSymbol(symbol);
    const constructors = type.getConstructSignatures();
    if (flags & ts.SymbolFlags.Class || constructors.length > 0) {
      names.push({ ...base, kind: "class", ...nothing, ...signed(constructors) });
      const instance =
        flags & ts.SymbolFlags.Class
          ? checker.getDeclaredTypeOfSymbol(symbol)
          : constructors[0]!.getReturnType();
      members(from, path, instance);
      return;
    }
    const calls = type.getCallSignatures();
    names.push({ ...base, kind: calls.length > 0 ? "function" : "value", ...nothing, ...signed(calls) });
  }
  function members(from: string, path: string, type: ts.Type): void {
    for (const member of type.getProperties().filter(ours).filter(isPublic)) {
      if (member.name.startsWith("__@")) continue; // symbols
      const key = keyOf(member);
      const owners =
        member.declarations?.map((node) =>
          publicOwner(checker.getSymbolAtLocation((node.parent as ts.ClassDeclaration).name ?? node)),
        ) ?? [];
      const inherited =
        !owners.includes(type.symbol) && owners.some((owner) => owner !== undefined && exported.has(owner));
      const isMethod = (member.flags & ts.SymbolFlags.Method) !== 0;
      const calls = isMethod ? checker.getTypeOfSymbol(member).getCallSignatures() : [];
      names.push({
        ...key,
        from,
        path: `${path}.${member.name}`,
        kind: "member",
        inherited,
        ...signed(calls),
      });
    }
  }

  const modules = entries.map(([from, file]): [string, ts.Symbol[]] => {
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`${file} is none of the program`);
    return [from, checker.getExportsOfModule(checker.getSymbolAtLocation(source)!)];
  });
  for (const symbol of modules.flatMap(([, symbols]) => symbols)) {
    if (!isTypeOnly(symbol)) exported.add(resolved(symbol));
  }
  for (const symbol of exported) {
    if (!(symbol.flags & ts.SymbolFlags.Class)) continue;
    for (const { symbol: base } of checker.getDeclaredTypeOfSymbol(symbol).getBaseTypes() ?? []) {
      if (base !== undefined && !exported.has(base)) standIns.set(base, symbol);
    }
  }
  for (const [from, symbols] of modules) for (const symbol of symbols) add(from, "", symbol);
  return names;
}
