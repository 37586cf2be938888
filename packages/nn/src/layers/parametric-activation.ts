/** Activation functions with options, as layers. Book: Dive into Deep Learning, 5.1. */
import {
  celu,
  describeValue,
  elu,
  gelu,
  glu,
  hardshrink,
  hardtanh,
  leakyRelu,
  prelu,
  softplus,
  softshrink,
  type Tensor,
  threshold,
} from "@corr2d/core";
import {
  checkGiven,
  checkNumber,
  checkPositive,
  checkTensor,
  invalid,
  named,
  type Signature,
} from "../arguments.ts";
import * as init from "../init.ts";
import { Module } from "../module.ts";
import type { Parameter } from "../parameter.ts";
import { floatText, pythonText } from "../python-text.ts";
import { type LayerOptions, ownerOf, zeroParameter } from "./layer-options.ts";

const LEAKY_RELU: Signature = {
  options: { negativeSlope: "number" },
  positional: { number: ["negativeSlope"] },
};

/** `new LeakyReLU({ negativeSlope })`: x where x > 0, otherwise negativeSlope · x (default 0.01). */
export class LeakyReLU extends Module {
  static override readonly typeName: string = "LeakyReLU";

  /** The slope below 0. */
  readonly negativeSlope: number;

  constructor(
    options: {
      /** The slope below 0 (default 0.01). */
      readonly negativeSlope?: number | undefined;
    } = {},
    ...surplus: never[]
  ) {
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

  /** 'none' for the exact function, 'tanh' for the approximation. */
  readonly approximate: "none" | "tanh";

  constructor(
    options: {
      /** 'none' (default) or 'tanh', the approximation by a hyperbolic tangent. */
      readonly approximate?: "none" | "tanh" | undefined;
    } = {},
    ...surplus: never[]
  ) {
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

const ALPHA: Signature = { options: { alpha: "number" }, positional: { number: ["alpha"] } };

/** `new ELU({ alpha })`: x where x > 0, otherwise alpha · (eˣ − 1) (default 1). */
export class ELU extends Module {
  static override readonly typeName: string = "ELU";

  /** The factor alpha. */
  readonly alpha: number;

  constructor(
    options: {
      /** Default 1. */
      readonly alpha?: number | undefined;
    } = {},
    ...surplus: never[]
  ) {
    super();
    checkGiven(ownerOf(this), ALPHA, options, surplus);
    this.alpha = options.alpha ?? 1;
  }

  override forward(x: Tensor): Tensor {
    return elu(x, this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${floatText(this.alpha)}`;
  }
}

/** `new CELU({ alpha })`: x where x > 0, otherwise alpha · (e^(x/alpha) − 1) (default 1). */
export class CELU extends Module {
  static override readonly typeName: string = "CELU";

  /** The factor alpha. */
  readonly alpha: number;

  constructor(
    options: {
      /** Default 1. */
      readonly alpha?: number | undefined;
    } = {},
    ...surplus: never[]
  ) {
    super();
    checkGiven(ownerOf(this), ALPHA, options, surplus);
    this.alpha = options.alpha ?? 1;
    if (this.alpha === 0) throw invalid(`${ownerOf(this)}: ZeroDivisionError: alpha cannot be 0 for CELU`);
  }

  override forward(x: Tensor): Tensor {
    return celu(x, this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${floatText(this.alpha)}`;
  }
}

const SOFTPLUS: Signature = {
  options: { beta: "number", threshold: "number" },
  positional: { number: ["beta", "threshold"] },
};

/** `new Softplus({ beta, threshold })`: ln(1 + e^(beta · x)) / beta (default 1); x itself where beta · x > threshold (default 20). */
export class Softplus extends Module {
  static override readonly typeName: string = "Softplus";

  /** The factor or exponent beta. */
  readonly beta: number;
  /** The bound. */
  readonly threshold: number;

  constructor(
    options: {
      /** Default 1. */
      readonly beta?: number | undefined;
      /** Beyond it the function is the identity (default 20). */
      readonly threshold?: number | undefined;
    } = {},
    ...surplus: never[]
  ) {
    super();
    checkGiven(ownerOf(this), SOFTPLUS, options, surplus);
    this.beta = options.beta ?? 1;
    this.threshold = options.threshold ?? 20;
  }

  override forward(x: Tensor): Tensor {
    return softplus(x, this.beta, this.threshold);
  }

  override extraRepr(): string {
    return `beta=${floatText(this.beta)}, threshold=${floatText(this.threshold)}`;
  }
}

const HARDTANH: Signature = {
  options: { minVal: "number", maxVal: "number" },
  positional: { number: ["minVal", "maxVal"] },
};

/**
 * `new Hardtanh({ minVal, maxVal })`: x held between the two (default −1 and 1).
 * @throws INVALID_ARGUMENT unless minVal < maxVal.
 */
export class Hardtanh extends Module {
  static override readonly typeName: string = "Hardtanh";

  /** The bound below. */
  readonly minVal: number;
  /** The bound above. */
  readonly maxVal: number;

  constructor(
    options: {
      /** The bound below (default −1). */
      readonly minVal?: number | undefined;
      /** The bound above (default 1). */
      readonly maxVal?: number | undefined;
    } = {},
    ...surplus: never[]
  ) {
    super();
    checkGiven(ownerOf(this), HARDTANH, options, surplus);
    this.minVal = options.minVal ?? -1;
    this.maxVal = options.maxVal ?? 1;
    if (this.maxVal > this.minVal) return;
    throw invalid(
      `${ownerOf(this)}: max_val must be larger than min_val, but got ${this.maxVal} and ${this.minVal}`,
    );
  }

  override forward(x: Tensor): Tensor {
    return hardtanh(x, this.minVal, this.maxVal);
  }

  override extraRepr(): string {
    return `min_val=${floatText(this.minVal)}, max_val=${floatText(this.maxVal)}`;
  }
}

/** `new Threshold(threshold, value)`: x where x > threshold, otherwise value. */
export class Threshold extends Module {
  static override readonly typeName: string = "Threshold";

  /** The bound. */
  readonly threshold: number;
  /** What is put in place. */
  readonly value: number;

  constructor(threshold: number, value: number) {
    super();
    checkNumber(ownerOf(this), "threshold", threshold);
    checkNumber(ownerOf(this), "value", value);
    this.threshold = threshold;
    this.value = value;
  }

  override forward(x: Tensor): Tensor {
    return threshold(x, this.threshold, this.value);
  }

  override extraRepr(): string {
    return `threshold=${pythonText(this.threshold)}, value=${pythonText(this.value)}`;
  }
}

const LAMBD: Signature = { options: { lambd: "number" }, positional: { number: ["lambd"] } };

/** `new Hardshrink({ lambd })`: x where |x| > lambd (default 0.5), otherwise 0. */
export class Hardshrink extends Module {
  static override readonly typeName: string = "Hardshrink";

  /** The bound. */
  readonly lambd: number;

  constructor(
    options: {
      /** The bound (default 0.5). */
      readonly lambd?: number | undefined;
    } = {},
    ...surplus: never[]
  ) {
    super();
    checkGiven(ownerOf(this), LAMBD, options, surplus);
    this.lambd = options.lambd ?? 0.5;
  }

  override forward(x: Tensor): Tensor {
    return hardshrink(x, this.lambd);
  }

  override extraRepr(): string {
    return floatText(this.lambd);
  }
}

/**
 * `new Softshrink({ lambd })`: x moved towards 0 by lambd (default 0.5), which nothing passes.
 * @throws INVALID_ARGUMENT for a negative lambd.
 */
export class Softshrink extends Module {
  static override readonly typeName: string = "Softshrink";

  /** The bound. */
  readonly lambd: number;

  constructor(
    options: {
      /** The bound (default 0.5). */
      readonly lambd?: number | undefined;
    } = {},
    ...surplus: never[]
  ) {
    super();
    checkGiven(ownerOf(this), LAMBD, options, surplus);
    this.lambd = options.lambd ?? 0.5;
    if (this.lambd >= 0) return;
    throw invalid(
      `${ownerOf(this)}: lambda must be greater or equal to 0, but found to be ${describeValue(options.lambd)}.`,
    );
  }

  override forward(x: Tensor): Tensor {
    return softshrink(x, this.lambd);
  }

  override extraRepr(): string {
    return floatText(this.lambd);
  }
}

const GLU_OPTIONS: Signature = { options: { dim: "number" }, positional: { number: ["dim"] } };

/** `new GLU({ dim })`: a · sigmoid(b), for the two halves a and b of x along an axis (default the last). */
export class GLU extends Module {
  static override readonly typeName: string = "GLU";

  /** The axis that the layer works along. */
  readonly dim: number;

  constructor(
    options: {
      /** Default −1. */
      readonly dim?: number | undefined;
    } = {},
    ...surplus: never[]
  ) {
    super();
    checkGiven(ownerOf(this), GLU_OPTIONS, options, surplus);
    this.dim = options.dim ?? -1;
  }

  override forward(x: Tensor): Tensor {
    return glu(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** Options of `PReLU`. */
export interface PReLUOptions extends LayerOptions {
  /** 1 slope for all channels (default), or as many as there are channels. */
  readonly numParameters?: number | undefined;
  /** What the slopes are at first (default 0.25). */
  readonly init?: number | undefined;
}

const PRELU: Signature = {
  options: { numParameters: "number", init: "number", dtype: "any", backend: "any" },
  positional: { number: ["numParameters", "init"] },
};

/**
 * `new PReLU({ numParameters, init })`: x where x > 0, otherwise weight · x with slopes that are learnt, one for all or one per
 * channel.
 *
 * Input and output [N, C, ...] or any shape; `weight` is [numParameters].
 */
export class PReLU extends Module {
  static override readonly typeName: string = "PReLU";

  /** Slopes: one, or one per channel. */
  readonly numParameters: number;
  /** What the layer learns to multiply by. */
  weight: Parameter;

  constructor(options: PReLUOptions = {}, ...surplus: never[]) {
    super();
    checkGiven(ownerOf(this), PRELU, options, surplus);
    const { numParameters = 1 } = options;
    named(ownerOf(this), () => checkPositive("num_parameters", numParameters));
    this.numParameters = numParameters;
    this.weight = init.constant(zeroParameter([numParameters], options), options.init ?? 0.25);
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    const { shape } = x;
    if (this.numParameters === 1) return prelu(x, this.weight.reshape([]));
    const channels = shape.length < 2 ? 1 : shape[1]!;
    if (channels !== this.numParameters) {
      throw invalid(
        `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${this.numParameters} and channel ` +
          `size = ${channels}.`,
      );
    }
    return prelu(x, this.weight.reshape([channels, ...shape.slice(2).map(() => 1)]));
  }

  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}
