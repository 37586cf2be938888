/** What goes between the two sides. Every message carries the mark, so that an application's own are left alone. */
const MARK = "@corr2d/worker";

/** An error, as far as it can be sent. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a Corr2dError. */
  readonly code: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;
}

/** From the page to the worker. */
export type Order =
  /** Asks for "ready", which may have been said before anybody listened. */
  | { readonly kind: "hello" }
  | { readonly kind: "start"; readonly run: number; readonly input: unknown }
  | { readonly kind: "pause" | "resume" | "step" | "cancel"; readonly run: number }
  | { readonly kind: "message"; readonly run: number; readonly value: unknown };

/** From the worker to the page. */
export type Answer =
  | { readonly kind: "ready" }
  /** The run stands still. */
  | { readonly kind: "paused"; readonly run: number }
  | { readonly kind: "progress"; readonly run: number; readonly value: unknown }
  | { readonly kind: "result"; readonly run: number; readonly value: unknown }
  | { readonly kind: "error"; readonly run: number; readonly error: SentError };

export const marked = <T extends Order | Answer>(message: T): T & { readonly mark: typeof MARK } => ({
  ...message,
  mark: MARK,
});

/** The message, if it is one of ours. */
export function messageOf<T extends Order | Answer>(data: unknown): T | undefined {
  const ours = typeof data === "object" && data !== null && (data as { mark?: unknown }).mark === MARK;
  return ours ? (data as T) : undefined;
}
