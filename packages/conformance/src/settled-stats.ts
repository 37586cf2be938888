/** What a backend counts (`stats`, §2.9), at a moment when nothing is still to come. */
import type { Backend, BackendStats } from "@corr2d/core";

/** Live memory once everything asked for so far has happened; null where the backend does not count. */
export async function settledStats(backend: Backend): Promise<BackendStats | null> {
  if (backend.stats === undefined) return null;
  const probe = backend.upload(new Float32Array(1));
  await backend.read(probe, 1, "float32");
  backend.free(probe);
  return backend.stats();
}
