/**
 * The one error class of corr2d and its codes.
 *
 * A code is stable and documented: programs test `error.code`, people read `error.message`. Messages keep
 * PyTorch's wording where PyTorch has one, then give the values and the remedy. Identity is a global symbol,
 * not `instanceof`, so that an error from a second copy of the package is still recognised.
 */

/** Stable codes. Adding one is a compatible change; removing or renaming one is not. */
export type ErrorCode =
  /** Shapes of the operands do not fit each other or the operation. */
  | "SHAPE_MISMATCH"
  /** An option or argument is not one of the allowed values. */
  | "INVALID_ARGUMENT"
  /** Operands of two dtypes in one operation. */
  | "DTYPE_MISMATCH"
  /** The operation or the backend does not offer this dtype. */
  | "DTYPE_UNSUPPORTED"
  /** Tensors of two backends in one operation. */
  | "BACKEND_MISMATCH"
  /** No backend was chosen. */
  | "BACKEND_MISSING"
  /** A backend definition breaks the contract (missing or unknown members, wrong version). */
  | "BACKEND_INVALID"
  /** A backend, or what carries a collective, cannot run in this environment. */
  | "BACKEND_UNAVAILABLE"
  /** The backend was closed. */
  | "BACKEND_CLOSED"
  /** A worker thread (of a backend, of a data loader) died or did not finish in time. */
  | "WORKER_LOST"
  /** A rank of a parallel job failed, ended, or did not come in time; `details.ranks` says which. */
  | "RANK_LOST"
  /** Ranks of a parallel job do, have or give different things; `details.ranks` are those that differ from rank 0. */
  | "RANKS_DIFFER"
  /** A device of a backend (a GPU) was lost: make a new backend. */
  | "DEVICE_LOST"
  /** The backend has no room for the operation. */
  | "OUT_OF_MEMORY"
  /** An index tensor holds a value outside its axis. */
  | "INDEX_OUT_OF_RANGE"
  /** A tensor was used after `dispose()`, or after the `scope` that owned it ended. */
  | "DISPOSED"
  /** A function given to `scope` or `noGrad` returned a promise. */
  | "ASYNC_CALLBACK"
  /** `dataSync` and its kin on a backend that cannot read synchronously. */
  | "SYNC_READ_UNSUPPORTED"
  /** `backward()` without a gradient on a tensor of more than one element. */
  | "NOT_SCALAR"
  /** `backward()` on a tensor that has no graph. */
  | "NO_GRAPH"
  /** `backward()` through a graph that an earlier call released. */
  | "GRAPH_RELEASED"
  /** Assignment to a leaf that requires gradients, outside `noGrad`. */
  | "LEAF_ASSIGNED"
  /** An operation produced NaN while `detectAnomaly` was on. */
  | "ANOMALY"
  /** A state dict does not match its module or optimiser. */
  | "STATE_DICT"
  /** A file is not of the format that it should have, or is damaged. */
  | "FILE_INVALID"
  /** A sample of a data set could not be loaded in a worker; `details.index` says which. */
  | "SAMPLE_FAILED"
  /** Two copies of `@corr2d/core` met in one program. */
  | "DUPLICATE_CORE"
  /** A bug in corr2d or in a backend. */
  | "INTERNAL";

const brand = Symbol.for("@corr2d/core.error");

/** Whether `Error` can ask for the cause: not of a proxy that was revoked. */
function isCause(options: ErrorOptions | undefined): boolean {
  try {
    return options !== undefined && "cause" in options;
  } catch {
    return false;
  }
}

/** Every error that corr2d throws on purpose. */
export class Corr2dError extends Error {
  /** "Corr2dError". */
  override readonly name = "Corr2dError";
  /** What is wrong, for programs: `SHAPE_MISMATCH`, … */
  readonly code: ErrorCode;
  /**
   * For programs, what a message lists: the `missingKeys` and `unexpectedKeys` of STATE_DICT, the `faults` of
   * BACKEND_INVALID, the `index` and `length` of INDEX_OUT_OF_RANGE. Empty where the message is all there is to say.
   */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    details: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(
      typeof message === "string" ? message : `an error without a text (a ${typeof message})`,
      isCause(options) ? options : undefined,
    );
    this.code = code;
    this.details = details;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether `value` is a Corr2dError of this or any other copy of the package. */
  static isInstance(value: unknown): value is Corr2dError {
    try {
      return typeof value === "object" && value !== null && brand in value;
    } catch {
      return false; // a proxy that was revoked
    }
  }
}
