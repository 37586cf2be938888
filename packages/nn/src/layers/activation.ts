/** Activation functions as layers. Book: Dive into Deep Learning, 4.1 and 5.1. */
import {
  describeValue,
  gelu,
  leakyRelu,
  logSoftmax,
  relu,
  sigmoid,
  softmax,
  type Tensor,
  tanh,
} from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../arguments.ts";
import { Module } from "../module.ts";
import { pythonText } from "../python-text.ts";
import { ownerOf, refuseSurplus } from "./layer-options.ts";

/** max(x, 0). */
export class ReLU extends Module {
  static override readonly typeName: string = "ReLU";

  constructor(...surplus: never[]) {
    super();
    refuseSurplus(ownerOf(this), "no arguments", surplus);
  }

  override forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/** 1 / (1 + e⁻ˣ). */
export class Sigmoid extends Module {
  static override readonly typeName: string = "Sigmoid";

  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

export class Tanh extends Module {
  static override readonly typeName: string = "Tanh";

  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

const LEAKY_RELU: Signature = {
  options: { negativeSlope: "number" },
  positional: { number: ["negativeSlope"] },
};

/** `new LeakyReLU({ negativeSlope })`: x where x > 0, otherwise negativeSlope · x (default 0.01). */
export class LeakyReLU extends Module {
  static override readonly typeName: string = "LeakyReLU";

  readonly negativeSlope: number;

  constructor(options: { readonly negativeSlope?: number | undefined } = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), LEAKY_RELU, options, surplus);
    this.negativeSlope = options.negativeSlope ?? 0.01;
  }

  override forward(x: Tensor): Tensor {
    return leakyRelu(x, this.negativeSlope);
  }

  override extraRepr(): string {
    return `negative_slope=${pythonText(this.negativeSlope)}`;
  }
}

const GELU_OPTIONS: Signature = {
  options: { approximate: ["none", "tanh"] },
  positional: { string: ["approximate"] },
};

/** `new GELU({ approximate })`: x · Φ(x), exactly ('none', default) or by the 'tanh' approximation. */
export class GELU extends Module {
  static override readonly typeName: string = "GELU";

  readonly approximate: "none" | "tanh";

  constructor(options: { readonly approximate?: "none" | "tanh" | undefined } = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), GELU_OPTIONS, options, surplus);
    this.approximate = options.approximate ?? "none";
  }

  override forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** @throws INVALID_ARGUMENT unless `dim` is an axis of some tensor. */
function checkDim(owner: string, dim: number): number {
  if (Number.isInteger(dim)) return dim;
  const hint = typeof dim === "object" ? `; write new ${owner}(1)` : "";
  throw invalid(`${owner}: dim is an integer, but got ${describeValue(dim)}${hint}`);
}

/** `new Softmax(dim)`: eˣ / Σ eˣ along an axis. */
export class Softmax extends Module {
  static override readonly typeName: string = "Softmax";

  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = checkDim(ownerOf(this), dim);
  }

  override forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** `new LogSoftmax(dim)`: ln(eˣ / Σ eˣ) along an axis. */
export class LogSoftmax extends Module {
  static override readonly typeName: string = "LogSoftmax";

  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = checkDim(ownerOf(this), dim);
  }

  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
