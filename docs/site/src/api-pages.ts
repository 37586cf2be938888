/**
 * The API reference: one page for each namespace, written into docs/api from the docstrings.
 *
 * A package has a page by being there. What is more than a page's worth, or a namespace of PyTorch's, is set apart in `APART`.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Key, type PublicName, publicApi } from "./public-api.ts";
import { counterparts } from "./pytorch-names.ts";
import { readPage, root } from "./repository.ts";

export interface ApiPage {
  /** `nn`: docs/api/nn.md, /api/nn on the site. */
  readonly file: string;
  readonly title: string;
  /** Its first paragraph. */
  readonly about: string;
}

interface Apart extends ApiPage {
  readonly has: (name: PublicName) => boolean;
}

const within = (namespace: string) => (name: PublicName) => name.path.split(".")[0] === namespace;

const APART: readonly Apart[] = [
  {
    file: "tensor",
    title: "Tensor",
    about:
      'Every method and property of tensors. `import { Tensor } from "@corr2d/core"`; they are made by `tensor`, `zeros`, … and operations.',
    has: within("Tensor"),
  },
  {
    file: "autograd",
    title: "autograd",
    about: 'PyTorch\'s `torch.autograd`: `import { autograd } from "@corr2d/core"`.',
    has: within("autograd"),
  },
  {
    file: "functional",
    title: "nn.functional",
    about: 'PyTorch\'s `torch.nn.functional`: `import * as F from "@corr2d/nn/functional"`.',
    has: ({ from }) => from === "@corr2d/nn/functional",
  },
  {
    file: "optim",
    title: "optim",
    about: "PyTorch's `torch.optim`, with `lr_scheduler` and `swa_utils`: names of `@corr2d/nn`.",
    has: ({ from, at }) => from === "@corr2d/nn" && at.startsWith("packages/nn/src/optim/"),
  },
  {
    file: "init",
    title: "nn.init",
    about: 'PyTorch\'s `torch.nn.init`: `import { init } from "@corr2d/nn"`.',
    has: within("init"),
  },
  {
    file: "utils",
    title: "nn.utils",
    about: 'PyTorch\'s `torch.nn.utils`: `import { utils } from "@corr2d/nn"`.',
    has: within("utils"),
  },
];

