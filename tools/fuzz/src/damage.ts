/** Damage to files: bytes changed, cut off, put in or moved, and numbers in their text made others. */
import * as fc from "fast-check";

/** A change at a place, which counts modulo the file's length. */
export interface Edit {
  readonly kind: "set" | "cut" | "insert" | "drop" | "repeat";
  readonly at: number;
  readonly bytes: readonly number[];
}

/**
 * Edits at up to `reach` bytes from the beginning.
 * @param telling bytes that lengths, sizes and markers of the format are made of.
 */
export const editsOf = (telling: readonly number[], reach: number): fc.Arbitrary<Edit[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom("set", "cut", "insert", "drop", "repeat"),
      at: fc.nat({ max: reach }),
      bytes: fc.array(fc.oneof(fc.constantFrom(...telling), fc.nat({ max: 255 })), {
        minLength: 1,
        maxLength: 6,
      }),
    }),
    { minLength: 1, maxLength: 4 },
  );

export function edited(file: Buffer, { kind, at, bytes }: Edit): Buffer {
  const place = at % (file.length + 1);
  const [before, behind] = [file.subarray(0, place), file.subarray(place)];
  switch (kind) {
    case "set":
      return Buffer.concat([before, Buffer.from(bytes), behind.subarray(bytes.length)]);
    case "insert":
      return Buffer.concat([before, Buffer.from(bytes), behind]);
    case "drop":
      return Buffer.concat([before, behind.subarray(bytes.length)]);
    case "repeat":
      return Buffer.concat([before, behind.subarray(0, 8 * bytes[0]!), behind]);
    case "cut":
      return before;
  }
}
