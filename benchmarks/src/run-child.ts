/** Starts `measure-child.ts` for one workload and waits for its result. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ChildAnswer, ChildRequest } from "./measure-child.ts";

const CHILD = fileURLToPath(new URL("./measure-child.js", import.meta.url));

/** @throws Error when the child fails or dies. */
export function measureInChild(request: ChildRequest): Promise<ChildAnswer> {
  return new Promise((resolve, reject) => {
    // Some peers greet on standard output, which belongs to the tables.
    const child = fork(CHILD, [], {
      execArgv: ["--expose-gc"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.on("message", (message: ChildAnswer | { error: string }) => {
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
