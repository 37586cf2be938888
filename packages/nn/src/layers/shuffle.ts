/** Channels exchanged for cells of the plane, and among each other, as layers. Sources: `pixelShuffle` and `channelShuffle` in core. */
import { channelShuffle, pixelShuffle, pixelUnshuffle, type Tensor } from "@corr2d/core";
import { checkPositive, named } from "../arguments.ts";
import { Module } from "../module.ts";
import { ownerOf } from "./layer-options.ts";

/**
 * `new PixelShuffle(upscaleFactor)`: blocks of upscaleFactor² channels as planes that are upscaleFactor times as high and wide.
 *
 * Input [..., C · upscaleFactor², H, W]; output [..., C, H · upscaleFactor, W · upscaleFactor].
 * @throws INVALID_ARGUMENT from the constructor; from `forward`: SHAPE_MISMATCH, with PyTorch's messages.
 */
export class PixelShuffle extends Module {
  static override readonly typeName: string = "PixelShuffle";

  /** By how much planes grow. */
  readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    super();
    named(ownerOf(this), () => checkPositive("upscale_factor", upscaleFactor));
    this.upscaleFactor = upscaleFactor;
  }

  override forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor);
  }

  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

/**
 * `new PixelUnshuffle(downscaleFactor)`: the inverse of PixelShuffle.
 *
 * Input [..., C, H · downscaleFactor, W · downscaleFactor]; output [..., C · downscaleFactor², H, W].
 * @throws INVALID_ARGUMENT from the constructor; from `forward`: SHAPE_MISMATCH, with PyTorch's messages.
 */
export class PixelUnshuffle extends Module {
  static override readonly typeName: string = "PixelUnshuffle";

  /** By how much planes shrink. */
  readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    super();
    named(ownerOf(this), () => checkPositive("downscale_factor", downscaleFactor));
    this.downscaleFactor = downscaleFactor;
  }

  override forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.downscaleFactor);
  }

  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}

/**
 * `new ChannelShuffle(groups)`: of `groups` blocks of channels the first ones, then the second ones, and so on.
 *
 * Input [N, C, ...]; output [N, C, ...].
 * @throws INVALID_ARGUMENT from the constructor; from `forward`: SHAPE_MISMATCH, with PyTorch's messages.
 */
export class ChannelShuffle extends Module {
  static override readonly typeName: string = "ChannelShuffle";

  /** Blocks of channels that do not see each other. */
  readonly groups: number;

  constructor(groups: number) {
    super();
    named(ownerOf(this), () => checkPositive("groups", groups));
    this.groups = groups;
  }

  override forward(x: Tensor): Tensor {
    return channelShuffle(x, this.groups);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}
