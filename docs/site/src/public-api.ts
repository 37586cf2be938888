/**
 * What the packages export, as the compiler sees it and an editor shows it: names, members, parameters, the keys of options,
 * and the text that hovering over each of them gives.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { root } from "./repository.ts";

export interface Key {
  readonly name: string;
  readonly doc: string;
  /** Where it is declared: `packages/nn/src/optim/sgd.ts:12`. */
  readonly at: string;
  /** As the source writes it; of what has no type of its own in the source, as the compiler infers it. */
  readonly type: string;
}

/** `@param dim the axis`: tag dim, text "the axis"; of @returns and @throws the tag is that. */
export interface Tag {
  readonly tag: string;
  readonly text: string;
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
  /** `sum(dim?: Dim, options?: KeepDim): Tensor`, one for each form. */
  readonly signatures: readonly string[];
  readonly tags: readonly Tag[];
  /** Of an alias: the path that its target is listed under. */
  readonly target?: string;
}

const settings = join(root, "docs/site/tsconfig.api.json");

/** What packages say they export: `["@corr2d/nn/functional", "…/packages/nn/src/functional.ts"]`, core first. */
export function entryPoints(): [from: string, file: string][] {
  const order = ["core", "nn", "data", "io", "worker", "parallel", "cpu-js", "cpu-wasm", "conformance"];
  const place = (folder: string): number => (order.includes(folder) ? order.indexOf(folder) : order.length);
  const folders = readdirSync(join(root, "packages")).filter((folder) =>
    existsSync(join(root, "packages", folder, "package.json")),
  );
  return folders
    .sort((a, b) => place(a) - place(b))
    .flatMap((folder) => {
      const { name, exports = {} } = JSON.parse(
        readFileSync(join(root, "packages", folder, "package.json"), "utf8"),
      ) as { name: string; exports?: Record<string, { "@corr2d/source"?: string }> };
      return Object.entries(exports).flatMap(([path, { "@corr2d/source": source }]): [string, string][] =>
        source?.endsWith(".ts")
          ? [[join(name, path).replace(/\/$/, ""), join(root, "packages", folder, source)]]
          : [],
      );
    });
}

