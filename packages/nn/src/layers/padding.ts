/** Cells added around lines and planes, as layers. */
import { describeValue, isList, ownOptions, type PadOptions, pad, type Tensor } from "@corr2d/core";
import { checkNumber, checkTensor, invalid } from "../arguments.ts";
import { Module } from "../module.ts";
import { floatText, pythonText } from "../python-text.ts";
import { ownerOf } from "./layer-options.ts";

/** One number for both ends, or [left, right]. Negative numbers crop. */
export type LinePadding = number | readonly [left: number, right: number];
/** One number for all sides, or [left, right, top, bottom]: PyTorch's order. Negative numbers crop. */
export type PlanePadding = number | readonly [left: number, right: number, top: number, bottom: number];

abstract class Padding extends Module {
  /** The number for each side, from the last axis backwards. */
  readonly padding: readonly number[];
  /** A frozen copy of what `pad` gets. */
  readonly options: PadOptions;

  constructor(axes: 1 | 2, padding: number | readonly number[], options: PadOptions) {
    super();
    const list: readonly unknown[] = isList(padding)
      ? Array.from(padding as readonly number[])
      : new Array<unknown>(2 * axes).fill(padding);
    if (list.length !== 2 * axes || !list.every((n) => Number.isInteger(n))) {
      throw invalid(
        `${ownerOf(this)}: padding is an integer, or ${2 * axes} of them, ${axes === 1 ? "[left, right]" : "[left, right, top, bottom]"}, ` +
          `but got ${isList(padding) ? `[${list.map(describeValue).join(", ")}]` : describeValue(padding)}`,
      );
    }
    this.padding = Object.freeze(list) as readonly number[];
    this.options = ownOptions(options);
  }

  override forward(x: Tensor): Tensor {
    checkTensor("forward", x);
    return pad(x, this.padding, this.options);
  }

  override extraRepr(): string {
    return pythonText(this.padding);
  }
}

abstract class ConstantPadding extends Padding {
  /** What is put in place. */
  readonly value: number;

  constructor(axes: 1 | 2, padding: number | readonly number[], value: number) {
    super(axes, padding, { value });
    checkNumber(ownerOf(this), "value", value);
    this.value = value;
  }

  override extraRepr(): string {
    return `padding=${pythonText(this.padding)}, value=${floatText(this.value)}`;
  }
}

/** `new ZeroPad1D(padding)`: zeros around. Input [..., L]. */
export class ZeroPad1D extends Padding {
  static override readonly typeName: string = "ZeroPad1d";

  constructor(padding: LinePadding) {
    super(1, padding, { mode: "zeros" });
  }
}

/** `new ZeroPad2D(padding)`: zeros around. Input [..., H, W]. */
export class ZeroPad2D extends Padding {
  static override readonly typeName: string = "ZeroPad2d";

  constructor(padding: PlanePadding) {
    super(2, padding, { mode: "zeros" });
  }
}

/** `new ConstantPad1D(padding, value)`: `value` around. Input [..., L]. */
export class ConstantPad1D extends ConstantPadding {
  static override readonly typeName: string = "ConstantPad1d";

  constructor(padding: LinePadding, value: number) {
    super(1, padding, value);
  }
}

/** `new ConstantPad2D(padding, value)`: `value` around. Input [..., H, W]. */
export class ConstantPad2D extends ConstantPadding {
  static override readonly typeName: string = "ConstantPad2d";

  constructor(padding: PlanePadding, value: number) {
    super(2, padding, value);
  }
}

/** `new ReflectionPad1D(padding)`: the cells mirrored at the border, which itself is not repeated around. Input [..., L]. */
export class ReflectionPad1D extends Padding {
  static override readonly typeName: string = "ReflectionPad1d";

  constructor(padding: LinePadding) {
    super(1, padding, { mode: "reflect" });
  }
}

/** `new ReflectionPad2D(padding)`: the cells mirrored at the border, which itself is not repeated around. Input [..., H, W]. */
export class ReflectionPad2D extends Padding {
  static override readonly typeName: string = "ReflectionPad2d";

  constructor(padding: PlanePadding) {
    super(2, padding, { mode: "reflect" });
  }
}

/** `new ReplicationPad1D(padding)`: the cell at the border around. Input [..., L]. */
export class ReplicationPad1D extends Padding {
  static override readonly typeName: string = "ReplicationPad1d";

  constructor(padding: LinePadding) {
    super(1, padding, { mode: "replicate" });
  }
}

/** `new ReplicationPad2D(padding)`: the cell at the border around. Input [..., H, W]. */
export class ReplicationPad2D extends Padding {
  static override readonly typeName: string = "ReplicationPad2d";

  constructor(padding: PlanePadding) {
    super(2, padding, { mode: "replicate" });
  }
}

/** `new CircularPad1D(padding)`: the cells from the other side around. Input [..., L]. */
export class CircularPad1D extends Padding {
  static override readonly typeName: string = "CircularPad1d";

  constructor(padding: LinePadding) {
    super(1, padding, { mode: "circular" });
  }
}

/** `new CircularPad2D(padding)`: the cells from the other side around. Input [..., H, W]. */
export class CircularPad2D extends Padding {
  static override readonly typeName: string = "CircularPad2d";

  constructor(padding: PlanePadding) {
    super(2, padding, { mode: "circular" });
  }
}
