/** What goes between the two sides. */
import type { SentError } from "@corr2d/core";

/** Every message carries it, so that an application's own are left alone. */
const MARK = "@corr2d/worker";

/** From the page to the worker. */
export type Order =
  /** Asks for "ready", which may have been said before anybody listened. */
  | { readonly kind: "hello" }
  | { readonly kind: "start"; readonly run: number; readonly input: unknown }
  /** Comes when the page's turn ends: what it asked for together with the start, such as a pause, is there by then. */
  | { readonly kind: "begin"; readonly run: number }
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
