/** Headers that isolate a page, so that browsers let it share memory between threads. */
export const ISOLATION_HEADERS: Readonly<Record<string, string>>;

export interface ServeOptions {
  /** Sent with every response. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default 127.0.0.1: this machine only. */
  readonly host?: string;
  /** Hears what pages post. Default: nothing may be posted. */
  readonly received?: (body: string) => void;
}

export interface Server {
  /** Ends with a slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a folder until closed. Rejects when the port is taken. */
export function serve(folder: string, options?: ServeOptions): Promise<Server>;
