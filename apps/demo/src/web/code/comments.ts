/** The comments of the programs, in the languages of the page. Not in its dictionaries: programs are made without a page, too. */

interface Comments {
  readonly yourImage: string;
  readonly gray: string;
  readonly eachChannel: string;
}

const en: Comments = {
  yourImage: "Your image: [3, height, width], brightness from 0 to 255.",
  gray: "grey",
  eachChannel: "The same kernel on every channel by itself.",
};

const zh: Comments = {
  yourImage: "您的图像：[3, 高, 宽]，亮度从 0 到 255。",
  gray: "灰度",
  eachChannel: "同一个卷积核，分别用在每个通道上。",
};

export const COMMENTS: Readonly<Record<"en" | "zh", Comments>> = { en, zh };
export type CodeLanguage = keyof typeof COMMENTS;
