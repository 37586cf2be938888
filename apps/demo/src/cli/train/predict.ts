/** `demo predict IMAGE`: what a trained network takes an image for. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Backend, interpolate, noGrad, setBackend, type Tensor, tensor } from "@corr2d/core";
import { toGray } from "../../chapter/filter-image.ts";
import { MODELS } from "../../train/models.ts";
import { openImage } from "../image-file.ts";
import { toJson } from "../json.ts";
import type { Page } from "../page.ts";
import type { Terminal } from "../terminal.ts";
import { CommandError } from "../usage-error.ts";
import { load } from "./checkpoint-file.ts";

export interface PredictOptions {
  readonly from: string;
  /** Undefined: images that are light at their border are turned, since the network learnt white on black. */
  readonly invert: boolean | undefined;
  readonly json: boolean;
}

const SIDE = 28;

/** An image of any size as what the network learnt from: [1, 1, 28, 28], grey, white on black, from 0 to 1. */
async function asLearnt(
  path: string,
  invert: boolean | undefined,
): Promise<{ input: Tensor; inverted: boolean }> {
  const { channels, height, width, values } = await (await openImage(path)).decode();
  const image = tensor(
    Float32Array.from(values, (value) => value / 255),
    { shape: [channels, height, width] },
  );
  const gray = channels === 3 ? toGray(image) : image;
  const small = interpolate(gray.unsqueeze(0), { size: SIDE, mode: "area" });
  const pixels = await small.data();
  let [border, count] = [0, 0];
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [y, x] = [Math.floor(i / SIDE), i % SIDE];
    if (y > 0 && y < SIDE - 1 && x > 0 && x < SIDE - 1) continue;
    border += pixels[i]!;
    count++;
  }
  const inverted = invert ?? border / count > 0.5;
  return { input: inverted ? small.neg().add(1) : small, inverted };
}

/** @throws CommandError for files that are missing or damaged. */
export async function runPredict(
  imagePath: string,
  options: PredictOptions,
  backend: Backend,
  page: Page,
  terminal: Terminal,
): Promise<number> {
  setBackend(backend);
  const from = resolve(terminal.cwd, options.from);
  if (!existsSync(from)) throw new CommandError(`there is no ${options.from}: demo train makes it`);
  const { saved } = await load(from);
  const net = MODELS[saved.settings.model]!.make();
  net.loadStateDict(saved.model);
  net.eval();
  const { input, inverted } = await asLearnt(resolve(terminal.cwd, imagePath), options.invert);
  const probabilities = await noGrad(() => (net(input) as Tensor).softmax(1)).data();
  const ranked = saved.data.classes
    .map((name, i) => ({ name, probability: probabilities[i]! }))
    .sort((a, b) => b.probability - a.probability);
  if (options.json) {
    terminal.out(`${toJson({ image: imagePath, model: saved.settings.model, inverted, classes: ranked })}\n`);
    return 0;
  }
  const rows = ranked
    .slice(0, 5)
    .map(({ name, probability }) => [
      name,
      page.paint.cyan("█".repeat(Math.round(30 * probability))),
      `${(100 * probability).toFixed(1)} %`,
    ]);
  terminal.out(`${page.table([], rows)}\n`);
  const how = inverted ? ", turned to white on black" : "";
  terminal.out(
    page.paint.dim(
      `  ${saved.settings.model}, trained on ${saved.data.name}; the image as 28 × 28 grey pixels${how}\n`,
    ),
  );
  return 0;
}
