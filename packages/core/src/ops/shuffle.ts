/**
 * Channels exchanged for cells of the plane, and among each other: the same elements in another order.
 *
 * Sources: Shi et al. 2016, "Real-time single image and video super-resolution using an efficient sub-pixel convolutional
 * neural network"; Zhang et al. 2018, "ShuffleNet".
 */
import { checkTensor } from "../autograd.ts";
import { Corr2dError } from "../errors.ts";
import { describeValue } from "../options.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { permute, reshape } from "./movement.ts";

function checkFactor(label: string, name: string, factor: number): void {
  if (Number.isInteger(factor) && factor > 0) return;
  throw new Corr2dError(
    "INVALID_ARGUMENT",
    `${label} expects a positive ${name}, but got ${describeValue(factor)}`,
  );
}

function checkPlanes(label: string, x: Tensor): void {
  checkTensor(label, x);
  if (x.ownShape.length >= 3) return;
  throw new Corr2dError(
    "SHAPE_MISMATCH",
    `${label} expects input to have at least 3 dimensions, but got input with ${x.ownShape.length} dimension(s)`,
  );
}

/**
 * Blocks of upscaleFactor² channels as planes that are upscaleFactor times as high and wide.
 *
 * @param x [..., C · upscaleFactor², H, W]
 * @returns [..., C, H · upscaleFactor, W · upscaleFactor]
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, with PyTorch's messages.
 */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  checkPlanes("pixel_shuffle", x);
  checkFactor("pixel_shuffle", "upscale_factor", upscaleFactor);
  const r = upscaleFactor;
  const [channels, height, width] = x.ownShape.slice(-3) as [number, number, number];
  if (channels % (r * r) !== 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but " +
        `input.size(-3)=${channels} is not divisible by ${r * r}`,
    );
  }
  const lead = x.ownShape.slice(0, -3);
  const at = lead.length;
  const parts = reshape(x, [...lead, channels / (r * r), r, r, height, width]);
  const order = [...lead.keys(), at, at + 3, at + 1, at + 4, at + 2];
  return reshape(permute(parts, order), [...lead, channels / (r * r), height * r, width * r]);
}

/**
 * The inverse of `pixelShuffle`.
 *
 * @param x [..., C, H · downscaleFactor, W · downscaleFactor]
 * @returns [..., C · downscaleFactor², H, W]
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, with PyTorch's messages.
 */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  checkPlanes("pixel_unshuffle", x);
  checkFactor("pixel_unshuffle", "downscale_factor", downscaleFactor);
  const r = downscaleFactor;
  const [channels, height, width] = x.ownShape.slice(-3) as [number, number, number];
  for (const [name, axis, size] of [
    ["height", -2, height],
    ["width", -1, width],
  ] as const) {
    if (size % r === 0) continue;
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `pixel_unshuffle expects ${name} to be divisible by downscale_factor, but input.size(${axis})=${size} is not ` +
        `divisible by ${r}`,
    );
  }
  const lead = x.ownShape.slice(0, -3);
  const at = lead.length;
  const parts = reshape(x, [...lead, channels, height / r, r, width / r, r]);
  const order = [...lead.keys(), at, at + 2, at + 4, at + 1, at + 3];
  return reshape(permute(parts, order), [...lead, channels * r * r, height / r, width / r]);
}

/**
 * Channels dealt out like cards: of `groups` blocks the first ones, then the second ones, and so on.
 *
 * @param x [N, C, ...]
 * @throws SHAPE_MISMATCH, INVALID_ARGUMENT, with PyTorch's messages.
 */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  checkTensor("channel_shuffle", x);
  if (x.ownShape.length < 3) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `channel_shuffle expects input with > 2 dims, but got input with sizes ${formatShape(x.ownShape)}`,
    );
  }
  if (!Number.isInteger(groups) || groups <= 0) {
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `Number of groups to divide channels in must be positive. Value of groups:${describeValue(groups)}`,
    );
  }
  const [batch, channels, ...plane] = x.ownShape as [number, number, ...number[]];
  if (channels % groups !== 0) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `Number of channels must be divisible by groups. Got ${channels} channels and ${groups} groups.`,
    );
  }
  const parts = reshape(x, [batch, groups, channels / groups, ...plane]);
  return reshape(permute(parts, [0, 2, 1, ...plane.map((_, i) => i + 3)]), x.ownShape);
}
