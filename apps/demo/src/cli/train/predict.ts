/** `demo predict IMAGE`: what a trained network takes an image for. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Backend, interpolate, noGrad, setBackend, type Tensor, tensor } from "@corr2d/core";
import { toGray } from "../../chapter/filter-image.ts";
import type { ImageKind } from "../../chapter/lenet.ts";
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

/**
 * An image of any size as what the network learnt from: [1, C, H, W] from 0 to 1; grey ones white on black, where the image's
 * border does not say that they are already.
 */
async function asLearnt(
  path: string,
  kind: ImageKind,
  invert: boolean | undefined,
): Promise<{ input: Tensor; inverted: boolean }> {
  const { channels, height, width, values } = await (await openImage(path)).decode();
  const image = tensor(
    Float32Array.from(values, (value) => value / 255),
    { shape: [channels, height, width] },
  );
  const { height: rows, width: columns } = kind;
  const isGray = kind.channels === 1;
  const asked = isGray && channels === 3 ? toGray(image) : image.expand([kind.channels, height, width]);
  const small = interpolate(asked.unsqueeze(0), { size: [rows, columns], mode: "area" });
  const pixels = await small.data();
  let [border, count] = [0, 0];
  for (let i = 0; i < rows * columns; i++) {
    const [y, x] = [Math.floor(i / columns), i % columns];
    if (y > 0 && y < rows - 1 && x > 0 && x < columns - 1) continue;
    border += pixels[i]!;
    count++;
  }
  const inverted = invert ?? (isGray && border / count > 0.5);
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
  const { kind } = saved.data;
  const net = MODELS[saved.settings.model]!.make(kind);
  net.loadStateDict(saved.model);
  net.eval();
  const { input, inverted } = await asLearnt(resolve(terminal.cwd, imagePath), kind, options.invert);
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
      `  ${saved.settings.model}, trained on ${saved.data.name}; the image as ${kind.height} × ${kind.width} ${kind.channels === 1 ? "grey " : ""}pixels${how}\n`,
    ),
  );
  return 0;
}
