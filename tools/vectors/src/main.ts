/**
 * `pnpm conformance --vectors DIR [backend …] [--filter TEXT] [--list]`: runs a folder of external test vectors (schema
 * "tensor-vectors/1", described in `vector.ts`) on each backend. Exit code 1 when a vector fails.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { Backend } from "@corr2d/core";
import { runVector } from "./run.ts";
import { readVectors } from "./vector.ts";

const USAGE = "pnpm conformance --vectors DIR [backend …] [--filter TEXT] [--list]";

/** A short name of corr2d's own, a package, or a path: its default export makes the backend. */
async function openBackend(word: string): Promise<Backend> {
  const name = word === "cpu-js" || word === "cpu-wasm" ? `@corr2d/${word}` : word;
  const path = /^[./]/.test(name) ? resolve(name) : createRequire(import.meta.url).resolve(name);
  return (await import(pathToFileURL(path).href)).default();
}

async function runVectors(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      vectors: { type: "string" },
      filter: { type: "string", default: "" },
      list: { type: "boolean", default: false },
    },
  });
  if (!values.vectors || !existsSync(values.vectors)) {
    console.error(`no folder of vectors at ${values.vectors ?? "(none named)"}\n${USAGE}`);
    return 2;
  }
  let failures = 0;
  for (const name of positionals.length > 0 ? positionals : ["cpu-js", "cpu-wasm"]) {
    const backend = await openBackend(name);
    const counts = { passed: 0, failed: 0, pending: 0 };
    const pending = new Map<string, number>();
    for (const vector of readVectors(values.vectors)) {
      if (!vector.name.includes(values.filter) && !vector.op.includes(values.filter)) continue;
      const verdict = await runVector(vector, backend);
      counts[verdict.kind]++;
      if (verdict.kind === "failed") console.log(`FAILED ${vector.op} · ${vector.name}\n  ${verdict.reason}`);
      if (verdict.kind === "pending") pending.set(verdict.reason, (pending.get(verdict.reason) ?? 0) + 1);
      if (values.list) console.log(`${verdict.kind} ${vector.op} · ${vector.name}`);
    }
    for (const [reason, count] of [...pending].sort((a, b) => b[1] - a[1]))
      console.log(`pending ×${count}: ${reason}`);
    console.log(
      `${backend.name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.pending} pending`,
    );
    failures += counts.failed;
    await backend.close?.();
  }
  return failures > 0 ? 1 : 0;
}

process.exitCode = await runVectors();
