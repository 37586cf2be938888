/** What a training has learnt, as a page that needs nothing beside it: curves, confusion, kernels, feature maps, mistakes. */
import { noGrad, scope, type Tensor } from "@corr2d/core";
import type { ImageDataset } from "@corr2d/data";
import { Conv2D, type Module, summary } from "@corr2d/nn";
import { splitPlanes } from "../../chapter/filter-image.ts";
import type { Training } from "../../train/training.ts";
import { percent } from "../page.ts";
import { type Curve, chart } from "./curves.ts";
import { escapeHtml, picture } from "./pictures.ts";

export interface ReportFacts {
  readonly data: string;
  readonly backend: string;
  readonly classes: readonly string[];
  readonly test: ImageDataset;
}

const MISTAKES = 40;
const MOST_MAPS = 32;
const [BLUE, ORANGE] = ["#2f6fde", "#d9730d"];

/** Means of runs of steps: a thousand points are more than a drawing shows. */
function smooth(losses: readonly number[]): [number, number][] {
  const run = Math.max(1, Math.ceil(losses.length / 400));
  const points: [number, number][] = [];
  for (let i = 0; i + run <= losses.length; i += run) {
    const part = losses.slice(i, i + run);
    points.push([i + run, part.reduce((sum, loss) => sum + loss, 0) / run]);
  }
  return points;
}

function curves(training: Training): string {
  const { history, losses } = training;
  const overEpochs = (name: string, colour: string, of: (i: number) => number): Curve => ({
    name,
    colour,
    points: history.map(({ epoch }, i) => [epoch, of(i)] as const),
  });
  return [
    chart("Loss of every step", "", "step", [{ name: "training", colour: BLUE, points: smooth(losses) }]),
    chart("Loss", "", "epoch", [
      overEpochs("training", BLUE, (i) => history[i]!.trainLoss),
      overEpochs("test", ORANGE, (i) => history[i]!.testLoss),
    ]),
    chart("Accuracy", " %", "epoch", [
      overEpochs("training", BLUE, (i) => 100 * history[i]!.trainAccuracy),
      overEpochs("test", ORANGE, (i) => 100 * history[i]!.testAccuracy),
    ]),
  ].join("\n");
}

function confusionTable(matrix: readonly (readonly number[])[], classes: readonly string[]): string {
  const names = classes.map(escapeHtml);
  const rows = matrix.map((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0) || 1;
    const cells = row.map((count, j) => {
      const share = count / total;
      const colour = i === j ? "47, 111, 222" : "217, 115, 13";
      return `<td style="background:rgba(${colour}, ${Math.min(1, i === j ? share * 0.6 : share * 2).toFixed(3)})" title="${names[i]} taken for ${names[j]}">${count || ""}</td>`;
    });
    return `<tr><th scope="row">${names[i]}</th>${cells.join("")}</tr>`;
  });
  const head = names.map((name) => `<th scope="col">${name}</th>`).join("");
  return `<table class="confusion"><tr><td></td>${head}</tr>${rows.join("")}</table>`;
}

function convolutions(net: Module): [string, Conv2D][] {
  return net.namedModules().filter((entry): entry is [string, Conv2D] => entry[1] instanceof Conv2D);
}

async function kernels(net: Module): Promise<string> {
  const first = convolutions(net)[0]?.[1];
  if (first === undefined) return "";
  const [, , height, width] = first.weight.sizes(4);
  const planes = splitPlanes({ values: await first.weight.data(), height, width });
  return planes.map((plane, i) => picture(plane, `kernel ${i}`, 48)).join("\n");
}

/** What each convolution makes of one image. */
async function featureMaps({ net, kind }: Training, image: Tensor): Promise<string> {
  const maps: [string, Tensor][] = [];
  const hooks = convolutions(net).map(([name, layer]) =>
    layer.registerForwardHook((_, __, output) => {
      maps.push([name, (output as Tensor).detach()]);
    }),
  );
  noGrad(() => net(image.unsqueeze(0)));
  for (const hook of hooks) hook.remove();
  const parts = [`<p>${picture({ ...kind, values: await image.data() }, "the image", 84)}</p>`];
  for (const [name, map] of maps) {
    const [, channels, height, width] = map.sizes(4);
    const planes = splitPlanes({ values: await map.data(), height, width }).slice(0, MOST_MAPS);
    const rest = channels > planes.length ? `, the first ${planes.length} of ${channels}` : "";
    const pictures = planes.map((plane, i) => picture(plane, `${name}, channel ${i}`, 56)).join("\n");
    parts.push(
      `<h3>Conv2D (${escapeHtml(name)}): ${channels} maps of ${height} × ${width}${rest}</h3><p>${pictures}</p>`,
    );
  }
  return parts.join("\n");
}

interface Mistake {
  readonly image: Tensor;
  readonly actual: number;
  readonly taken: number;
  readonly certainty: number;
}