/** Sections of a page, by where a name is declared; what is left are the others. */
const SECTIONS: Record<string, readonly [title: string, where: RegExp][]> = {
  core: [
    ["New tensors", /core\/src\/create\.ts/],
    ["Operations", /core\/src\/ops\//],
    ["Derivatives", /core\/src\/(autograd|functional|gradcheck|custom-function|checkpoint)/],
    ["Random numbers", /core\/src\/(random|draws)/],
    ["Memory, backends, printing", /core\/src\/(storage|tensor|current-backend|console|format|errors)/],
    ["For backends and libraries of layers", /./],
  ],
  nn: [
    ["Layers, containers, losses", /nn\/src\/(layers|norms)\/|nn\/src\/(module|parameter)\.ts/],
    ["Functions", /./],
  ],
  optim: [
    ["Schedules", /lr-scheduler/],
    ["Averages of weights", /averages/],
    ["Optimisers", /./],
  ],
};

const fileOf = (name: PublicName): string =>
  APART.find((page) => page.has(name))?.file ?? name.from.split("/").slice(1).join("-");

/** Where a name stands on the site: `/api/tensor#sum`. */
export function addressOf(name: PublicName): string {
  const [owner, ...rest] = name.path.split(".");
  const apart = ["Tensor", "autograd", "init", "utils"].includes(owner!) && rest.length > 0;
  return `/api/${fileOf(name)}#${apart ? rest.join(".") : name.path}`;
}

const anchorOf = (name: PublicName): string => addressOf(name).split("#")[1]!;

/** Text of a docstring as Markdown for VitePress: codes of errors as code; what HTML, Vue or Markdown would read is written out. */
const prose = (text: string): string =>
  text
    .replaceAll(/(?<![`\w])[A-Z]+(?:_[A-Z0-9]+)+(?![`\w])/g, "`$&`")
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith("`")
        ? part.replaceAll("{{", "&#123;&#123;")
        : part
            .replaceAll("<", "&lt;")
            .replaceAll("{{", "&#123;{")
            .replaceAll(/[*_]|\](?=[([])/g, "\\$&"),
    )
    .join("");
const cell = (text: string): string =>
  prose(text)
    .replaceAll(/\s*\n\s*/g, " ")
    .replaceAll("|", "\\|");
const code = (text: string): string =>
  text === ""
    ? ""
    : `<code v-pre>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("|", "&#124;")}</code>`;
const source = ({ at }: Key): string => {
  const [file, line] = at.split(":");
  return `[source](https://github.com/corr2d/corr2d/blob/main/${file}#L${line})`;
};

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0
    ? []
    : [
        "",
        `| ${heads.join(" | ")} |`,
        `|${heads.map(() => "---|").join("")}`,
        ...rows.map((row) => `| ${row.join(" | ")} |`),
        "",
      ];

/** PyTorch's name of it, where that is not said by the rule alone: each namespace that has it. */
function theirs(name: PublicName): string {
  const found = counterparts(name.from, name.path).map((counterpart) => counterpart.name);
  // A function is a method of PyTorch's tensors too, which goes without saying.
  const said = found.filter(
    (one) => name.kind === "member" || found.length === 1 || !one.startsWith("torch.Tensor."),
  );
  return said.length === 0 ? "" : `PyTorch: ${said.map((one) => `\`${one}\``).join(", ")} · `;
}

function described(name: PublicName): string[] {
  const tags = name.tags.map(({ tag, text }) => {
    if (tag === "returns") return `- Gives ${prose(text).replaceAll(/\s*\n\s*/g, " ")}`;
    if (tag === "throws") return `- Throws ${prose(text).replaceAll(/\s*\n\s*/g, " ")}`;
    return `- \`${tag}\`: ${prose(text).replaceAll(/\s*\n\s*/g, " ")}`;
  });
  return [
    ...(name.signatures.length > 0 ? ["```ts", ...name.signatures, "```"] : []),
    "",
    prose(name.doc.startsWith("@") ? "" : name.doc),
    "",
    ...tags,
    ...table(
      ["option", "type", ""],
      name.options.map((key) => [`\`${key.name}\``, code(key.type), cell(key.doc)]),
    ),
    "",
    `<small>${theirs(name)}${source(name)}</small>`,
    "",
  ];
}

/** Class and interface members as rows, each with an anchor of its own. */
const memberRows = (members: readonly PublicName[]): string[] =>
  table(
    ["member", "", ""],
    members.map((member) => [
      `<span id="${anchorOf(member)}">\`${member.name}\`</span>`,
      code(member.signatures.map((text) => text.replaceAll(/\s*\n\s*/g, " ")).join("; ") || member.type),
      cell(
        [
          member.doc,
          ...member.tags.map(({ tag, text }) =>
            tag === "throws" ? `Throws ${text}` : tag === "returns" ? `Gives ${text}` : "",
          ),
        ]
          .filter(Boolean)
          .join(" "),
      ),
    ]),
  );

/** Classes whose members are entries of their own. */
const LARGE = new Set(["Module", "Tensor"]);

