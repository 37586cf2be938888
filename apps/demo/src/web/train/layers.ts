/** Layers as the reader edits them, and as text: `conv6k5p2,relu,max2,flatten,linear10` is a network in the address. */

export type Layer =
  | {
      readonly kind: "conv";
      readonly channels: number;
      readonly kernel: number;
      readonly padding: number;
      readonly stride: number;
    }
  | { readonly kind: "max" | "avg"; readonly kernel: number; readonly stride: number }
  | { readonly kind: "relu" | "sigmoid" | "tanh" | "flatten" | "norm" }
  | { readonly kind: "linear"; readonly features: number }
  | { readonly kind: "dropout"; readonly p: number };

export type LayerKind = Layer["kind"];

/** A layer of each kind, as it comes when it is added. */
export const NEW_LAYERS: { readonly [kind in LayerKind]: Extract<Layer, { kind: kind }> } = {
  conv: { kind: "conv", channels: 8, kernel: 3, padding: 1, stride: 1 },
  relu: { kind: "relu" },
  sigmoid: { kind: "sigmoid" },
  tanh: { kind: "tanh" },
  max: { kind: "max", kernel: 2, stride: 2 },
  avg: { kind: "avg", kernel: 2, stride: 2 },
  norm: { kind: "norm" },
  flatten: { kind: "flatten" },
  linear: { kind: "linear", features: 64 },
  dropout: { kind: "dropout", p: 0.5 },
} as never;

export const KINDS: readonly LayerKind[] = Object.keys(NEW_LAYERS) as LayerKind[];

/** What the reader may set, and how far: whole numbers. (Dropout's probability is set in steps of its own.) */
export const NUMBERS = {
  channels: [1, 64],
  kernel: [1, 11],
  padding: [0, 5],
  // As far as the size: a pool that says no stride has its own.
  stride: [1, 11],
  features: [1, 512],
} as const;
export type NumberName = keyof typeof NUMBERS;

/** Which of them a layer has, and what stands before each in the text. */
const FIELDS: { readonly [kind in LayerKind]?: readonly (readonly [mark: string, name: NumberName])[] } = {
  conv: [
    ["", "channels"],
    ["k", "kernel"],
    ["p", "padding"],
    ["s", "stride"],
  ],
  max: [
    ["", "kernel"],
    ["s", "stride"],
  ],
  avg: [
    ["", "kernel"],
    ["s", "stride"],
  ],
  linear: [["", "features"]],
};

export const fieldsOf = (kind: LayerKind): readonly NumberName[] =>
  (FIELDS[kind] ?? []).map(([, name]) => name);

export const MOST_LAYERS = 20;

/** What a mark that is left out means. */
const usual = (name: NumberName, kernel: number, kind: LayerKind): number =>
  name === "padding" ? 0 : kind === "conv" ? 1 : kernel;

export function layerText(layer: Layer): string {
  if (layer.kind === "dropout") return `dropout${layer.p}`;
  const values = layer as unknown as Readonly<Record<NumberName, number>>;
  const marks = (FIELDS[layer.kind] ?? []).filter(
    ([mark, name]) => mark === "" || mark === "k" || values[name] !== usual(name, values.kernel, layer.kind),
  );
  return layer.kind + marks.map(([mark, name]) => `${mark}${values[name]}`).join("");
}

export const layersText = (layers: readonly Layer[]): string => layers.map(layerText).join(",");

function parseLayer(text: string): Layer | undefined {
  const [, kind, rest = ""] = /^([a-z]+)(.*)$/.exec(text) ?? [];
  const known = KINDS.find((name) => name === kind);
  if (known === undefined) return undefined;
  if (known === "dropout") {
    const p = Number(rest);
    return rest !== "" && p >= 0 && p <= 1 ? { kind: known, p } : undefined;
  }
  const given = new Map(Array.from(rest.matchAll(/([a-z]?)(\d+)/g), ([, mark, n]) => [mark!, Number(n)]));
  const fields = FIELDS[known] ?? [];
  if ([...given].map(([mark, n]) => mark + n).join("") !== rest) return undefined;
  if ([...given.keys()].some((mark) => !fields.some(([other]) => other === mark))) return undefined;
  const values: Partial<Record<NumberName, number>> = {};
  for (const [mark, name] of fields) {
    const value = given.get(mark) ?? (mark === "" || mark === "k" ? Number.NaN : undefined);
    values[name] = value ?? usual(name, values.kernel!, known);
    const [least, most] = NUMBERS[name];
    if (!(values[name]! >= least && values[name]! <= most)) return undefined;
  }
  return { kind: known, ...values } as unknown as Layer;
}

export function parseLayers(text: string | undefined): readonly Layer[] | undefined {
  if (text === undefined) return undefined;
  const layers = (text === "" ? [] : text.split(",")).map(parseLayer);
  const isKnown = layers.length <= MOST_LAYERS && !layers.includes(undefined);
  return isKnown ? (layers as Layer[]) : undefined;
}

/** Networks to begin with. */
export const PRESETS = {
  /** LeCun et al. 1998, with rectifiers and maxima, and fewer neurons at the end: it learns in seconds. */
  modern: "conv6k5p2,relu,max2,conv16k5,relu,max2,flatten,linear64,relu,linear10",
  /** Dive into Deep Learning, 7.6. */
  book: "conv6k5p2,sigmoid,avg2,conv16k5,sigmoid,avg2,flatten,linear120,sigmoid,linear84,sigmoid,linear10",
  dropout: "conv8k3p1,norm,relu,max2,conv16k3p1,norm,relu,max2,flatten,dropout0.5,linear64,relu,linear10",
  deep: "flatten,linear64,sigmoid,linear64,sigmoid,linear64,sigmoid,linear64,sigmoid,linear64,sigmoid,linear10",
  linear: "flatten,linear10",
} as const;
export type Preset = keyof typeof PRESETS;
export const PRESET_NAMES: readonly Preset[] = Object.keys(PRESETS) as Preset[];
