/**
 * PyTorch's names beside ours: which name of PyTorch's one of ours is the camelCase of.
 *
 * The names are those of `test/fixtures/pytorch-names.json` (scripts/goldens/make_names.py). Plain JavaScript, since TypeDoc's
 * plugin uses it as the tests do.
 */
import { readFileSync } from "node:fs";

/** @type {Record<string, Record<string, string[] | null>>} Of each namespace, the names and their parameters. */
const NAMES = JSON.parse(
  readFileSync(new URL("../test/fixtures/pytorch-names.json", import.meta.url), "utf8"),
);

/** `log_softmax` → `logSoftmax`. @param {string} name */
const camel = (name) => name.replaceAll(/(?<=.)_([a-zA-Z0-9])/g, (_, letter) => letter.toUpperCase());

/** `T_max` → `tMax`: parameters and attributes begin small. @param {string} name */
const small = (name) => camel(name.replace(/^[A-Z](?=_|$)/, (letter) => letter.toLowerCase()));

/** Where the names of a module of ours are looked for. */
const FUNCTIONS = [
  "torch",
  "torch.nn.functional",
  "torch.Tensor",
  "torch.autograd",
  "torch.autograd.functional",
];
/** @type {Record<string, string[]>} */
const NAMESPACES = {
  "@corr2d/core": [...FUNCTIONS, "torch.utils.checkpoint"],
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
export const portedModules = Object.keys(NAMESPACES).filter((name) => !name.includes(" "));

/**
 * @typedef {object} Counterpart
 * @property {string} name `torch.nn.functional.log_softmax`
 * @property {Set<string>} parameters as we spell them
 */

/** PyTorch's spellings of a name of ours: `Conv2D`, `AdaptiveAvgPool2D`; `uniform` of init. @param {string} name */
const spelled = (name) => name.replace(/^([A-Z].*[1-3])D$/, "$1d");

/** @param {string[]} namespaces @param {(name: string) => boolean} matches @returns {Counterpart[]} */
function find(namespaces, matches) {
  return namespaces.flatMap((namespace) =>
    Object.entries(NAMES[namespace] ?? {})
      .filter(([name]) => matches(name))
      .map(([name, parameters]) => ({
        name: `${namespace}.${name}`,
        parameters: new Set((parameters ?? []).map(small)),
      })),
  );
}

/** The base classes of which PyTorch's list has the members once. */
const BASES = ["Module", "Optimizer", "_LRScheduler"];

/**
 * What PyTorch has under a name of ours: nothing, or one entry for each namespace that has it.
 *
 * @param {string} from the module that it is imported from
 * @param {string} path `sum`, `Tensor.sum`, `init.orthogonal`, `Conv2D.inChannels`
 * @returns {Counterpart[]}
 */
export function counterparts(from, path) {
  const [first = "", second, third] = path.split(".");
  if (second === undefined) {
    return find(NAMESPACES[from] ?? [], (name) => camel(name) === spelled(first));
  }
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
  const namespaces = NAMESPACES[from] ?? [];
  const having = namespaces.filter((namespace) => NAMES[namespace]?.[spelled(first)] !== undefined);
  const owners = having.length > 0 ? having : namespaces;
  /** @param {(owner: string) => boolean} matches */
  const members = (matches) =>
    find(owners, (name) => {
      const [owner = "", member] = name.split(".");
      return member !== undefined && matches(owner) && small(member.replace(/_$/, "")) === second;
    });
  const own = members((owner) => owner === spelled(first));
  return own.length > 0 ? own : members((owner) => BASES.includes(owner));
}
