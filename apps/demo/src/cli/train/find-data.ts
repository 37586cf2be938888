/** Where the images to train on come from: a folder that was named, Debian's package, or digits written by rule. */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { type ImageDataset, imageDataset } from "@corr2d/data";
import { type MnistOptions, mnist } from "@corr2d/data/node";
import type { ImageKind } from "../../chapter/lenet.ts";
import { writtenDigits } from "../../train/digits.ts";
import { kindOf } from "../../train/image-kind.ts";
import { reasonOf } from "../failure.ts";
import type { Terminal } from "../terminal.ts";
import { CommandError } from "../usage-error.ts";

/** What finding needs of a terminal. */
type Place = Pick<Terminal, "cwd" | "err">;

const PACKAGE = "dataset-fashion-mnist";
/** What gets the data on Debian and Ubuntu. */
const INSTALL: string = `sudo apt-get install ${PACKAGE}`;

const FASHION = [
  ...["T-shirt/top", "trouser", "pullover", "dress", "coat"],
  ...["sandal", "shirt", "sneaker", "bag", "ankle boot"],
];
const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));

export interface FoundData {
  readonly name: string;
  /** The folder, or how the images were made. */
  readonly source: string;
  readonly classes: readonly string[];
  readonly train: ImageDataset;
  readonly test: ImageDataset;
  /** What is not what one would expect. */
  readonly remark: string | null;
}

const GENERATED = { train: 12_000, test: 2_000 };

/** The folder of Debian's package; null where it is not installed, or where there is no Debian. */
async function packagedFolder(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)("dpkg", ["-L", PACKAGE]);
    const file = stdout.split("\n").find((path) => path.endsWith("train-images-idx3-ubyte.gz"));
    return file !== undefined && existsSync(file) ? dirname(file) : null;
  } catch {
    return null;
  }
}

/** Runs the package manager in sight of the user, who may have to give a password. */
async function install(place: Place): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  const command = isRoot ? ["apt-get"] : ["sudo", "apt-get"];
  const [program, ...args] = [...command, "install", "-y", PACKAGE];
  place.err(`${[program, ...args].join(" ")}\n`);
  const code = await new Promise<number | null>((done, fail) => {
    // Its own output is no result of ours.
    const child = spawn(program!, args, { stdio: ["inherit", 2, 2] });
    child.once("error", fail);
    child.once("close", done);
  }).catch((error) => {
    throw new CommandError(`--install: ${program} cannot be run: ${reasonOf(error)}`, { cause: error });
  });
  if (code !== 0) throw new CommandError(`--install: ${program} ended with code ${code}`);
}

/** As many as a network of this command can be meant for: what is more are no classes. */
const MOST_CLASSES = 1000;

/** @throws CommandError where there is nothing to train on. */
function checkImages(folder: string, { fields: [images, classes], length }: ImageDataset): void {
  if (length === 0) throw new CommandError(`${folder}: expected images, but got none`);
  const [, channels] = images.shape;
  if (channels !== 1 && channels !== 3) {
    throw new CommandError(`${folder}: expected images of 1 channel (grey) or 3, but got ${channels}`);
  }
  const other = Array.from(classes.data).find((label) => !(label >= 0 && label < MOST_CLASSES));
  if (other !== undefined) {
    throw new CommandError(`${folder}: expected classes from 0 to ${MOST_CLASSES - 1}, but got ${other}`);
  }
}

const sizeText = ({ channels, height, width }: ImageKind): string =>
  `${height} × ${width}${channels === 1 ? "" : ` with ${channels} channels`}`;

/** @throws CommandError where the two sets are not of one kind. */
function checkAlike(folder: string, train: ImageDataset, test: ImageDataset): void {
  const [a, b] = [kindOf(train), kindOf(test)].map(sizeText);
  if (a !== b)
    throw new CommandError(`${folder}: the images to train with are ${a}, and those to test with ${b}`);
}

/** @throws CommandError for images that are not as MNIST's. */
function checkLikeMnist({ source, train, test }: FoundData): void {
  const kind = kindOf(train, test);
  const got = kind.classes > 10 ? `class ${kind.classes - 1}` : sizeText(kind);
  if (sizeText(kind) === "28 × 28" && kind.classes <= 10) return;
  throw new CommandError(
    `${source}: expected images of 28 × 28 grey pixels, of classes from 0 to 9, but got ${got}`,
  );
}

async function fromFolder(folder: string): Promise<FoundData> {
  // One after the other, so that what is said to be missing is the same every time.
  const read = async (options: MnistOptions): Promise<ImageDataset> => {
    const set = await mnist(folder, options).catch((error) => {
      throw new CommandError(
        `${reasonOf(error)}; a folder has train-images-idx3-ubyte, train-labels-idx1-ubyte and the same with t10k, each also as .gz`,
        { cause: error },
      );
    });
    checkImages(folder, set);
    return set;
  };
  const train = await read({ train: true });
  const test = await read({ train: false });
  checkAlike(folder, train, test);
  const { classes: count } = kindOf(train, test);
  const isFashion = /fashion/i.test(folder) && count === FASHION.length;
  return {
    name: isFashion ? "Fashion-MNIST" : basename(folder),
    source: folder,
    classes: isFashion ? FASHION : Array.from({ length: count }, (_, label) => String(label)),
    train,
    test,
    remark: null,
  };
}

function generated(seed: number): FoundData {
  const set = (count: number, own: number): ImageDataset => {
    const { images, classes } = writtenDigits(count, own);
    return imageDataset(images, classes);
  };
  return {
    name: "generated digits",
    source: "digits written by rule",
    classes: DIGITS,
    train: set(GENERATED.train, seed),
    test: set(GENERATED.test, seed + 1_000_000),
    remark: `Fashion-MNIST is not on this machine, so these are digits written by rule. To get it: ${INSTALL}, or --install; or --data DIR`,
  };
}

interface DataOptions {
  /** A folder with MNIST's four files. */
  readonly data?: string | undefined;
  /** Whether to get Debian's package where it is missing. */
  readonly install: boolean;
}

/**
 * The images of the folder that was named, or of Debian's package; null without either.
 * @throws CommandError for a folder without the files, or when installing fails.
 */
async function findImages(options: DataOptions, place: Place): Promise<FoundData | null> {
  if (options.data !== undefined) return fromFolder(resolve(place.cwd, options.data));
  let folder = await packagedFolder();
  if (folder === null && options.install) {
    await install(place);
    folder = await packagedFolder();
    if (folder === null)
      throw new CommandError(`--install: ${PACKAGE} was installed, and dpkg does not list its files`);
  }
  return folder === null ? null : fromFolder(folder);
}

/** The images that there are, or digits written by rule. @throws CommandError as findImages does. */
export async function findData(
  options: DataOptions & { readonly seed: number },
  place: Place,
): Promise<FoundData> {
  return (await findImages(options, place)) ?? generated(options.seed);
}

/** Images like MNIST's. @throws CommandError where there are none, or others. */
export async function findRealData(options: DataOptions, place: Place): Promise<FoundData> {
  const found = await findImages(options, place);
  if (found !== null) {
    checkLikeMnist(found);
    return found;
  }
  throw new CommandError(
    `Fashion-MNIST is not on this machine. To get it: ${INSTALL}, or --install; or --data DIR`,
  );
}
