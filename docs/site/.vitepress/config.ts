/**
 * The documentation site: VitePress over the Markdown of docs/, one page for each file, and the API reference that
 * src/api-pages.ts writes into docs/api.
 *
 * The Lab stands beside the pages, in lab/. Nothing comes from another host, search included. `SITE_BASE` is the path that
 * the site is served under.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { type DefaultTheme, defineConfig } from "vitepress";
import { writeApiPages } from "../src/api-pages.ts";
import { isLabLink, publishLab } from "../src/lab.ts";
import { slugOf } from "../src/links.ts";

const vitepress = fileURLToPath(import.meta.resolve("vitepress"));
const repository = "https://github.com/corr2d/corr2d";

/** A link that leads out of docs/, made for readers of the repository, leads to the repository on the site too. */
function outOfDocs(href: string, page: string): string {
  if (/^[a-z]+:|^[#/]/.test(href)) return href;
  const path = posix.join("docs", posix.dirname(page), href);
  const isPage = path.startsWith("docs/") && /\.md(#.*)?$/.test(path);
  if (isPage) return href;
  return `${repository}/${/\.\w+(#.*)?$/.test(path) ? "blob" : "tree"}/main/${path}`;
}

/** A picture's four cells, and the kernel over one of them. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="#9db0ea" d="M0 0h8v8H0z"/>' +
  '<path fill="#3451b2" d="M0 0h5v5H0z"/></svg>';

/** docs/api, written anew whenever the site is built. */
const apiPages = writeApiPages();
const page = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link });

/** One entry for each file, named by its heading. */
function decisions(): DefaultTheme.SidebarItem[] {
  const folder = join(import.meta.dirname, "../../decisions");
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const [, heading = file] = /^# \d+\. (.*)$/m.exec(readFileSync(join(folder, file), "utf8")) ?? [];
      return page(heading.replaceAll("`", ""), `/decisions/${file.replace(/\.md$/, "")}`);
    });
}

/** No page of VitePress's, so its router must not look for one. */
const lab = (text: string) => ({ text, link: "/lab/", target: "_self" });

const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: "Learn",
    items: [
      page("The chapter", "/tutorial"),
      lab("The Convolution Lab"),
      page("From the Lab to a page", "/from-the-lab"),
      page("PyTorch → corr2d", "/from-pytorch"),
      page("TensorFlow.js → corr2d", "/from-tfjs"),
      page("What was renamed", "/renamed"),
    ],
  },
  {
    text: "Use",
    items: [
      page("Dtypes", "/dtypes"),
      page("Memory", "/memory"),
      page("Train in the page", "/train-in-the-page"),
      page("Threads and headers", "/threads"),
      page("Many ranks", "/parallel"),
      page("Scaling", "/scaling"),
      page("Batch inference", "/batch-inference"),
      page("Deploy", "/deploy"),
      page("Where it runs", "/matrix"),
      page("Benchmarks", "/benchmarks"),
    ],
  },
  {
    text: "Write a backend",
    items: [
      page("Step by step", "/writing-a-backend"),
      page("The contract", "/backend-contract"),
      page("Operations by backend", "/operations-by-backend"),
    ],
  },
  {
    text: "How it is built",
    items: [page("Architecture", "/architecture"), ...decisions()],
  },
  {
    text: "API reference",
    items: apiPages.map(({ file, title }) => page(title, `/api/${file}`)),
  },
];

/** What is there in Chinese. */
const chinese: DefaultTheme.Config = {
  nav: [
    { text: "教程", link: "/zh/tutorial" },
    { ...lab("卷积实验室"), link: "/lab/#/slide?lang=zh" },
  ],
  sidebar: [
    {
      text: "学习",
      items: [page("卷积一章", "/zh/tutorial"), { ...lab("卷积实验室"), link: "/lab/#/slide?lang=zh" }],
    },
  ],
  outline: { level: [2, 3], label: "本页内容" },
  docFooter: { prev: "上一页", next: "下一页" },
  editLink: { pattern: `${repository}/edit/main/docs/:path`, text: "编辑此页" },
  sidebarMenuLabel: "目录",
  returnToTopLabel: "回到顶部",
  langMenuLabel: "语言",
  darkModeSwitchLabel: "外观",
  lightModeSwitchTitle: "浅色",
  darkModeSwitchTitle: "深色",
};

export default defineConfig({
  title: "corr2d",
  description: "Convolutional networks that train in plain JavaScript, with backends as plug-ins",
  locales: {
    root: { label: "English", lang: "en" },
    zh: {
      label: "中文",
      lang: "zh-CN",
      description: "用纯 JavaScript 训练卷积网络，后端即插即用",
      themeConfig: chinese,
    },
  },
  head: [["link", { rel: "icon", href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  base: process.env.SITE_BASE ?? "/",
  srcDir: "..",
  srcExclude: ["site/**", "examples/**", "lab/**"],
  outDir: "dist",
  cacheDir: ".vitepress/cache",
  themeConfig: {
    nav: [
      { text: "Tutorial", link: "/tutorial" },
      lab("Lab"),
      { text: "Write a backend", link: "/writing-a-backend" },
      { text: "API", link: "/api/" },
    ],
    sidebar,
    i18nRouting: false, // most pages are in English only
    outline: [2, 3],
    search: { provider: "local" },
    socialLinks: [{ icon: "github", link: repository }],
    editLink: { pattern: `${repository}/edit/main/docs/:path` },
  },
  buildEnd: ({ outDir, site }) => publishLab(outDir, site.base),
  // Pages become Vue components, and lie where no node_modules is: their Vue is VitePress's.
  transformPageData({ relativePath, frontmatter }) {
    if (relativePath.startsWith("api/")) frontmatter.editLink = false; // written by src/api-pages.ts
  },
  vite: {
    build: { chunkSizeWarningLimit: 1000 }, // the API of nn is one page
    plugins: [
      {
        name: "vue-of-vitepress",
        enforce: "pre",
        resolveId(id, importer, options) {
          if (!/^vue(\/|$)/.test(id) || !importer?.endsWith(".md")) return null;
          return this.resolve(id, vitepress, { ...options, skipSelf: true });
        },
      },
    ],
  },
  markdown: {
    anchor: { slugify: slugOf },
    config(md) {
      md.core.ruler.push("out-of-docs", (state) => {
        for (const token of state.tokens.flatMap((block) => block.children ?? [])) {
          const href = token.type === "link_open" ? token.attrGet("href") : null;
          if (href === null) continue;
          if (isLabLink(href)) token.attrSet("target", "_self");
          else token.attrSet("href", outOfDocs(href, state.env.relativePath));
        }
      });
    },
  },
});
