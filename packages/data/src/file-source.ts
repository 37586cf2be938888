/** What a file can be read from. Written without the types of the DOM or of Node: these compile in a project that has neither. */

/** A Blob, as far as it is read here. */
export interface BlobLike {
  readonly size: number;
  stream(): unknown;
}

/** A Response, such as `await fetch(url)` gives, as far as it is read here. */
export interface ResponseLike {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  readonly bodyUsed: boolean;
  readonly body: unknown;
  readonly headers: { get(name: string): string | null };
}

/** A ReadableStream of bytes. */
export interface StreamLike {
  readonly locked: boolean;
  getReader(): unknown;
}

/** What a file can be given as. */
export type FileSource = ArrayBuffer | ArrayBufferView | BlobLike | ResponseLike | StreamLike;

/** How much of a file has been read. */
export interface ReadProgress {
  /** Bytes read so far, as they come: compressed, where the file is. */
  readonly loaded: number;
  /** Bytes in all; null where nobody knows. */
  readonly total: number | null;
}

/** Options of reading a file. */
export interface ReadFileOptions {
  /** Called whenever bytes have come. */
  readonly onProgress?: ((progress: ReadProgress) => void) | undefined;
}
