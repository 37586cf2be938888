// A static file server for tests and demos: a folder over HTTP on 127.0.0.1, with the headers one asks for.
//
// import { serve } from "../scripts/serve.mjs";   (types in serve.d.mts)
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { text } from "node:stream/consumers";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** What browsers ask for before they share memory between threads. */
export const ISOLATION_HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

async function fileAt(root, url) {
  let path;
  try {
    path = normalize(join(root, decodeURIComponent(new URL(url, "http://server").pathname)));
  } catch {
    return null; // not an address
  }
  if (path !== root && !path.startsWith(root + sep)) return null;
  const info = await stat(path).catch(() => null);
  if (info?.isDirectory()) path = join(path, "index.html");
  const body = await readFile(path).catch(() => null);
  return body === null ? null : { path, body };
}

export async function serve(folder, { headers = {}, port = 0, host = "127.0.0.1", received } = {}) {
  const root = resolve(folder);
  const server = createServer(async (request, response) => {
    if (request.method === "POST" && received !== undefined) {
      received(await text(request));
      response.writeHead(204, headers).end();
      return;
    }
    const isRead = request.method === "GET" || request.method === "HEAD";
    const found = isRead ? await fileAt(root, request.url ?? "/") : null;
    if (found === null) {
      response.writeHead(404, { ...headers, "Content-Type": "text/plain; charset=utf-8" }).end("not found\n");
      return;
    }
    response.writeHead(200, {
      ...headers,
      "Content-Type": TYPES[extname(found.path)] ?? "application/octet-stream",
      "Content-Length": found.body.length,
      "Cache-Control": "no-cache",
    });
    response.end(request.method === "HEAD" ? undefined : found.body);
  });
  await new Promise((done, fail) => {
    server.once("error", fail);
    server.listen(port, host, done);
  });
  const address = server.address();
  return {
    url: `http://${host}:${address.port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
