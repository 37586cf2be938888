/**
 * PyTorch's names beside ours: which name of PyTorch's one of ours is the camelCase of.
 *
 * The names are those of `test/fixtures/pytorch-names.json` (scripts/goldens/make_names.py).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./repository.ts";

/** Of each namespace, the names and their parameters. */
const NAMES: Record<string, Record<string, string[] | null>> = JSON.parse(
  readFileSync(join(root, "docs/site/test/fixtures/pytorch-names.json"), "utf8"),
);

/** `log_softmax` → `logSoftmax`. */
const camel = (name: string): string =>
  name.replaceAll(/(?<=.)_([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** `T_max` → `tMax`: parameters and attributes begin small. */
const small = (name: string): string =>
  camel(name.replace(/^[A-Z](?=_|$)/, (letter) => letter.toLowerCase()));

/** Where the names of a module of ours are looked for. */
const NAMESPACES: Record<string, readonly string[]> = {
  "@corr2d/core": [
    "torch",
    "torch.nn.functional",
    "torch.Tensor",
    "torch.autograd",
    "torch.autograd.functional",
    "torch.utils.checkpoint",
  ],
  "@corr2d/core autograd": ["torch.autograd", "torch.autograd.functional"],
  "@corr2d/nn": [
    "torch.nn",
    "torch.nn.functional",
    "torch.optim",
    "torch.optim.lr_scheduler",
    "torch.optim.swa_utils",
  ],
  "@corr2d/nn init": ["torch.nn.init"],
  "@corr2d/nn utils": ["torch.nn.utils", "torch.nn.utils.fusion", "torch.nn.utils.parametrizations"],
  "@corr2d/nn utils.parametrizations": ["torch.nn.utils.parametrizations"],
  "@corr2d/nn utils.parametrize": ["torch.nn.utils.parametrize"],
  "@corr2d/nn/functional": ["torch.nn.functional"],
  "@corr2d/data": ["torch.utils.data"],
};

/** The modules whose names are to be PyTorch's. */
export const portedModules: readonly string[] = Object.keys(NAMESPACES).filter((name) => !name.includes(" "));

export interface Counterpart {
  /** `torch.nn.functional.log_softmax` */
  readonly name: string;
  /** As we spell them. */
  readonly parameters: ReadonlySet<string>;
}

/** PyTorch's spelling of a class with the book's capital D: `Conv2D`. */
const spelled = (name: string): string => name.replace(/^([A-Z].*[1-3])D$/, "$1d");

const find = (namespaces: readonly string[], matches: (name: string) => boolean): Counterpart[] =>
  namespaces.flatMap((namespace) =>
    Object.entries(NAMES[namespace]!)
      .filter(([name]) => matches(name))
      .map(([name, parameters]) => ({
        name: `${namespace}.${name}`,
        parameters: new Set((parameters ?? []).map(small)),
      })),
  );

/** The base classes of which PyTorch's list has the members once. */
const BASES = ["Module", "Optimizer", "_LRScheduler"];

/**
 * What PyTorch has under a name of ours: nothing, or one entry for each namespace that has it.
 *
 * @param from the module that it is imported from
 * @param path `sum`, `Tensor.sum`, `init.orthogonal`, `Conv2D.inChannels`
 */
export function counterparts(from: string, path: string): Counterpart[] {
  const [first = "", second, third] = path.split(".");
  const namespaces = NAMESPACES[from] ?? [];
  if (second === undefined) return find(namespaces, (name) => camel(name) === spelled(first));
  if (third !== undefined) {
    return find(NAMESPACES[`${from} ${first}.${second}`] ?? [], (name) => camel(name) === third);
  }
  const inner = NAMESPACES[`${from} ${first}`];
  // The trailing _ of PyTorch's init says that it works in place, as everything there does.
  if (inner) return find(inner, (name) => camel(name.replace(/_$/, "")) === second);
  if (first === "Tensor") {
    const same = find(["torch.Tensor"], (name) => camel(name) === second);
    return same.length > 0 ? same : find(["torch.Tensor"], (name) => camel(name) === `${second}_`);
  }
  const having = namespaces.filter((namespace) => NAMES[namespace]![spelled(first)] !== undefined);
  const members = (matches: (owner: string) => boolean): Counterpart[] =>
    find(having.length > 0 ? having : namespaces, (name) => {
      const [owner = "", member] = name.split(".");
      return member !== undefined && matches(owner) && small(member.replace(/_$/, "")) === second;
    });
  const own = members((owner) => owner === spelled(first));
  return own.length > 0 ? own : members((owner) => BASES.includes(owner));
}