function entry(name: PublicName, all: readonly PublicName[], level: string): string[] {
  const heading = `${level} ${name.name} {#${anchorOf(name)}}`;
  const other = all.find(({ path, kind }) => path === name.target && kind !== "alias");
  if (name.kind === "alias") {
    // HTML, since VitePress writes the anchors of Markdown links small.
    const link = other
      ? `<a href="${addressOf(other).replace(/^\/api\/(.*)#/, "./$1.html#")}">${other.path}</a>`
      : name.target!;
    const [first = ""] = name.doc.split(/\n\n|(?<=[.:])\s/);
    return [
      heading,
      "",
      `${prose(first)} See ${link}.`,
      "",
      `<small>${theirs(name)}${source(name)}</small>`,
      "",
    ];
  }
  const members = all.filter(
    (member) =>
      member.kind === "member" &&
      !member.inherited &&
      member.from === name.from &&
      member.path === `${name.path}.${member.name}`,
  );
  const large = LARGE.has(name.path);
  const hasType = name.signatures.length === 0 && members.length === 0 && name.kind !== "class";
  const also = all.filter(
    ({ kind, target, from }) => kind === "alias" && target === name.path && from === name.from,
  );
  return [
    heading,
    "",
    ...(hasType ? ["```ts", name.kind === "type" ? name.type : `${name.name}: ${name.type}`, "```"] : []),
    ...described(name),
    ...also
      .filter(({ path }) => !path.includes("."))
      .map(({ path }) => `<span id="${path}">Also \`${path}\`: the same class.</span>\n`),
    ...(large ? members.flatMap((member) => entry(member, all, `${level}#`)) : memberRows(members)),
  ];
}

const kinds = ["function", "class", "value", "alias", "type"];

function content(page: ApiPage, names: readonly PublicName[], all: readonly PublicName[]): string {
  const entries = names
    .filter(({ kind }) => kind !== "member" && kind !== "namespace")
    // `Conv2d` is said at `Conv2D`.
    .filter((name) => !(name.kind === "alias" && name.from === "@corr2d/nn" && !name.path.includes(".")))
    .sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.name.localeCompare(b.name, "en"));
  const sections = SECTIONS[page.file] ?? [];
  const sectionOf = (name: PublicName): string =>
    name.kind === "type" ? "Types" : (sections.find(([, where]) => where.test(name.at))?.[0] ?? "");
  const titles = [...sections.map(([title]) => title), "", "Types"];
  const lines = [`# ${page.title}`, "", page.about, ""];
  for (const title of titles) {
    const own = entries.filter((name) => sectionOf(name) === title);
    if (own.length === 0) continue;
    if (title !== "") lines.push(`## ${title}`, "");
    for (const name of own) lines.push(...entry(name, all, page.file === "tensor" ? "##" : "###"));
  }
  return `${lines.join("\n").replaceAll(/\n{3,}/g, "\n\n")}\n`;
}

/** The package's own, from its package.json. */
const descriptionOf = (from: string): string =>
  JSON.parse(readPage(`packages/${from.split("/")[1]}/package.json`)).description;

/** The pages, for the site's sidebar, in order. */
export function apiPages(api: readonly PublicName[]): ApiPage[] {
  const files = [...new Set(api.map(fileOf))];
  const pages = files.map((file): ApiPage => {
    const apart = APART.find((page) => page.file === file);
    const from = api.find((name) => fileOf(name) === file)!.from;
    return apart ?? { file, title: from, about: `${descriptionOf(from)}.` };
  });
  const place = ({ file }: ApiPage): number =>
    ["core", "tensor", "autograd", "nn", "functional", "optim", "init", "utils"].indexOf(file) + 1 || 99;
  return pages.sort((a, b) => place(a) - place(b));
}

/** Writes docs/api and says what is in it. */
export function writeApiPages(): ApiPage[] {
  const api = publicApi();
  const pages = apiPages(api);
  const folder = join(root, "docs/api");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const page of pages) {
    const names = api.filter((name) => fileOf(name) === page.file);
    writeFileSync(join(folder, `${page.file}.md`), content(page, names, api));
  }
  const list = pages.map(({ file, title, about }) => `- [${title}](./${file}.md): ${about}`);
  writeFileSync(join(folder, "index.md"), `# API reference\n\n${list.join("\n")}\n`);
  return pages;
}
