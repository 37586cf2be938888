/** The command line: what was typed in, words and an exit code out. */
import { parseArgs } from "node:util";
import { createBackend } from "./create.ts";

const HELP = `npm create corr2d-backend <folder> [package name] [-- --late]

Starts a backend for corr2d in a new folder.

  --late   one that works later, in a worker thread behind a queue: the way to use a GPU, another process or another
           machine. Without it, one that computes at once.`;

interface Output {
  log(text: string): void;
  error(text: string): void;
}

interface Wish {
  readonly help: boolean;
  readonly late: boolean;
  readonly folder: string | undefined;
  readonly name: string | undefined;
}

/** @throws TypeError for an option that is not known, or too many words. */
function parse(args: string[]): Wish {
  const { values, positionals } = parseArgs({
    args,
    options: {
      late: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
    allowPositionals: true,
  });
  const [folder, name, ...rest] = positionals;
  if (rest.length > 0) throw new TypeError(`one folder and one name at most: what is '${rest[0]}'?`);
  return { help: values.help, late: values.late, folder, name };
}

/** Does what was typed; gives the exit code: 0, 1 where it failed, 2 where the command was wrong. */
export async function runCommand(args: string[], output: Output): Promise<number> {
  const complain = (error: unknown): void =>
    output.error(`create-corr2d-backend: ${error instanceof Error ? error.message : error}`);
  let wish: Wish;
  try {
    wish = parse(args);
  } catch (error) {
    complain(error);
    output.log(HELP);
    return 2;
  }
  const { help, late, folder, name } = wish;
  if (help || folder === undefined) {
    output.log(HELP);
    return help ? 0 : 2;
  }
  try {
    await createBackend(folder, name, { late });
  } catch (error) {
    complain(error);
    return 1;
  }
  output.log(`${folder} has a backend that passes the suite. Next:\n
  cd ${folder}
  npm install
  npm test\n\nIts README says how to go on.`);
  return 0;
}
