/** A table of learnt vectors, looked up by index. Book: Dive into Deep Learning, 15.4. */
import { boundsOf, Corr2dError, describeValue, gather, noGrad, type Tensor, where } from "@corr2d/core";
import { checkGiven, checkPositive, checkTensor, invalid, named, type Signature } from "../arguments.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import type { Parameter } from "../parameter.ts";
import { sizesText } from "../sizes.ts";
import { type LayerOptions, ownerOf, zeroParameter } from "./layer-options.ts";

/** Options of `Embedding`. */
export interface EmbeddingOptions extends LayerOptions {
  /** The row that is 0 at first and gets no gradient; negative ones count from the end. */
  readonly paddingIdx?: number | null | undefined;
}

const SIGNATURE: Signature = {
  options: { paddingIdx: "any", dtype: "any", backend: "any" },
  positional: { number: ["paddingIdx"] },
};

function checkRow(owner: string, paddingIdx: number | null | undefined, rows: number): number | null {
  if (paddingIdx === undefined || paddingIdx === null) return null;
  if (Number.isInteger(paddingIdx) && paddingIdx >= -rows && paddingIdx < rows) {
    return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
  }
  throw invalid(`${owner}: Padding_idx must be within num_embeddings, but got ${describeValue(paddingIdx)}`);
}

/**
 * The rows of a table that an index names.
 *
 * @param input int32, any shape.
 * @param weight [rows, dim]
 * @param options `paddingIdx`: the row that gets no gradient.
 * @returns the input's shape and dim.
 * @throws DTYPE_MISMATCH, SHAPE_MISMATCH, INVALID_ARGUMENT; INDEX_OUT_OF_RANGE (on a backend that works later: when the result is
 *   read).
 */
export function embedding(
  input: Tensor,
  weight: Tensor,
  options: Pick<EmbeddingOptions, "paddingIdx"> = {},
): Tensor {
  checkTensor("embedding", input);
  checkTensor("embedding", weight);
  checkGiven(
    "embedding",
    { options: { paddingIdx: "any" }, positional: { number: ["paddingIdx"] } },
    options,
  );
  const [rows, dim] = weight.shape;
  if (rows === undefined || dim === undefined || weight.shape.length !== 2) {
    throw new Corr2dError("SHAPE_MISMATCH", `'weight' must be 2-D, but got ${sizesText(weight.shape)}`);
  }
  const paddingIdx = checkRow("embedding", options.paddingIdx, rows);
  // What core knows of an index is said now: on a backend that works later, the weights would have changed by then.
  const bounds = boundsOf(input);
  const wrong = bounds === null || bounds.min >= 0 ? bounds?.max : bounds.min;
  if (bounds?.attained && wrong !== undefined && (wrong < 0 || wrong >= rows)) {
    throw new Corr2dError("INDEX_OUT_OF_RANGE", `index out of range in self: ${wrong} of ${rows} rows`, {
      index: wrong,
      length: rows,
    });
  }
  const picks = input.reshape([input.numel(), 1]);
  const found = gather(weight, 0, picks.expand([input.numel(), dim]));
  const kept = paddingIdx === null ? found : where(picks.eq(paddingIdx), found.detach(), found);
  return kept.reshape([...input.shape, dim]);
}

/**
 * `new Embedding(numEmbeddings, embeddingDim, { paddingIdx })`: a table of numEmbeddings vectors.
 *
 * Input int32, any shape; output the input's shape and embeddingDim. `weight` is [numEmbeddings, embeddingDim], normal at first, as
 * PyTorch draws it.
 *
 * @throws INVALID_ARGUMENT from the constructor; from `forward` as `embedding`.
 */
export class Embedding extends Module {
  static override readonly typeName: string = "Embedding";

  /** Rows of the table. */
  readonly numEmbeddings: number;
  /** Length of each row. */
  readonly embeddingDim: number;
  /** The row that is not trained; null for none. */
  readonly paddingIdx: number | null;
  /** What the layer learns to multiply by. */
  weight: Parameter;

  constructor(
    numEmbeddings: number,
    embeddingDim: number,
    options: EmbeddingOptions = {},
    ...surplus: never[]
  ) {
    super();
    const owner = ownerOf(this);
    checkGiven(owner, SIGNATURE, options, surplus);
    named(owner, () => {
      checkPositive("num_embeddings", numEmbeddings);
      checkPositive("embedding_dim", embeddingDim);
    });
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = checkRow(owner, options.paddingIdx, numEmbeddings);
    this.weight = zeroParameter([numEmbeddings, embeddingDim], options);
    this.resetParameters();
  }

  /** Draws the default initialisation anew. */
  resetParameters(): void {
    init.normal(this.weight);
    const { paddingIdx, weight } = this;
    if (paddingIdx !== null) noGrad(() => void weight.set([paddingIdx], 0));
  }

  override forward(input: Tensor): Tensor {
    return embedding(input, this.weight, { paddingIdx: this.paddingIdx });
  }

  override extraRepr(): string {
    const { numEmbeddings, embeddingDim, paddingIdx } = this;
    const padding = paddingIdx === null ? "" : `, padding_idx=${paddingIdx}`;
    return `${numEmbeddings}, ${embeddingDim}${padding}`;
  }
}
