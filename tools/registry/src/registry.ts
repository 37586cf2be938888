/**
 * A registry of our own: verdaccio on 127.0.0.1, its storage in a temporary folder. Anybody may publish, and it has no
 * uplinks: what we did not publish does not exist in it.
 */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runServer } from "verdaccio";

export interface Registry {
  /** Ends with a slash. */
  readonly url: string;
  /** The lines of a .npmrc that publish to and install from it. */
  readonly npmrc: string;
  /** The same for our scope only; all else comes from the npm registry. */
  readonly scopedNpmrc: string;
  close(): Promise<void>;
}

/** Starts it on a free port. */
export async function startRegistry(): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), "corr2d registry "));
  const everybody = { access: "$all", publish: "$all", unpublish: "$all" };
  const configuration = {
    self_path: join(folder, "config.yaml"),
    storage: join(folder, "storage"),
    uplinks: {},
    packages: { "**": everybody },
    auth: { htpasswd: { file: join(folder, "htpasswd"), max_users: -1 } },
    web: { enable: false },
    log: { type: "file", path: join(folder, "log"), level: "warn", format: "json" },
    server: { keepAliveTimeout: 5 },
  };
  const server = (await runServer(configuration as never)) as Server;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}/`;
  return {
    url: `http://${host}`,
    // npm and pnpm publish only with a token; whose does not matter here. The cache is the registry's own: npx takes a version that
    // it has seen before for the same package, whatever registry that came from.
    npmrc: `registry=http://${host}\n//${host}:_authToken=anybody\ncache=${join(folder, "npm-cache")}\n`,
    scopedNpmrc: `@corr2d:registry=http://${host}\n`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
