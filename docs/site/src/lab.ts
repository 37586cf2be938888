/**
 * The Convolution Lab as part of the site: the demo's built page, in the folder lab/ beside the pages.
 *
 * Its page is told where the documentation is, and hosts that read a file `_headers` send the Lab's headers with it.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { siteHeaders } from "../../../apps/demo/src/cli/site-headers.ts";
import { root } from "./repository.ts";

const built = join(root, "apps/demo/dist/web");

/** Links of docs/ to a state of the Lab: `lab/#/slide?stride=2`. In the repository docs/lab/README.md stands there. */
export const isLabLink = (href: string): boolean => /^(?:\.\.?\/)*(?:docs\/)?lab\/#\//.test(href);

/** @throws Error where the Lab has not been built. */
export function publishLab(outDir: string, base: string): void {
  if (!existsSync(built)) {
    throw new Error("the Lab is not built: `npx -y pnpm@12 --filter @corr2d/demo build:web` does it");
  }
  const lab = join(outDir, "lab");
  cpSync(built, lab, { recursive: true });
  const page = join(lab, "index.html");
  const html = readFileSync(page, "utf8").replace("<head>", '<head>\n    <meta name="docs" content="../">');
  writeFileSync(page, html);
  const headers = Object.entries(siteHeaders()).map(([name, value]) => `  ${name}: ${value}`);
  writeFileSync(join(outDir, "_headers"), `${[`${base}lab/*`, ...headers].join("\n")}\n`);
}
