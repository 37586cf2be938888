/** Rejections that nobody handled, of which only the host knows: Node, or a page or worker. */

interface Host {
  on?(event: "unhandledRejection", listener: (reason: unknown) => void): void;
  off?(event: "unhandledRejection", listener: (reason: unknown) => void): void;
  addEventListener?(event: "unhandledrejection", listener: (event: { reason: unknown }) => void): void;
  removeEventListener?(event: "unhandledrejection", listener: (event: { reason: unknown }) => void): void;
}

export interface RejectionWatch {
  /** The reasons since the last time. The host tells of a rejection when it has nothing else to do. */
  take(): unknown[];
  stop(): void;
}

/** Notes them from now on; meanwhile they do not end a Node process. */
export function watchRejections(): RejectionWatch {
  const reasons: unknown[] = [];
  const note = (reason: unknown): void => {
    reasons.push(reason);
  };
  const noteEvent = ({ reason }: { reason: unknown }): void => note(reason);
  const page = globalThis as unknown as Host & { process?: Host };
  page.process?.on?.("unhandledRejection", note);
  page.addEventListener?.("unhandledrejection", noteEvent);
  return {
    take: () => reasons.splice(0),
    stop() {
      page.process?.off?.("unhandledRejection", note);
      page.removeEventListener?.("unhandledrejection", noteEvent);
    },
  };
}

/** A promise that is awaited later: until then a rejection of it is nobody's fault. */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
