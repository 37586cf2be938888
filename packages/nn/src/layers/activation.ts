/** Activation functions as layers. Book: Dive into Deep Learning, 4.1 and 5.1. */
import { gelu, leakyRelu, logSoftmax, relu, sigmoid, softmax, type Tensor, tanh } from "@corr2d/core";
import { Module } from "../module.ts";
import { pythonText } from "../python-text.ts";

/** max(x, 0). */
export class ReLU extends Module {
  static override readonly typeName: string = "ReLU";

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

/** `new LeakyReLU({ negativeSlope })`: x where x > 0, otherwise negativeSlope · x (default 0.01). */
export class LeakyReLU extends Module {
  static override readonly typeName: string = "LeakyReLU";

  readonly negativeSlope: number;

  constructor(options: { readonly negativeSlope?: number | undefined } = {}) {
    super();
    this.negativeSlope = options.negativeSlope ?? 0.01;
  }

  override forward(x: Tensor): Tensor {
    return leakyRelu(x, this.negativeSlope);
  }

  override extraRepr(): string {
    return `negative_slope=${pythonText(this.negativeSlope)}`;
  }
}

/** `new GELU({ approximate })`: x · Φ(x), exactly ('none', default) or by the 'tanh' approximation. */
export class GELU extends Module {
  static override readonly typeName: string = "GELU";

  readonly approximate: "none" | "tanh";

  constructor(options: { readonly approximate?: "none" | "tanh" | undefined } = {}) {
    super();
    this.approximate = options.approximate ?? "none";
  }

  override forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** `new Softmax(dim)`: eˣ / Σ eˣ along an axis. */
export class Softmax extends Module {
  static override readonly typeName: string = "Softmax";

  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
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
    this.dim = dim;
  }

  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
