/** The tables of docs/scaling.md. */
import { type Host, type Link, type NetCost, SUMS, stepOf, stopsAt } from "./model.ts";
import type { NetName } from "./nets.ts";

const RANKS = [1, 2, 4, 8, 16, 32, 64] as const;

/** The global batches of the page, as the networks are trained. */
const GLOBAL_BATCH: Readonly<Record<NetName, number>> = { LeNet: 256, "ResNet-18": 256, MobileNetV2: 256 };

const milliseconds = (seconds: number): string => {
  const ms = seconds * 1000;
  return ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3);
};

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |\n`;

function tableOf(name: NetName, net: NetCost, links: Readonly<Record<string, Link>>, host: Host): string {
  const batch = GLOBAL_BATCH[name];
  let text = `\n### ${name}: ${net.parameters} parameters, a global batch of ${batch}\n\n`;
  text += row(["link", "sum", ...RANKS.map((ranks) => `${ranks}`), "stops at"]);
  text += row(["---", "---", ...RANKS.map(() => "---:"), "---:"]);
  for (const [title, link] of Object.entries(links)) {
    for (const sum of SUMS) {
      const times = RANKS.map((ranks) => {
        const { seconds } = stepOf(net, ranks, batch / ranks, sum, link, host);
        return milliseconds(seconds);
      });
      text += row([title, sum, ...times, stopsAt(net, batch, sum, link, host)]);
    }
  }
  return text;
}

/** Milliseconds of a step for each network, link and way to sum. */
export function formatTables(
  nets: Readonly<Record<NetName, NetCost>>,
  links: Readonly<Record<string, Link>>,
  host: Host,
): string {
  const names = Object.keys(nets) as NetName[];
  return names.map((name) => tableOf(name, nets[name], links, host)).join("");
}
