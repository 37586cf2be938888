/**
 * Runs a command to its end, in an environment in which nothing of the package manager that started us is left: pnpm
 * and npm hand their settings to scripts as variables, and npm, pnpm and yarn would obey them.
 */
import { spawn } from "node:child_process";

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; default 5 minutes. */
  readonly timeout?: number;
}

function cleanEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^p?npm_|^(NODE_ENV|NODE_OPTIONS|VITEST.*|INIT_CWD)$/i.test(name),
  );
  return { ...Object.fromEntries(inherited), CI: "true", ...extra };
}

/** What the command wrote to both streams. Rejects with it when the exit code is not 0. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, env = {}, timeout = 300_000 }: RunOptions,
): Promise<string> {
  const child = spawn(command, args, {
    cwd,
    env: cleanEnvironment(env),
    stdio: ["ignore", "pipe", "pipe"],
    timeout,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8"); // a letter may come in two parts
    stream.on("data", (text: string) => {
      output += text;
    });
  }
  const outcome = await new Promise<string | number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(signal ?? code));
  });
  if (outcome !== 0) {
    throw new Error(`${[command, ...args].join(" ")}\nended with ${outcome} in ${cwd}:\n${output}`);
  }
  return output;
}
