/** What is trained, how, and on what; what is drawn; which moment of the run is shown: all of it in the address. */
import { type Signal, signal } from "@preact/signals";
import { numberText, parseChoice, parseInteger, parseNumber } from "../state/codec.ts";
import { bindAddress, type Params } from "../state/route.ts";
import { DATA_NAMES, type DataName, MOST_IMAGES } from "./data.ts";
import { parseStrokes, type Strokes, strokesText } from "./drawing.ts";
import { INIT_NAMES, OPTIMIZER_NAMES, type RateChange, type RunSettings } from "./fit.ts";
import { type Layer, layersText, PRESETS, type Preset, parseLayers } from "./layers.ts";

/** All that decides the numbers of a run. */
export interface Settings extends RunSettings {
  readonly layers: readonly Layer[];
}

/** What the network is asked about. */
export type Question =
  | { readonly kind: "drawing"; readonly strokes: Strokes }
  /** One of the test images. */
  | { readonly kind: "test"; readonly index: number };

export const LIMITS = { batch: [1, 256], steps: [10, 4000], seed: [0, 9999], weightDecay: [0, 0.5] } as const;
/** Of the learning rate, which a logarithmic slider sets. */
export const RATE = { least: 1e-4, most: 1 } as const;

export const DEFAULTS: Settings = {
  layers: parseLayers(PRESETS.modern)!,
  data: "digits",
  images: 2000,
  batch: 32,
  steps: 400,
  seed: 0,
  init: "usual",
  optimizer: "momentum",
  rates: [{ step: 1, lr: 0.03, weightDecay: 0 }],
};

/** What a preset's network learns with, where that is not the usual. The book's sigmoids begin slowly: SGD needs epochs. */
const PRESET_PARTS: { readonly [name in Preset]?: Partial<Settings> } = {
  book: {
    steps: 600,
    init: "xavier",
    optimizer: "adam",
    rates: [{ step: 1, lr: 0.005, weightDecay: 0 }],
  },
};

/** A preset's network, and what it learns with. */
export function presetSettings(name: Preset): Partial<Settings> {
  const { steps, init, optimizer, rates } = DEFAULTS;
  return { layers: parseLayers(PRESETS[name])!, steps, init, optimizer, rates, ...PRESET_PARTS[name] };
}

/** A 3 that somebody drew, so that there is something to recognise before the reader draws. */
export const SAMPLE: Strokes = parseStrokes(
  "30253421381844165116581861226426673266376142584553474948564961526456696071656971677665805983528546864185348329792775",
)!;

const usualImages = (data: DataName): number => Math.min(DEFAULTS.images, MOST_IMAGES[data]);

/** Nobody draws clothes. */
const usualQuestion = (data: DataName): Question =>
  data === "digits" ? { kind: "drawing", strokes: SAMPLE } : { kind: "test", index: 0 };

export const settings: Signal<Settings> = signal(DEFAULTS);
export const question: Signal<Question> = signal({ kind: "drawing", strokes: SAMPLE });
/** The step whose snapshot is shown; null is the latest. */
export const shownStep: Signal<number | null> = signal(null);
/** A network in the address that nobody understands, in whose place the usual one is trained. */
export const refusedNet: Signal<string | undefined> = signal(undefined);
/** How often an address was followed: each may bring another network. */
export const addressesRead: Signal<number> = signal(0);

export function change(part: Partial<Settings>): void {
  settings.value = { ...settings.value, ...part };
}

/** Other images to learn from, as many of them as usual. What is asked about is one of them, or the sample. */
export function changeData(data: DataName): void {
  change({ data, images: usualImages(data) });
  question.value = usualQuestion(data);
}

/** `0.03,120:0.01:0.001`: the rate at first, then step, learning rate and weight decay. */
const ratesText = (rates: readonly RateChange[]): string =>
  rates
    .map(({ step, lr, weightDecay }) => [step, numberText(lr), numberText(weightDecay)].join(":"))
    .join(",");

const MOST_CHANGES = 50;

function parseRates(text: string | undefined): readonly RateChange[] | undefined {
  const rates = text?.split(",").map((part) => {
    const [step, lr, weightDecay] = part.split(":");
    const change = {
      step: parseInteger(step, 1, LIMITS.steps[1]),
      lr: parseNumber(lr, 0, RATE.most),
      weightDecay: parseNumber(weightDecay, ...LIMITS.weightDecay),
    };
    return Object.values(change).includes(undefined) ? undefined : (change as RateChange);
  });
  if (rates === undefined || rates.length > MOST_CHANGES || rates.includes(undefined)) return undefined;
  return rates[0]!.step === 1 ? (rates as RateChange[]) : undefined;
}

function read(params: Params): void {
  const data = parseChoice(params.data, DATA_NAMES) ?? DEFAULTS.data;
  const layers = parseLayers(params.net);
  refusedNet.value = layers === undefined ? params.net : undefined;
  settings.value = {
    layers: layers ?? DEFAULTS.layers,
    data,
    images: parseInteger(params.images, 1, MOST_IMAGES[data]) ?? usualImages(data),
    batch: parseInteger(params.batch, ...LIMITS.batch) ?? DEFAULTS.batch,
    steps: parseInteger(params.steps, ...LIMITS.steps) ?? DEFAULTS.steps,
    seed: parseInteger(params.seed, ...LIMITS.seed) ?? DEFAULTS.seed,
    init: parseChoice(params.init, INIT_NAMES) ?? DEFAULTS.init,
    optimizer: parseChoice(params.optimizer, OPTIMIZER_NAMES) ?? DEFAULTS.optimizer,
    rates: parseRates(params.rates) ?? DEFAULTS.rates,
  };
  const index = parseInteger(params.test, 0, 9999);
  const strokes = params.draw === "" ? [] : parseStrokes(params.draw);
  if (index !== undefined) question.value = { kind: "test", index };
  else question.value = strokes === undefined ? usualQuestion(data) : { kind: "drawing", strokes };
  shownStep.value = parseInteger(params.at, 0, LIMITS.steps[1]) ?? null;
  addressesRead.value++;
}

function write(): Params {
  const { layers, data, images, batch, steps, seed, init, optimizer, rates } = settings.value;
  const asked = question.value;
  const texts = {
    net: layersText(layers),
    images: String(images),
    batch: String(batch),
    steps: String(steps),
    seed: String(seed),
    init,
    optimizer,
    rates: ratesText(rates),
  };
  const usual: Readonly<Record<keyof typeof texts, string>> = {
    net: layersText(DEFAULTS.layers),
    images: String(usualImages(data)),
    batch: String(DEFAULTS.batch),
    steps: String(DEFAULTS.steps),
    seed: String(DEFAULTS.seed),
    init: DEFAULTS.init,
    optimizer: DEFAULTS.optimizer,
    rates: ratesText(DEFAULTS.rates),
  };
  const given = Object.entries(texts).filter(([name, text]) => usual[name as keyof typeof texts] !== text);
  return {
    data: data === DEFAULTS.data ? undefined : data,
    ...Object.fromEntries(given),
    draw: asked.kind === "drawing" && asked.strokes !== SAMPLE ? strokesText(asked.strokes) : undefined,
    test: asked.kind === "test" ? String(asked.index) : undefined,
    at: shownStep.value === null ? undefined : String(shownStep.value),
  };
}

export function bindTrain(): void {
  bindAddress("train", { read, write });
}
