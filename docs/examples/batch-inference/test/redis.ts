/** A Redis of the test's own, behind a socket in a folder (a port that is free now may be taken then), that keeps nothing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { findProgram } from "../../../../scripts/find-program.mjs";

export const redisServer: string | null = await findProgram({
  names: ["redis-server"],
  debian: "redis-server",
  leftOut: "the example of batch inference",
});

export async function startRedis(
  program: string,
  folder: string,
): Promise<{ url: string; stop(): Promise<void> }> {
  const socket = join(folder, "redis.sock");
  const args = ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  await new Promise<void>((resolve, reject) => {
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (/ready to accept connections/i.test(said)) resolve();
    });
    child.on("close", () => reject(new Error(`redis-server ended: ${said}`)));
  });
  return {
    url: socket,
    async stop() {
      child.kill();
      await ended;
    },
  };
}
