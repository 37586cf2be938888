/**
 * The lessons: for each section of the book's chapter the views of the lab to look at, in order, and one exercise.
 *
 * A view is an address of the lab without its settings, so that it can be sent, and opened in either language. Texts are
 * in the dictionaries, under the view's id.
 */
import type { ExerciseId, Section } from "../exercises/exercise.ts";

export type ViewId =
  | "oneWindow"
  | "samePattern"
  | "bookSum"
  | "band"
  | "photo"
  | "learnt"
  | "tooFast"
  | "padded"
  | "strided"
  | "twoIn"
  | "threeOut"
  | "oneByOne"
  | "maximum"
  | "maximumGradient"
  | "mean"
  | "meanGradient"
  | "fiveByFive"
  | "shrinking"
  | "chain"
  | "training";

export interface View {
  readonly id: ViewId;
  readonly address: string;
}

export interface Lesson {
  readonly section: Section;
  /** The section's page in the book. */
  readonly page: string;
  readonly views: readonly View[];
  readonly exercise: ExerciseId;
}

const rows = (...lines: readonly (readonly number[])[]): string => lines.map((line) => line.join()).join(";");
const counting = (side: number): string =>
  rows(...Array.from({ length: side }, (_, i) => Array.from({ length: side }, (_, j) => i * side + j)));
const ones = (side: number): string =>
  rows(...Array.from({ length: side }, () => Array<number>(side).fill(1)));

const CROSS = "0,1,0;1,2,1;0,1,0";
const BAND = rows(...Array.from({ length: 6 }, () => [1, 1, 0, 0, 0, 0, 1, 1]));
const TWO_CHANNELS = "0,1,2;3,4,5;6,7,8|1,2,3;4,5,6;7,8,9";

export const LESSONS: readonly Lesson[] = [
  {
    section: "whyConv",
    page: "why-conv",
    views: [
      { id: "oneWindow", address: "slide?at=3" },
      {
        id: "samePattern",
        address: "slide?x=1,1,0,0,0,0;1,0,0,0,0,0;0,0,0,0,1,1;0,0,0,0,1,0&k=1,1;1,0&at=14",
      },
    ],
    exercise: "boundary",
  },
  {
    section: "convLayer",
    page: "conv-layer",
    views: [
      { id: "bookSum", address: "slide" },
      { id: "band", address: `slide?x=${BAND}&k=1,-1` },
      { id: "photo", address: "edges" },
      { id: "learnt", address: "learn" },
      { id: "tooFast", address: "learn?lr=0.035" },
    ],
    exercise: "diagonal",
  },
  {
    section: "padding",
    page: "padding-and-strides",
    views: [
      { id: "padded", address: `slide?x=${counting(5)}&k=${CROSS}&padding=1` },
      { id: "strided", address: `slide?x=${counting(7)}&k=${CROSS}&stride=2` },
    ],
    exercise: "shape",
  },
  {
    section: "channels",
    page: "channels",
    views: [
      { id: "twoIn", address: `slide?x=${TWO_CHANNELS}&k=0,1;2,3|1,2;3,4` },
      {
        id: "threeOut",
        address: `slide?x=${TWO_CHANNELS}&k=0,1;2,3|1,2;3,4/1,2;3,4|2,3;4,5/2,3;4,5|3,4;5,6`,
      },
      { id: "oneByOne", address: `slide?x=${TWO_CHANNELS}&k=1|-1/0.5|0.5` },
    ],
    exercise: "cost",
  },
  {
    section: "pooling",
    page: "pooling",
    views: [
      { id: "maximum", address: `slide?layers=max&x=${counting(4)}` },
      { id: "maximumGradient", address: `slide?layers=max&view=input&x=${counting(4)}` },
      { id: "mean", address: `slide?x=${counting(4)}&k=0.25,0.25;0.25,0.25&stride=2` },
      { id: "meanGradient", address: `slide?view=input&x=${counting(4)}&k=0.25,0.25;0.25,0.25&stride=2` },
    ],
    exercise: "poolCost",
  },
  {
    section: "lenet",
    page: "lenet",
    views: [
      { id: "fiveByFive", address: `slide?x=${ones(8)}&k=${ones(5)}&padding=2` },
      { id: "shrinking", address: `slide?x=${ones(8)}&k=${ones(5)}` },
      { id: "chain", address: "slide?layers=conv,relu,max&k1=0,1;2,3" },
      { id: "training", address: "train" },
    ],
    exercise: "lenetShapes",
  },
];