/** The source of a node, without the comments in it. */
const sourceOf = (node: ts.Node): string =>
  node
    .getText()
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/\s*\n\s*/g, " ")
    .replaceAll(/\{ ;? ?/g, "{ ");

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
    ts.displayPartsToString(symbol.getDocumentationComment(checker)).replaceAll(/\s@throws /g, " Throws ") ||
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
  const typeOf = (symbol: ts.Symbol): string => {
    const node = symbol.declarations?.[0];
    if (node === undefined) return "";
    if (ts.isTypeAliasDeclaration(node)) return sourceOf(node);
    const written = (node as ts.PropertyDeclaration | ts.AccessorDeclaration).type;
    const text = written ? sourceOf(written) : checker.typeToString(checker.getTypeOfSymbol(symbol), node);
    return text.replace(/ \| undefined$/, "");
  };
  const keyOf = (symbol: ts.Symbol): Key => ({
    name: symbol.name,
    doc: docOf(symbol),
    at: placeOf(symbol),
    type: typeOf(symbol),
  });
  const tagsOf = (symbol: ts.Symbol): Tag[] =>
    symbol.getJsDocTags(checker).flatMap(({ name, text }) => {
      const plain = ts.displayPartsToString(text);
      if (name === "returns" || name === "throws") return [{ tag: name, text: plain }];
      const [, parameter, about] = /^(\w+)\s+(?:-\s+)?([\s\S]*)$/.exec(plain) ?? [];
      return name === "param" && parameter ? [{ tag: parameter, text: about! }] : [];
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

  const shown = (name: string, { declaration }: ts.Signature): string[] => {
    if (declaration === undefined || ts.isJSDocSignature(declaration)) return [];
    const list = declaration.parameters
      .map(sourceOf)
      .filter((text) => !/^(?:\.\.\.surplus\b|this:)/.test(text));
    const types = declaration.typeParameters?.map(sourceOf).join(", ");
    const result =
      ts.isConstructorDeclaration(declaration) || !declaration.type ? "" : `: ${sourceOf(declaration.type)}`;
    const line = `${name}${types ? `<${types}>` : ""}(${list.join(", ")})${result}`;
    return [
      line.length <= 90 ? line : line.replace(`(${list.join(", ")})`, `(\n  ${list.join(",\n  ")},\n)`),
    ];
  };

  const signed = (
    name: string,
    signatures: readonly ts.Signature[],
  ): Pick<PublicName, "parameters" | "options" | "signatures"> => {
    const parameters = new Set<string>();
    const options = new Map<string, Key>();
    for (const parameter of signatures.flatMap((signature) => signature.getParameters())) {
      const type = checker.getTypeOfSymbol(parameter);
      for (const [name, of] of namesOf(parameter, type)) {
        if (name !== "options") parameters.add(name);
        else for (const key of keysOf(of)) options.set(key.name, key);
      }
    }
    return {
      parameters: [...parameters],
      options: [...options.values()],
      signatures: signatures.flatMap((signature) => shown(name, signature)),
    };
  };

  /** `export type { Convolution }`: a class that programs may name, and not make. */
  const isTypeOnly = (name: ts.Symbol): boolean =>
    name.declarations?.some((node) => ts.isExportSpecifier(node) && ts.isTypeOnlyExportDeclaration(node)) ??
    false;
  const exported = new Set<ts.Symbol>();
  const added = new Map<ts.Symbol, string>();
  const nothing = { parameters: [], options: [], signatures: [], inherited: false };
  function add(from: string, prefix: string, name: ts.Symbol): void {
    const symbol = resolved(name);
    const path = prefix + name.name;
    const base = { ...keyOf(symbol), name: name.name, from, path, tags: tagsOf(symbol) };
    const { flags } = symbol;
    const target = added.get(symbol);
    if (target !== undefined) {
      names.push({ ...base, kind: "alias", ...nothing, target });
      return;
    }
    added.set(symbol, path);
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
      names.push({ ...base, kind: "class", ...nothing, ...signed(`new ${name.name}`, constructors) });
      const instance =
        flags & ts.SymbolFlags.Class
          ? checker.getDeclaredTypeOfSymbol(symbol)
          : constructors[0]!.getReturnType();
      members(from, path, instance);
      return;
    }
    const calls = type.getCallSignatures();
    names.push({
      ...base,
      kind: calls.length > 0 ? "function" : "value",
      ...nothing,
      ...signed(name.name, calls),
    });
  }
  /** A class or interface, with the bases that are not exported: their members are its own. */
  function withHiddenBases(type: ts.Type): Set<ts.Symbol> {
    const found = new Set<ts.Symbol>();
    for (const part of type.isIntersection() ? type.types : [type]) {
      for (let at: ts.Type | undefined = part; at?.symbol !== undefined; [at] = at.getBaseTypes() ?? []) {
        if (exported.has(at.symbol) && at !== type) break;
        found.add(at.symbol);
      }
    }
    return found;
  }
  function members(from: string, path: string, type: ts.Type): void {
    const itsOwn = withHiddenBases(type);
    for (const member of type.getProperties().filter(ours).filter(isPublic)) {
      if (member.name.startsWith("__@")) continue; // symbols
      const key = keyOf(member);
      const owners =
        member.declarations?.map((node) =>
          checker.getSymbolAtLocation((node.parent as ts.ClassDeclaration).name ?? node),
        ) ?? [];
      const inherited =
        !owners.some((owner) => owner !== undefined && itsOwn.has(owner)) &&
        owners.some(
          (owner) => owner !== undefined && (exported.has(owner) || owner.flags & ts.SymbolFlags.Class),
        );
      const isMethod = (member.flags & ts.SymbolFlags.Method) !== 0;
      const calls = isMethod ? checker.getTypeOfSymbol(member).getCallSignatures() : [];
      names.push({
        ...key,
        from,
        path: `${path}.${member.name}`,
        kind: "member",
        inherited,
        tags: tagsOf(member),
        ...signed(member.name, calls),
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
  // Namespaces last: what is exported by itself too is listed there.
  const isNamespace = (name: ts.Symbol): number =>
    resolved(name).flags & ts.SymbolFlags.ValueModule ? 1 : 0;
  for (const [from, symbols] of modules) {
    for (const symbol of symbols.sort((a, b) => isNamespace(a) - isNamespace(b))) add(from, "", symbol);
  }
  return names;
}
