/**
 * Where the lab leads to: the book, the documentation, the source.
 *
 * Published with the documentation site the lab's page says so in a <meta name="docs">, and its links stay on that site;
 * elsewhere they lead to the same pages in the repository.
 */
import type { Language } from "./i18n/index.ts";
import type { TabId } from "./state/route.ts";

const REPOSITORY = "https://github.com/corr2d/corr2d";
const BOOKS: Readonly<Record<Language, string>> = { en: "https://d2l.ai", zh: "https://zh.d2l.ai" };
const CHAPTER = "chapter_convolutional-neural-networks";

const site = document.querySelector<HTMLMetaElement>('meta[name="docs"]')?.content;

/** A page of the book's chapter, in the reader's language: `padding-and-strides`. */
export const bookPage = (page: string, language: Language): string =>
  `${BOOKS[language]}/${CHAPTER}/${page}.html`;

/** A page of docs/, `memory` or `memory#heading`. */
function docsPage(page: string): string {
  const [path, anchor] = page.split("#");
  const hash = anchor === undefined ? "" : `#${anchor}`;
  return site === undefined ? `${REPOSITORY}/blob/main/docs/${path}.md${hash}` : `${site}${path}.html${hash}`;
}

/** The tutorial's section about what a tab shows. */
const TUTORIAL: Readonly<Record<Language, Readonly<Record<TabId, string>>>> = {
  en: {
    slide: "tutorial#a-sliding-sum-of-products",
    edges: "tutorial#finding-edges",
    learn: "tutorial#learning-the-kernel",
    train: "train-in-the-page",
    backends: "writing-a-backend",
    exercises: "tutorial#how-large-the-output-is",
    lessons: "tutorial",
  },
  zh: {
    slide: "zh/tutorial#滑动的乘积之和",
    edges: "zh/tutorial#找出边缘",
    learn: "zh/tutorial#学出卷积核",
    train: "train-in-the-page",
    backends: "writing-a-backend",
    exercises: "zh/tutorial#输出有多大",
    lessons: "zh/tutorial",
  },
};

export const tutorialAbout = (tab: TabId, language: Language): string => docsPage(TUTORIAL[language][tab]);
export const buildingOn: string = docsPage("from-the-lab");
export const sourceCode: string = `${REPOSITORY}/tree/main/apps/demo/src/web`;
