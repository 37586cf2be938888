/**
 * The order in which cells move out of the heap: least recently used first.
 *
 * Sorting all cells for every eviction would be slow, and keeping them sorted would slow down every use. So the queue
 * is sorted once and then consumed; a cell that was used or freed since is skipped, and cells that are younger than the
 * queue wait for the next one, which is right, as everything in this one is older.
 */
import type { Cell } from "./cell.ts";

export class EvictionQueue {
  /** The next cell last. */
  #cells: Cell[] = [];
  /** The last operation that had ended when the queue was sorted. */
  #sortedAfter = 0;

  /** The cell to move out next, of those in `table` that `operation` does not use; undefined when there is none. */
  next(table: readonly (Cell | undefined)[], operation: number): Cell | undefined {
    for (let cell = this.#cells.pop(); cell !== undefined; cell = this.#cells.pop()) {
      if (cell.pointer !== 0 && cell.lastUse <= this.#sortedAfter) return cell;
    }
    const idle = table.filter((cell) => cell !== undefined && cell.lastUse !== operation) as Cell[];
    this.#cells = idle.sort((a, b) => b.lastUse - a.lastUse);
    this.#sortedAfter = operation - 1;
    return this.#cells.pop();
  }
}
