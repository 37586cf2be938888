/** Batches are lent: their tensors are disposed when the next batch is asked for, unless `keep` was called for them. */
import { isKept, isList, isTensor } from "@corr2d/core";

/** Disposes the tensors of a batch that this package made, in arrays and records of its own making. */
export function takeBack(batch: unknown): void {
  if (isTensor(batch)) {
    if (!isKept(batch)) batch.dispose();
  } else if (isList(batch)) {
    for (const item of batch) takeBack(item);
  } else if (typeof batch === "object" && batch !== null) {
    for (const item of Object.values(batch)) takeBack(item);
  }
}
