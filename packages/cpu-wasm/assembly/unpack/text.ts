/**
 * The packed kernels travel as text of six bits a character. gzip gives short codes to the characters that are frequent
 * in a stretch of a file, so the text is made of those that JavaScript around it is made of: space to `?`, and lower
 * case. Base64, in the midst of a bundle, costs 0.4 kB more.
 */

/** What a character stands for: 0 to 31 from the space on, 32 to 63 from `@` on, and the same again from the grave accent on. */
function bitsOf(character: u32): u32 {
  return (character & 31) | ((character >> 1) & 32);
}

/** Puts the bytes that `length` characters at `text` stand for, the low bits first, in their place. */
export function decode(text: usize, length: usize): void {
  const end = text + length;
  let bytes = text;
  do {
    let bits: u32 = 0;
    let shift = 0;
    do bits |= bitsOf(load<u8>(text++)) << shift;
    while ((shift += 6) < 24);
    store<u32>(bytes, bits);
    bytes += 3;
  } while (text < end);
}
