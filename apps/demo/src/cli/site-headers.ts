/**
 * The headers that the web page wants from whoever serves it, and the policy that it also carries as a <meta>.
 *
 * Content-Security-Policy: only the page's own files; 'wasm-unsafe-eval' lets WebAssembly compile and nothing else.
 * Cross-origin isolation (COOP and COEP) is what browsers ask for before they share memory between threads.
 *
 * Any page may show this one in a frame (frame-ancestors *, and CORP for isolated pages): there is nothing in it that a
 * click could be stolen for. It knows no account, stores nothing of the reader's and sends nothing; the camera is refused
 * in a frame unless the page around it allows it.
 */

const DIRECTIVES: readonly string[] = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "worker-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
];

/** For the <meta>, in which frame-ancestors has no effect. */
export const CONTENT_SECURITY_POLICY: string = DIRECTIVES.join("; ");

/** With `isolated` false: what a host without any of the isolation headers sends. */
export function siteHeaders(isolated = true): Record<string, string> {
  return {
    "Content-Security-Policy": `${CONTENT_SECURITY_POLICY}; frame-ancestors *`,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(self)",
    "Cross-Origin-Resource-Policy": "cross-origin",
    ...(isolated
      ? { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }
      : {}),
  };
}
