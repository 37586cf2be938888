/** `scaling`: prints the tables of docs/scaling.md from what was measured; `scaling --measure` measures again, on this machine. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { HOST, LINKS, NET_COSTS } from "./calibration.ts";
import { measureNet } from "./compute.ts";
import { NETS, type NetName } from "./nets.ts";
import { formatTables } from "./tables.ts";

const names = Object.keys(NETS) as NetName[];
const [, , ...words] = process.argv;

if (words.length === 0) process.stdout.write(formatTables(NET_COSTS, LINKS, HOST));
else if (words.join(" ") === "--measure") {
  for (const name of names) console.log(name, JSON.stringify(await measureNet(name)));
  const program = fileURLToPath(new URL("reduce-rank.js", import.meta.url));
  const lengths = ["1", ...names.map((name) => String(NET_COSTS[name].parameters))];
  const { stdout, stderr } = spawnSync("mpiexec.mpich", ["-n", "2", process.execPath, program, ...lengths], {
    encoding: "utf8",
  });
  console.log("sums of two ranks, in ms:", stdout || stderr);
  process.exit(0); // the backend stays open
} else {
  console.error("usage: scaling [--measure]");
  process.exitCode = 2;
}
