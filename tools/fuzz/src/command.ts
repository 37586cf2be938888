/** `pnpm fuzz`: cases without end, each failure shrunk, with the line that repeats it. */
import { parseArgs } from "node:util";
import { CAMPAIGNS, type Campaign, type Fault, search } from "./campaign.ts";
import { BACKENDS, type BackendName, openSession } from "./session.ts";
import { startWatchdog } from "./watchdog.ts";

const USAGE = `pnpm fuzz [options]

  --seconds N      how long each campaign runs on each backend (default 60)
  --runs N         how many cases instead
  --seed N         where to start (default: another one each time; it is printed)
  --path P         repeats the case of a failure, with the seed that was printed with it
  --only NAME      one campaign: ${CAMPAIGNS.map(({ name }) => name).join(", ")}
  --backend NAME   one backend: ${BACKENDS.join(", ")}
  --limit N        seconds in which a case must end (default 20)

Exit code 0: nothing was found; 1: a fault; 2: the command was wrong.`;

/** Cases between two looks at the clock. */
const BATCH = 500;
/** Of a fault's stack: what comes after them is the fuzzer. */
const STACK_LINES = 6;
/** So many faults of a campaign are enough to read. */
const MOST_FAULTS = 10;

interface Wish {
  readonly seconds: number;
  readonly runs: number | undefined;
  readonly seed: number;
  readonly path: string | undefined;
  readonly limit: number;
  readonly campaigns: readonly Campaign[];
  readonly backends: readonly BackendName[];
}

/** @throws Error for what cannot be understood. */
function parse(args: readonly string[]): Wish | null {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      help: { type: "boolean", short: "h" },
      seconds: { type: "string" },
      runs: { type: "string" },
      seed: { type: "string" },
      path: { type: "string" },
      only: { type: "string" },
      backend: { type: "string" },
      limit: { type: "string" },
    },
  });
  if (values.help) return null;
  const number = (name: "seconds" | "runs" | "seed" | "limit"): number | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value))
      throw new Error(`--${name} is a number, but got '${text}'`);
    return value;
  };
  const named = <T>(
    option: string,
    all: readonly T[],
    nameOf: (one: T) => string,
    wanted: string | undefined,
  ): readonly T[] => {
    const found = all.filter((one) => wanted === undefined || nameOf(one) === wanted);
    if (found.length > 0) return found;
    throw new Error(`--${option} is one of ${all.map(nameOf).join(", ")}, but got '${wanted}'`);
  };
  if (
    values.path !== undefined &&
    (values.seed === undefined || values.only === undefined || values.backend === undefined)
  ) {
    throw new Error("--path needs the --seed, --only and --backend that were printed with it");
  }
  return {
    seconds: number("seconds") ?? 60,
    runs: number("runs"),
    seed: number("seed") ?? Math.floor(Math.random() * 2 ** 31),
    path: values.path,
    limit: number("limit") ?? 20,
    campaigns: named("only", CAMPAIGNS, ({ name }) => name, values.only),
    backends: named("backend", BACKENDS, (name) => name, values.backend),
  };
}

function describe(campaign: string, backend: string, { seed, path, example, error }: Fault): string {
  const why =
    error instanceof Error
      ? (error.stack ?? error.message).split("\n").slice(0, STACK_LINES)
      : [String(error)];
  return [
    `FAULT in ${campaign} on ${backend}`,
    `  ${example}`,
    ...why.map((line) => `  ${line}`),
    `  repeat it: npx -y pnpm@12 fuzz -- --only ${campaign} --backend ${backend} --seed ${seed} --path ${path}`,
  ].join("\n");
}

export async function main(args: readonly string[], write: (line: string) => void): Promise<number> {
  let wish: Wish | null;
  try {
    wish = parse(args);
  } catch (error) {
    write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (wish === null) {
    write(USAGE);
    return 0;
  }
  const { seconds, runs: wanted, seed, path, limit, campaigns, backends } = wish;
  write(`seed ${seed}`);
  const watchdog = startWatchdog(limit);
  let all = 0;
  for (const campaign of campaigns) {
    const trial = await campaign.open();
    for (const backend of campaign.alone ? backends.slice(0, 1) : backends) {
      const session = await openSession(backend);
      const end = performance.now() + seconds * 1000;
      let runs = 0;
      let faults = 0;
      for (let batch = 0; ; batch++) {
        const left = path !== undefined ? 1 : wanted === undefined ? BATCH : Math.min(BATCH, wanted - runs);
        if (left <= 0 || (wanted === undefined && performance.now() > end)) break;
        const fault = await search(campaign.name, trial, session, watchdog, {
          seed: seed + batch,
          runs: left,
          path,
        });
        runs += left;
        if (fault !== null) {
          faults++;
          write(describe(campaign.name, backend, fault));
        }
        if (faults === MOST_FAULTS || path !== undefined) break;
      }
      all += faults;
      write(`${campaign.name} on ${backend}: ${runs} cases`);
    }
  }
  await watchdog.close();
  return all > 0 ? 1 : 0;
}
