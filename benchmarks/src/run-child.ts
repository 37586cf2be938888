/** Starts a measuring process, for one workload or one group of sweeps, and waits for its result. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { CliffsAnswer, CliffsRequest } from "./cliffs/child.ts";
import type { ChildAnswer, ChildRequest } from "./measure-child.ts";

/** @throws Error when the child fails or dies. */
function inChild<Answer extends { readonly result: unknown }>(
  script: string,
  request: ChildRequest | CliffsRequest,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Some peers greet on standard output, which belongs to the tables.
    const child = fork(fileURLToPath(new URL(script, import.meta.url)), [], {
      execArgv: ["--expose-gc"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.on("message", (message: Answer | { error: string }) => {
      if ("result" in message) resolve(message);
      else reject(new Error(message.error));
    });
    child.on("error", reject);
    child.on("exit", (code, signal) =>
      reject(new Error(`the measuring process ended early (${signal ?? `exit code ${code}`})`)),
    );
    child.send(request);
  });
}

export const measureInChild = (request: ChildRequest): Promise<ChildAnswer> =>
  inChild("./measure-child.js", request);

export const sweepInChild = (request: CliffsRequest): Promise<CliffsAnswer> =>
  inChild("./cliffs/child.js", request);
