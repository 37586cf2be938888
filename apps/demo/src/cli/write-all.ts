import { writeSync } from "node:fs";

/** Writes all bytes to an open file, however many calls that takes: where there is little room, one writes a part. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
