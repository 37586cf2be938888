// A training that is killed again and again ends as one that nobody disturbed: the same weights, states and losses, bit for bit.
// Three trials; `npx -y pnpm@12 --filter @corr2d/io test:kills` makes twenty.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build, defaultServerConditions } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BACKENDS } from "./support.ts";

const TRIALS = Number(process.env.CORR2D_KILL_TRIALS ?? 3);
const KILLS = 4;
const LIMIT = 600_000; // for what hangs; a loaded machine may be slow

const home = mkdtempSync(join(tmpdir(), "corr2d-kills-"));

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@corr2d/source", ...defaultServerConditions] },
    build: {
      ssr: fileURLToPath(new URL("fixtures/train.ts", import.meta.url)),
      outDir: home,
      target: "es2022",
      rollupOptions: { output: { entryFileNames: "train.mjs" } },
    },
    ssr: { noExternal: true, resolve: { conditions: ["@corr2d/source", ...defaultServerConditions] } },
  });
}, LIMIT);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Random numbers of a seed, by xorshift. */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

interface Run {
  readonly lines: readonly string[];
  readonly killed: boolean;
}

/** Runs the training. @param until looks at each line, and says when to kill it: so many milliseconds later, or not yet. */
async function train(
  args: readonly string[],
  until: (line: string) => number | null = () => null,
): Promise<Run> {
  const child = spawn(process.execPath, [join(home, "train.mjs"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.on("close", (_, signal) => resolve(signal)),
  );
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    const wait = until(line);
    if (wait === null) continue;
    await setTimeout(wait);
    child.kill("SIGKILL");
  }
  return { lines, killed: (await ended) === "SIGKILL" };
}

const hashOf = ({ lines }: Run): string | undefined => /^hash (\w+)$/.exec(lines.at(-1) ?? "")?.[1];

describe.each(BACKENDS)("on %s", (backend) => {
  let wanted: string | undefined;
  beforeAll(async () => {
    wanted = hashOf(await train([backend, join(home, `${backend}-whole.safetensors`)]));
    expect(wanted).toMatch(/^[0-9a-f]{64}$/);
  }, LIMIT);

  it.each(Array.from({ length: TRIALS }, (_, i) => i + 1))("trial %i", { timeout: LIMIT }, async (trial) => {
    const random = randomOf(trial);
    const folder = mkdtempSync(join(home, "trial-"));
    const path = join(folder, "run.safetensors");
    const story: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      // In the middle of a save, at one of its calls; or anywhere, some lines later, and some milliseconds: it goes on for a few lines
      // only, so that one that is faster than this process does not come to its end before it is killed.
      const isAnywhere = kill % 2 === 1;
      let lines = 2 + random(8);
      const wait = random(20);
      const stop = isAnywhere
        ? `line ${lines + 3}`
        : kill === 0
          ? `write ${1 + random(100)}`
          : `sync ${1 + random(4)}`;
      const run = await train([backend, path, stop], (line) => {
        if (isAnywhere) return --lines === 0 ? wait : null;
        return line.startsWith("stopped") ? 0 : null;
      });
      story.push(
        `${run.lines[0]}, ${run.lines.length} lines, ${run.lines.at(-1)}, ${run.killed ? "killed" : "ended"}`,
      );
      const files = readdirSync(folder).filter((file) => file.endsWith(".tmp"));
      expect(files.length, "of what was killed the last one alone is left").toBeLessThanOrEqual(1);
    }
    const last = await train([backend, path]);
    story.push(`${last.lines[0]}, ${last.lines.at(-1)}`);
    expect(hashOf(last), story.join("\n")).toBe(wanted);
    expect(story.join("\n")).toMatch(/stopped at write \d+, killed.*stopped at sync \d, killed/s);
    const saved = last.lines.includes("saved");
    expect(readdirSync(folder).length, story.join("\n")).toBeLessThanOrEqual(saved ? 1 : 2);
    if (process.env.CORR2D_KILL_TRIALS !== undefined) console.log(story.join("\n"));
  });
});
