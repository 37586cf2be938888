/**
 * Where worker threads come from. Written without the types of the DOM or of Node, so that these public types
 * compile in a project that has only one of them.
 */

/** What cpu-wasm needs of a browser's or Node's Worker. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  terminate(): unknown;
  unref?(): void;
  on?(event: string, listener: (value: unknown) => void): unknown;
  addEventListener?(event: string, listener: (event: unknown) => void): unknown;
}

/**
 * The URL of a worker script, or a function that creates a worker from one. The script is `@corr2d/cpu-wasm/worker`,
 * wherever the application put it; in browsers it is a module.
 */
export type WorkerSource = { readonly href: string } | (() => WorkerLike);
