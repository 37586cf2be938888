/** How convolutional layers keep what they are given of windows: over planes, and over one axis. */
import { isList, type Padding, type Pair, type Single, toPair, toSingle } from "@corr2d/core";
import { invalid } from "../arguments.ts";
import type { WindowForm } from "./convolution.ts";

const pair = (name: string, value: Pair | Single): readonly [number, number] =>
  Object.freeze(toPair(name, value as Pair));

/** Numbers of both directions; core checks the words and the four sides of a padding. */
export const PLANE: WindowForm<readonly [number, number]> = {
  sizes: pair,
  padding(value) {
    if (typeof value === "string") return value;
    return isList(value) && value.length === 4
      ? Object.freeze([...(value as readonly number[])])
      : pair("padding", value as Pair);
  },
};

const single = (name: string, value: Pair | Single): readonly [number] =>
  Object.freeze([toSingle(name, value as Single)] as const);

/** One number. */
export const LINE: WindowForm<readonly [number]> = {
  sizes: single,
  padding(value: Padding | Single) {
    if (value === "valid" || value === "same") return value;
    if (typeof value !== "string") return single("padding", value as Single);
    throw invalid(`Invalid padding string '${value as string}', should be one of {'valid', 'same'}`);
  },
};
