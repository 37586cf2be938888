/**
 * Which addresses are taken: allocation and release of blocks, knowing nothing of what they hold.
 *
 * A released block goes to the quick list of its size class, where the next request of that class finds it in a few
 * nanoseconds. Only when nothing else has room are the quick lists emptied into the coalesced free ranges.
 */
import { FreeRanges } from "./free-ranges.ts";
import { CLASSES, classBytes, classOf } from "./size-classes.ts";

/** How much is carved at once for blocks that are smaller. */
const BATCH_BYTES = 32768;

export class Allocator {
  readonly #quick: number[][] = Array.from({ length: CLASSES }, () => []);
  readonly #ranges = new FreeRanges();
  /** Bytes in the quick lists. */
  #quickBytes = 0;

  /** Adds fresh memory. */
  extend(start: number, bytes: number): void {
    this.#ranges.add(start, bytes);
  }

  /** The address of a block of at least `bytes` bytes, aligned to 64; 0 when there is no room. */
  allocate(bytes: number): number {
    const index = classOf(bytes);
    const quick = this.#quick[index]!;
    if (quick.length === 0) return this.#carve(index);
    this.#quickBytes -= classBytes(index);
    return quick.pop()!;
  }

  /** Gives back a block that `allocate(bytes)` returned. */
  release(pointer: number, bytes: number): void {
    const index = classOf(bytes);
    this.#quickBytes += classBytes(index);
    this.#quick[index]!.push(pointer);
  }

  /** Everything that is free, by address, coalesced. */
  free(): readonly { readonly start: number; readonly bytes: number }[] {
    this.#coalesce();
    return this.#ranges.list();
  }

  /** Takes a block out of the free ranges; small blocks several at once, which spares the books' work for each. */
  #carve(index: number): number {
    const bytes = classBytes(index);
    const batch = Math.floor(BATCH_BYTES / bytes);
    const first = batch > 1 ? this.#ranges.take(classOf(batch * bytes), batch * bytes) : 0;
    if (first !== 0) {
      const quick = this.#quick[index]!;
      for (let block = batch - 1; block > 0; block--) quick.push(first + block * bytes);
      this.#quickBytes += (batch - 1) * bytes;
      return first;
    }
    const pointer = this.#ranges.take(index, bytes);
    if (pointer !== 0 || this.#quickBytes === 0) return pointer;
    this.#coalesce();
    return this.#ranges.take(index, bytes);
  }

  #coalesce(): void {
    this.#quick.forEach((pointers, index) => {
      for (const pointer of pointers) this.#ranges.add(pointer, classBytes(index));
      pointers.length = 0;
    });
    this.#quickBytes = 0;
  }
}
