/**
 * The service worker: keeps every file of the site, so that the page works without a network.
 *
 * The build replaces the two names below (plugin.ts). The files carry hashes of their contents, so a cache under
 * the version's name is right for good; a new version fills its own cache and then drops the old one. Responses are
 * kept with their headers: an isolated page stays isolated offline.
 */

/** @type {readonly string[]} */
const FILES = self.__FILES__;
/** @type {string} */
const VERSION = self.__VERSION__;
const CACHE = `convolution-lab-${VERSION}`;

self.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })));
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const clean = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("convolution-lab-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  const answer = async () => {
    const cache = await caches.open(CACHE);
    const key = request.mode === "navigate" ? "./" : request;
    return (await cache.match(key, { ignoreSearch: true })) ?? fetch(request);
  };
  event.respondWith(answer());
});
