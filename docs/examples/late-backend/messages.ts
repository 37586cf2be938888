/** What the two threads say to each other. Requests are served in the order in which they were posted. */
import type { DType, ErrorCode, OperationName, OptionalOp, TypedArray } from "@corr2d/core";

/** What the worker says once, when it is ready: what the backend inside it offers. */
export interface Offer {
  readonly dtypes: readonly DType[];
  readonly optionalOps: readonly OptionalOp[];
  readonly operations: readonly OperationName[];
}

/** Makes values: `ids` are the numbers that they go by from now on. */
export interface Upload {
  readonly kind: "upload";
  readonly data: TypedArray;
  readonly ids: readonly number[];
}

/** Likewise. The arguments are those of the call; a handle among them has become the plain object `{ id, … }`. */
export interface Run {
  readonly kind: "run";
  readonly name: OperationName;
  readonly args: unknown[];
  readonly ids: readonly number[];
}

export interface Free {
  readonly kind: "free";
  readonly id: number;
}

/** Asks for an answer: the value's elements, or word that everything posted before is done. */
export type Question =
  | { readonly kind: "read"; readonly id: number; readonly size: number; readonly dtype: DType }
  | { readonly kind: "settled" };

export type Request = Upload | Run | Free | (Question & { readonly ticket: number });

/** An error, as it travels: structured clone would drop the code. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Record<string, unknown>;
}

/** The answer to the question with this ticket. */
export interface Answer {
  readonly ticket: number;
  readonly data?: TypedArray;
  readonly failure?: Failure;
}
