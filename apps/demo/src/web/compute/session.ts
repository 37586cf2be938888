/**
 * The backend that the page computes on: cpu-wasm unless the reader chooses another. The page starts it, and falls back
 * to cpu-js, with the reason, where it cannot run; until it has started cpu-js computes.
 *
 * Backends that were started stay: another tab may still be computing on one, and an idle one costs nothing.
 */
import { type Backend, Corr2dError } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";

export const BACKEND_NAMES = ["cpu-js", "cpu-wasm"] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];

export interface BackendChoice {
  readonly name: BackendName;
  /** For cpu-wasm. */
  readonly threads: number;
}

export const DEFAULT_BACKEND: BackendChoice = { name: "cpu-wasm", threads: 1 };

export const backendChoice: Signal<BackendChoice> = signal(DEFAULT_BACKEND);

export const MOST_THREADS: number = Math.min(8, Math.max(2, navigator.hardwareConcurrency || 2));

interface Started {
  readonly backend: Backend;
  /** Why it is not the one that was chosen, or does not have the threads that were. */
  readonly reason: string | undefined;
}

const fallback: Backend = cpuJs() as Backend;
const started: Signal<Started> = signal({ backend: fallback, reason: undefined });
const starting: Signal<boolean> = signal(false);

export const session: ReadonlySignal<Started> = started;
export const sessionIsStarting: ReadonlySignal<boolean> = starting;

const running = new Map<string, Promise<Backend>>();

/** What makes such a backend anew: cpu-wasm's code is loaded when first asked for. */
export async function makeBackend({ name, threads }: BackendChoice): Promise<Backend> {
  if (name === "cpu-js") return cpuJs() as Backend;
  const { cpuWasm } = await import("@corr2d/cpu-wasm");
  return cpuWasm({ threads });
}

/** The page's own instance of a backend. */
export function openBackend(choice: BackendChoice): Promise<Backend> {
  if (choice.name === "cpu-js") return Promise.resolve(fallback);
  const key = `${choice.name} ${choice.threads}`;
  const known = running.get(key);
  if (known !== undefined) return known;
  const opening = makeBackend(choice);
  running.set(key, opening);
  opening.catch(() => running.delete(key));
  return opening;
}

async function start(choice: BackendChoice): Promise<Started> {
  try {
    const backend = await openBackend(choice);
    const reason = backend.features.threadsReason;
    return { backend, reason: typeof reason === "string" ? reason : undefined };
  } catch (error) {
    const code = Corr2dError.isInstance(error) ? ` (${error.code})` : "";
    return { backend: fallback, reason: `${(error as Error).message}${code}` };
  }
}

/** Starts what is chosen, now and whenever the choice changes. */
export function startSession(): void {
  effect(() => {
    const choice = backendChoice.value;
    starting.value = true;
    void start(choice).then((result) => {
      if (backendChoice.peek() !== choice) return; // chosen again meanwhile
      started.value = result;
      starting.value = false;
    });
  });
}

/** `cpu-wasm, 2 threads`. */
export function backendLabel(backend: Backend): string {
  const { threads } = backend.features;
  return typeof threads === "number" && threads > 1 ? `${backend.name} × ${threads}` : backend.name;
}
