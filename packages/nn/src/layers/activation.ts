/** Activation functions without options, as layers. Book: Dive into Deep Learning, 5.1. */
import {
  hardsigmoid,
  hardswish,
  logsigmoid,
  mish,
  relu,
  relu6,
  selu,
  sigmoid,
  silu,
  softsign,
  type Tensor,
  tanh,
  tanhshrink,
} from "@corr2d/core";
import { PlainLayer } from "./layer-options.ts";

/** max(x, 0). */
export class ReLU extends PlainLayer {
  static override readonly typeName: string = "ReLU";

  override forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/** min(max(x, 0), 6). */
export class ReLU6 extends PlainLayer {
  static override readonly typeName: string = "ReLU6";

  override forward(x: Tensor): Tensor {
    return relu6(x);
  }
}

/** 1 / (1 + e⁻ˣ). */
export class Sigmoid extends PlainLayer {
  static override readonly typeName: string = "Sigmoid";

  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** ln(1 / (1 + e⁻ˣ)). */
export class LogSigmoid extends PlainLayer {
  static override readonly typeName: string = "LogSigmoid";

  override forward(x: Tensor): Tensor {
    return logsigmoid(x);
  }
}

/** The hyperbolic tangent, as a layer. */
export class Tanh extends PlainLayer {
  static override readonly typeName: string = "Tanh";

  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** x − tanh(x). */
export class Tanhshrink extends PlainLayer {
  static override readonly typeName: string = "Tanhshrink";

  override forward(x: Tensor): Tensor {
    return tanhshrink(x);
  }
}

/** x · sigmoid(x). */
export class SiLU extends PlainLayer {
  static override readonly typeName: string = "SiLU";

  override forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/** x · tanh(ln(1 + eˣ)). */
export class Mish extends PlainLayer {
  static override readonly typeName: string = "Mish";

  override forward(x: Tensor): Tensor {
    return mish(x);
  }
}

/** An ELU that keeps mean 0 and variance 1. */
export class SELU extends PlainLayer {
  static override readonly typeName: string = "SELU";

  override forward(x: Tensor): Tensor {
    return selu(x);
  }
}

/** x / (1 + |x|). */
export class Softsign extends PlainLayer {
  static override readonly typeName: string = "Softsign";

  override forward(x: Tensor): Tensor {
    return softsign(x);
  }
}

/** clamp(x / 6 + 1/2, 0, 1). */
export class Hardsigmoid extends PlainLayer {
  static override readonly typeName: string = "Hardsigmoid";

  override forward(x: Tensor): Tensor {
    return hardsigmoid(x);
  }
}

/** x · clamp(x / 6 + 1/2, 0, 1). */
export class Hardswish extends PlainLayer {
  static override readonly typeName: string = "Hardswish";

  override forward(x: Tensor): Tensor {
    return hardswish(x);
  }
}