/** Those that the network was surest of. */
async function mistakes({ net, kind }: Training, test: ImageDataset): Promise<Mistake[]> {
  const found: { index: number; actual: number; taken: number; certainty: number }[] = [];
  const batch = 500;
  for (let from = 0; from < test.length; from += batch) {
    const indices = Array.from({ length: Math.min(batch, test.length - from) }, (_, i) => from + i);
    const [images, classes] = test.batch(indices);
    const scores = noGrad(() => scope(() => (net(images) as Tensor).softmax(1)));
    const [probabilities, actual] = await Promise.all([scores.data(), classes.data()]);
    for (const [row, index] of indices.entries()) {
      const own = Array.from(probabilities.subarray(row * kind.classes, (row + 1) * kind.classes));
      const certainty = Math.max(...own);
      const taken = own.indexOf(certainty);
      if (taken !== actual[row]) found.push({ index, actual: actual[row]!, taken, certainty });
    }
    for (const tensor of [images, classes, scores]) tensor.dispose();
  }
  found.sort((a, b) => b.certainty - a.certainty);
  return found.slice(0, MISTAKES).map(({ index, ...rest }) => ({ image: test.at(index)[0], ...rest }));
}

async function mistakeFigures(
  training: Training,
  test: ImageDataset,
  classes: readonly string[],
): Promise<string> {
  const figures: string[] = [];
  for (const { image, actual, taken, certainty } of await mistakes(training, test)) {
    const alt = `${classes[actual]} taken for ${classes[taken]}`;
    const shown = picture({ ...training.kind, values: await image.data() }, alt, 84);
    figures.push(
      `<figure class="mistake">${shown}<figcaption><b>${escapeHtml(classes[actual]!)}</b><br>taken for ${escapeHtml(classes[taken]!)}<br>${(100 * certainty).toFixed(0)} %</figcaption></figure>`,
    );
  }
  return figures.join("\n");
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; } h3 { font-size: 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: 0.2rem 0.6rem; text-align: right; font-weight: normal; } th { opacity: 0.8; }
.facts th { text-align: left; } .facts td { text-align: left; }
.confusion td { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); min-width: 2.5rem; }
.wide { overflow-x: auto; }
.row { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; } svg { width: 460px; max-width: 100%; height: auto; }
svg text { font-size: 11px; fill: currentColor; } .grid { stroke: currentColor; opacity: 0.15; }
img { image-rendering: pixelated; background: #000; margin: 1px; vertical-align: top; }
.mistake { width: 6.5rem; font-size: 0.8rem; }
pre { overflow-x: auto; }
`;

export async function reportPage(training: Training, facts: ReportFacts): Promise<string> {
  const { net, settings, history } = training;
  const { channels, height, width } = training.kind;
  net.eval();
  const last = history.at(-1)!;
  const rows: [string, string][] = [
    ["data", `${facts.data}, ${training.imagesPerEpoch} images, ${facts.test.length} to test with`],
    ["network", settings.model],
    ["backend", facts.backend],
    ["optimiser", `${settings.optimizer}, learning rate ${settings.lr}, schedule ${settings.schedule}`],
    ["epochs", `${history.length}, batches of ${settings.batch}, seed ${settings.seed}`],
    ["training took", `${history.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(1)} s`],
    ["test accuracy", percent(last.testAccuracy)],
  ];
  const epochs = history.map(
    (row) =>
      `<tr><td>${row.epoch}</td><td>${row.trainLoss.toFixed(4)}</td><td>${(100 * row.trainAccuracy).toFixed(2)}</td><td>${row.testLoss.toFixed(4)}</td><td>${(100 * row.testAccuracy).toFixed(2)}</td><td>${row.lr}</td><td>${row.seconds.toFixed(1)}</td></tr>`,
  );
  const image = facts.test.at(0)[0];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(settings.model)} on ${escapeHtml(facts.data)}</title><style>${STYLE}</style></head>
<body>
<h1>${escapeHtml(settings.model)} on ${escapeHtml(facts.data)}: ${percent(last.testAccuracy)}</h1>
<table class="facts">${rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${escapeHtml(value)}</td></tr>`).join("")}</table>
<h2>Curves</h2>
<div class="row">${curves(training)}</div>
<h2>Epochs</h2>
<div class="wide"><table><tr><th>epoch</th><th>training loss</th><th>training %</th><th>test loss</th><th>test %</th><th>rate</th><th>s</th></tr>${epochs.join("")}</table></div>
<h2>Confusion</h2>
<p>Rows: what the image is. Columns: what it was taken for.</p>
<div class="wide">${confusionTable(await training.confusion(), facts.classes)}</div>
<h2>Kernels of the first layer</h2>
<p>${await kernels(net)}</p>
<h2>Feature maps</h2>
${await featureMaps(training, image)}
<h2>Mistakes it was surest of</h2>
<div class="row">${await mistakeFigures(training, facts.test, facts.classes)}</div>
<h2>The network</h2>
<pre>${escapeHtml(String(summary(net, [1, channels, height, width])))}</pre>
</body>
</html>
`;
}
