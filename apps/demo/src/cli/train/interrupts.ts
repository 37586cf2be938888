/** Whether somebody wants the training to end, by Ctrl-C or `kill`. */

export interface Interrupts {
  readonly isInterrupted: boolean;
  /** Stops listening: a signal ends the process again. */
  close(): void;
}

/** Signals to this process. The second one ends it. */
export function signals(): Interrupts {
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  return {
    get isInterrupted(): boolean {
      return isInterrupted;
    },
    close: () => {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", interrupt);
    },
  };
}

/** A flag in shared memory, for threads: signals come to their process alone. */
export const sharedFlag = (flag: Int32Array): Interrupts => ({
  get isInterrupted(): boolean {
    return Atomics.load(flag, 0) !== 0;
  },
  close: () => {},
});
