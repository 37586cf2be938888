/** The window's way over the image: one position a step, in the order of the small array. */
import { effect, type Signal, signal } from "@preact/signals";
import { tab } from "../state/route.ts";
import { isStepping, position } from "./state.ts";

export const isPlaying: Signal<boolean> = signal(false);
export const speed: Signal<number> = signal(2);

/** Positions in the present setting; 0 while no window fits. */
export const steps: Signal<number> = signal(0);

/** Moves by `by` positions and stops at the ends. */
export function move(by: number): void {
  isStepping.value = true;
  position.value = Math.max(0, Math.min(steps.value - 1, position.value + by));
}

export function goToStart(): void {
  isPlaying.value = false;
  isStepping.value = true;
  position.value = 0;
}

export function togglePlay(): void {
  if (!isPlaying.value) {
    isStepping.value = true;
    if (position.value >= steps.value - 1) position.value = 0;
  }
  isPlaying.value = !isPlaying.value;
}

/** Pointing at a position shows it among finished results. */
export function visit(at: number): void {
  if (isPlaying.value || at === position.value) return;
  isStepping.value = false;
  position.value = at;
}

/** Lets time pass while playing. Leaving the tab pauses. */
export function startPlayback(): () => void {
  return effect(() => {
    if (!isPlaying.value) return;
    if (tab.value !== "slide") {
      isPlaying.value = false;
      return;
    }
    const timer = setInterval(() => {
      if (position.value >= steps.value - 1) isPlaying.value = false;
      else move(1);
    }, 1000 / speed.value);
    return () => clearInterval(timer);
  });
}
