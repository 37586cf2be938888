/** The process around `command.ts`. */
import { main } from "./command.ts";

process.exitCode = await main(process.argv.slice(2), {
  directory: process.cwd(),
  write: (line) => console.log(line),
});
