/**
 * `demo web`: serves the built page (dist/web, by `vite build`) on this machine, with the headers it wants.
 *
 * `pnpm demo web` builds it first (scripts/run-built.mjs).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Server, serve } from "../../../../scripts/serve.mjs";
import { siteHeaders } from "./site-headers.ts";
import type { Terminal } from "./terminal.ts";
import { CommandError } from "./usage-error.ts";

const USUAL_PORT = 8080;

export interface WebOptions {
  /** Undefined: the usual one, or any that is free. */
  readonly port?: number;
  readonly open: boolean;
}

function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

async function start(folder: string, port: number | undefined): Promise<Server> {
  const headers = siteHeaders();
  try {
    return await serve(folder, { headers, port: port ?? USUAL_PORT });
  } catch (error) {
    if (hasCode(error, "EADDRINUSE")) {
      if (port === undefined) return serve(folder, { headers });
      throw new CommandError(`port ${port} is taken: choose another with --port`, { cause: error });
    }
    if (hasCode(error, "EACCES")) {
      throw new CommandError(`port ${port} is not yours to use: choose one above 1023`, { cause: error });
    }
    throw error;
  }
}

/** Hands the address to the desktop; where there is none, the reader has the address. */
function openInBrowser(url: string): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open", url]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", "", url]
        : ["xdg-open", url];
  spawn(command!, args, { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}

/**
 * Serves until the process is told to stop.
 * @throws CommandError when the page was not built or the port is taken.
 */
export async function runWeb(
  { port, open }: WebOptions,
  terminal: Terminal,
  folder: string = fileURLToPath(new URL("../web", import.meta.url)),
): Promise<void> {
  if (!existsSync(folder)) {
    throw new CommandError("the page is not built: `pnpm demo web` builds and serves it");
  }
  const server = await start(folder, port);
  terminal.out(`The Convolution Lab is at ${server.url}\nCtrl+C ends it.\n`);
  if (open) openInBrowser(server.url);
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await server.close();
}
