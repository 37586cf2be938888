/**
 * What a case is: data that a runner interprets.
 *
 * `id` names what is exercised (member first, then dtype or geometry), `clause` the numbered paragraph of
 * docs/backend-contract.md that it proves; both are public and stable. `run` throws a plain Error when the
 * clause is broken. A case knows no test runner, and reaches the backend only through its context.
 */
import {
  type Backend,
  type BackendDefinition,
  type CompleteBackend,
  DTYPES,
  type DType,
  type OperationName,
  type StorageMembers,
} from "@corr2d/core";
import type { Random } from "./random.ts";

/** A function of the contract that the op × backend matrix has a row for. */
export type Member = keyof StorageMembers<unknown> | OperationName;

/** What a case is given. Handles still alive when it ends are freed, then live handles are counted. */
export interface Context {
  readonly id: string;
  readonly clause: string;
  /** The backend under test, with core's fallbacks for the composites and optional functions that it lacks. */
  readonly backend: CompleteBackend;
  /** The same backend with core's fallbacks for all of them. */
  readonly composed: CompleteBackend;
  /** The composites that the backend supplies itself. */
  readonly native: readonly Member[];
  /** Whether the validating wrapper is between, which reads every value twice: long cases do less then. */
  readonly validated: boolean;
  /** Seeded by the case's id, so a failure repeats. */
  readonly random: Random;
  /** A further instance of the backend, closed when the case ends. */
  create(): Promise<CompleteBackend>;
  /** A second instance, which further cases share: it must be left as it was. */
  sibling(): Promise<CompleteBackend>;
}

/** A case of the suite. */
export interface Case {
  /** `corr2d/x=2x4x9x9,k=6x2x3x3,stride=2,pad=1,groups=2` */
  readonly id: string;
  /** `§8.2` */
  readonly clause: string;
  /** What the backend must declare: a dtype, a feature that is not false, or an optional member. Else a skip. */
  readonly requires?: readonly string[];
  /** The matrix cell that the case speaks for. */
  readonly covers?: { readonly member: Member; readonly dtype: DType };
  /**
   * Whether it runs without the validating wrapper alone: what is large, and looks at values only, or watches by itself what
   * the wrapper does. Its calls are those of smaller cases.
   */
  readonly plainOnly?: true;
  readonly run: (context: Context) => void | Promise<void>;
}

/** Makes an isolated backend: what a backend module exports by default. */
export type BackendFactory = () => Backend | Promise<Backend>;

/** The optional members of a definition that a case may require. */
const CAPABILITIES: readonly (keyof BackendDefinition<unknown>)[] = ["close", "stats"];

/** Why a backend cannot be asked to run a case, or null when it can. */
export function skipReason(backend: Backend, requirement: string): string | null {
  if (Object.hasOwn(DTYPES, requirement)) {
    return backend.dtypes.includes(requirement as DType) ? null : `dtype ${requirement} is not declared`;
  }
  if ((CAPABILITIES as readonly string[]).includes(requirement)) {
    return backend[requirement as keyof Backend] === undefined ? `there is no ${requirement}()` : null;
  }
  const value = backend.features[requirement];
  return value === undefined || value === false ? `features.${requirement} is ${String(value)}` : null;
}

const REQUIRED: readonly DType[] = ["float32", "int32"];

/** `requires` for a dtype that a backend need not have. */
export function requiring(dtype: DType): { requires?: readonly string[] } {
  return REQUIRED.includes(dtype) ? {} : { requires: [dtype] };
}
