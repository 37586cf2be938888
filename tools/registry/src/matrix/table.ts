/** The matrix as docs/matrix.md. */
import type { Row } from "./row.ts";

const cell = (text: string): string => text.split("\n", 1)[0]!.replaceAll("|", "\\|").replaceAll("<", "&lt;");

const table = (rows: readonly Row[]): string =>
  [
    "| | version | | |",
    "|---|---|---|---|",
    ...rows.map(
      ({ what, version, works, note }) =>
        `| ${cell(what)} | ${version} | ${works === "yes" ? works : `**${works}**`} | ${cell(note)} |`,
    ),
  ].join("\n");

export function markdown(parts: Readonly<Record<string, readonly Row[]>>): string {
  return [
    "# Where corr2d runs",
    "",
    "Written by `pnpm test:matrix`: every package is released to a registry of our own (`changeset version`, `changeset publish`),",
    "installed from there into a new project, and trains a small convolutional network for ten steps on `@corr2d/cpu-wasm`. The",
    "program asks for two threads. Package managers install the packages one by one, and must have brought nothing else after each.",
    "Hosts train on both backends. All must come to the known losses, and end. `pnpm test` does npm, the newest TypeScript, one Node,",
    "Jest, Vitest and Vue on every change.",
    "",
    ...Object.entries(parts).flatMap(([title, rows]) => [`## ${title}`, "", table(rows), ""]),
    "Firefox and WebKitGTK are Debian's (`apt-get install firefox-esr libwebkit2gtk-4.1-0 xvfb xauth`); where one is not installed, its",
    "line says that it was not run.",
    "",
    "TypeScript 5.2 is the oldest supported: it brought `using`, whose types the declarations need.",
    "",
    "workerd, the runtime of Cloudflare Workers, compiles nothing at run time: the program gives the factory `@corr2d/cpu-wasm/kernels.wasm`.",
    "",
    "Pages are served with `Content-Security-Policy: default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'` and the",
    "two headers that isolate a page (`Cross-Origin-Opener-Policy: same-origin`, `Cross-Origin-Embedder-Policy: require-corp`). For a",
    "bundler that leaves the worker's module behind, copy `@corr2d/cpu-wasm/worker` beside the bundle and pass its URL:",
    '`cpuWasm({ threads: 2, worker: new URL("./worker.js", import.meta.url) })`.',
    "",
  ].join("\n");
}
