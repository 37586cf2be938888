/** As an LZMA stream, without its header. */
export function compress(bytes: Uint8Array): Uint8Array;
