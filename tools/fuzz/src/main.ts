/** The process around `command.ts`. */
import { main } from "./command.ts";

process.exitCode = await main(process.argv.slice(2), (line) => console.log(line));
