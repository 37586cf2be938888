/** Waiting for a number in shared memory to change, without blocking the thread. */

interface AtomicsWithWait {
  waitAsync?(
    numbers: Int32Array,
    at: number,
    value: number,
    milliseconds?: number,
  ): { readonly value: unknown };
}

/** Where there is no `waitAsync`: turns of the event loop at first, then its timer. */
const POLL_TURNS = 200;

/**
 * Resolves when the number at a place is no longer `seen`, or after so many milliseconds (Infinity: never); it may also be early. It
 * does not keep a process alive.
 */
export async function changed(
  numbers: Int32Array,
  at: number,
  seen: number,
  milliseconds: number,
): Promise<void> {
  const { waitAsync } = Atomics as AtomicsWithWait;
  if (waitAsync !== undefined) {
    await waitAsync.call(Atomics, numbers, at, seen, milliseconds).value;
    return;
  }
  const end = performance.now() + milliseconds;
  for (let turn = 0; Atomics.load(numbers, at) === seen && performance.now() < end; turn++) {
    await new Promise<void>((resolve) => {
      if (turn < POLL_TURNS) setImmediate(resolve);
      else setTimeout(resolve, 1);
    });
  }
}
